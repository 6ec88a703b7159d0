#include "plan/project_names.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace dream {

namespace {

/// Length of the UTF-8 character at the start of `text`, so that `?` takes a whole one.
std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80) ++length;
  return length;
}

/// `*` and `?` within one segment. Only the last star is ever gone back to: an earlier one could not do
/// better, so the work is bounded by the product of the two lengths.
bool segment_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t after_star = std::string_view::npos;
  std::size_t star_from = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_from = n;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      n += character_length(name.substr(n));
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      n = ++star_from;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(),
                     [](char c) { return c == '*'; });
}

/// The first segment of a path, which is cut off it.
std::string_view take_segment(std::string_view& path) {
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return segment;
}

/// The path below the root, without `./` and a final slash.
std::string_view below_root(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

/// What every project that a pattern matches begins with. A slash before `**` isn't there where this takes
/// nothing.
std::string_view begin_of(std::string_view pattern) {
  std::string_view begin = below_root(pattern);
  begin = begin.substr(0, begin.find_first_of("*?"));
  if (begin.ends_with('/')) begin.remove_suffix(1);
  return begin;
}

}  // namespace

std::string normalise_project(const std::string& written) {
  // A NUL would end the path early in every system call: such a path names something else than it says.
  if (written.empty() || written.front() == '/' || written.find('\0') != std::string::npos) return {};
  std::vector<std::string_view> segments;
  std::string_view rest = written;
  while (!rest.empty()) {
    const std::string_view segment = take_segment(rest);
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (segments.empty()) {
      return {};
    } else {
      segments.pop_back();
    }
  }
  std::string project = "./";
  for (const std::string_view segment : segments) {
    if (project.size() > 2) project += '/';
    project += segment;
  }
  return project;
}

std::size_t cut_of_id(std::string_view id,
                      const std::function<bool(std::string_view, std::string_view)>& is_known) {
  if (!id.starts_with("./")) return std::string_view::npos;
  const std::size_t usual = id.find(':', id.rfind('/'));
  const auto knows = [&](std::size_t colon) { return is_known(id.substr(0, colon), id.substr(colon + 1)); };
  std::size_t colon = id.find(':');
  if (colon == usual && id.find(':', colon + 1) == std::string_view::npos) return usual;
  if (usual != std::string_view::npos && knows(usual)) return usual;
  for (; colon != std::string_view::npos; colon = id.find(':', colon + 1))
    if (colon != usual && knows(colon)) return colon;
  return usual;
}

bool is_glob(std::string_view project) {
  return project.find_first_of("*?") != std::string_view::npos;
}

std::string instead_of_wildcards(std::string_view project) {
  return project.find_first_of("{[") == std::string_view::npos
             ? ""
             : "only *, ? and ** are wildcards: write -p more than once";
}

bool glob_matches(const std::string& pattern, const std::string& project) {
  // The same going back to the last star as within a segment, one level up: `**` takes whole segments.
  std::string_view p = below_root(pattern);
  std::string_view n = below_root(project);
  bool starred = false;
  std::string_view after_star;
  std::string_view star_from;
  while (!n.empty()) {
    std::string_view next_pattern = p;
    std::string_view next_name = n;
    const bool some_pattern = !p.empty();
    const std::string_view wanted = take_segment(next_pattern);
    if (some_pattern && wanted == "**") {
      starred = true;
      p = after_star = next_pattern;
      star_from = n;
      if (p.empty()) return true;
    } else if (some_pattern && segment_matches(wanted, take_segment(next_name))) {
      p = next_pattern;
      n = next_name;
    } else if (starred) {
      take_segment(star_from);
      p = after_star;
      n = star_from;
    } else {
      return false;
    }
  }
  while (!p.empty()) {
    if (take_segment(p) != "**") return false;
  }
  return true;
}

void GlobIndex::add(const std::string& pattern) {
  const std::string_view begin = begin_of(pattern);
  lengths_.insert(begin.size());
  by_begin_[std::string(begin)].push_back(patterns_.size());
  patterns_.push_back(pattern);
}

bool GlobIndex::contains(const std::string& pattern) const {
  const auto found = by_begin_.find(std::string(begin_of(pattern)));
  return found != by_begin_.end() &&
         std::ranges::any_of(found->second, [&](std::size_t at) { return patterns_[at] == pattern; });
}

std::vector<std::size_t> GlobIndex::candidates(const std::string& project) const {
  const std::string_view name = below_root(project);
  std::vector<std::size_t> found;
  std::string begin;
  for (const std::size_t length : lengths_) {
    if (length > name.size()) break;
    begin.assign(name, 0, length);
    if (const auto alike = by_begin_.find(begin); alike != by_begin_.end())
      found.insert(found.end(), alike->second.begin(), alike->second.end());
  }
  return found;
}

std::vector<std::size_t> GlobIndex::matching(const std::string& project) const {
  std::vector<std::size_t> found = candidates(project);
  std::erase_if(found, [&](std::size_t at) { return !glob_matches(patterns_[at], project); });
  std::ranges::sort(found);
  return found;
}

}  // namespace dream
