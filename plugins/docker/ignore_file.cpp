#include "ignore_file.hpp"

#include <algorithm>
#include <filesystem>

namespace dream::docker {

namespace {

/// Whether `c` is in the class that begins behind `[`; `pattern` loses it, up to its `]`.
bool in_class(std::string_view& pattern, char c) {
  const bool negated = pattern.starts_with('^');
  if (negated) pattern.remove_prefix(1);
  bool found = false;
  for (bool first = true; !pattern.empty() && (first || pattern.front() != ']'); first = false) {
    if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
    const char low = pattern.front();
    char high = low;
    pattern.remove_prefix(1);
    if (pattern.size() > 1 && pattern.front() == '-' && pattern[1] != ']') {
      high = pattern[1];
      pattern.remove_prefix(2);
    }
    found = found || (low <= c && c <= high);
  }
  if (!pattern.empty()) pattern.remove_prefix(1);
  return found != negated && c != '/';
}

/// `pattern` with a leading `**` removed: it stands for any number of folders, also none.
bool fits_any_folders(std::string_view rest, std::string_view path) {
  if (rest.empty()) return true;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  for (std::size_t at = 0;; ++at) {
    if (fits(rest, path.substr(at))) return true;
    at = path.find('/', at);
    if (at == std::string_view::npos) return false;
  }
}

std::string trimmed(std::string_view line) {
  constexpr std::string_view space = " \t\r";
  const std::size_t begin = line.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return std::string(line.substr(begin, line.find_last_not_of(space) + 1 - begin));
}

}  // namespace

bool fits(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    if (pattern.starts_with("**")) return fits_any_folders(pattern.substr(2), path);
    if (pattern.front() == '*') {
      pattern.remove_prefix(1);
      for (std::size_t at = 0;; ++at) {
        if (fits(pattern, path.substr(at))) return true;
        if (at == path.size() || path[at] == '/') return false;
      }
    }
    if (path.empty()) return false;
    const char c = path.front();
    path.remove_prefix(1);
    if (pattern.front() == '[') {
      pattern.remove_prefix(1);
      if (!in_class(pattern, c)) return false;
      continue;
    }
    const bool any = pattern.front() == '?' && c != '/';
    if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
    if (!any && pattern.front() != c) return false;
    pattern.remove_prefix(1);
  }
  return path.empty();
}

IgnoreFile::IgnoreFile(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const bool exception = line.front() == '!';
    if (exception) line = trimmed(std::string_view(line).substr(1));
    line = std::filesystem::path(line).lexically_normal().generic_string();
    while (line.starts_with('/')) line.erase(0, 1);
    while (line.ends_with('/')) line.pop_back();
    if (line.empty() || line == ".") continue;
    patterns_.push_back({line, exception});
    has_exceptions_ = has_exceptions_ || exception;
  }
}

bool IgnoreFile::ignores(std::string_view path) const {
  bool ignored = false;
  for (const Pattern& pattern : patterns_) {
    if (pattern.exception != ignored) continue;  // it would change nothing
    bool matches = fits(pattern.text, path);
    for (std::size_t slash = path.find('/'); !matches && slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      matches = fits(pattern.text, path.substr(0, slash));
    }
    if (matches) ignored = !pattern.exception;
  }
  return ignored;
}

}  // namespace dream::docker
