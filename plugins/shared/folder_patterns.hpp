#pragma once

#include <fnmatch.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

/// The patterns by which other tools name the folders of a workspace. `dream init` takes them, too.
namespace dream::plugins {

/// A pattern, part by part, or a path.
using Parts = std::vector<std::string>;

/// Without `.` and empty parts, and of several `**` in a row one.
[[nodiscard]] inline Parts parts_of(const std::filesystem::path& path) {
  Parts parts;
  for (const std::filesystem::path& part : path.lexically_normal()) {
    if (part.empty() || part == "." || part == "/") continue;
    if (part != "**" || parts.empty() || parts.back() != "**") parts.push_back(part.string());
  }
  return parts;
}

struct FolderPattern {
  Parts parts;
  bool out = false;  ///< takes out what it fits
};

/// Writes braces out: "a/{b,c}/d" as "a/b/d" and "a/c/d". Stops at limits that nobody's patterns reach: a few
/// braces could ask for any amount of memory.
class BraceExpander {
 public:
  void expand(const std::string& pattern) {
    constexpr std::size_t most_patterns = 1'000;
    constexpr std::size_t most_bytes = std::size_t{1} << 20U;  // also of patterns that still have braces
    bytes_ += pattern.size();
    if (made_.size() >= most_patterns || bytes_ > most_bytes) return;
    const std::size_t open = pattern.find('{');
    const std::size_t close = pattern.find('}', std::min(open, pattern.size()));
    if (close == std::string::npos) return made_.push_back(pattern);
    for (std::size_t begin = open + 1;
         begin <= close && made_.size() < most_patterns && bytes_ <= most_bytes;) {
      const std::size_t end = std::min(pattern.find(',', begin), close);
      expand(pattern.substr(0, open) + pattern.substr(begin, end - begin) + pattern.substr(close + 1));
      begin = end + 1;
    }
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(made_); }

 private:
  std::vector<std::string> made_;
  std::size_t bytes_ = 0;
};

[[nodiscard]] inline std::vector<FolderPattern> read_patterns(const std::vector<std::string>& written) {
  BraceExpander expander;
  for (const std::string& one : written) expander.expand(one);
  std::vector<FolderPattern> patterns;
  for (const std::string& one : expander.take()) {
    const bool out = one.starts_with('!');
    patterns.push_back({parts_of(out ? one.substr(1) : one), out});
  }
  return patterns;
}

/// Whether a pattern of one part takes a name; `hidden`: a wildcard takes one that begins with a dot.
[[nodiscard]] inline bool part_fits(const std::string& pattern, const std::string& name, bool hidden) {
  return ::fnmatch(pattern.c_str(), name.c_str(), hidden ? 0 : FNM_PERIOD) == 0;
}

/// Whether a pattern takes a folder. It goes back to the last `**` alone, as an earlier one could do no
/// better: so the work is bounded by the product of both lengths.
[[nodiscard]] inline bool fits(const FolderPattern& pattern, const Parts& folder) {
  const Parts& parts = pattern.parts;
  std::size_t at = 0;
  std::size_t taken = 0;
  std::size_t behind_stars = 0;  // in the pattern; 0: there was no `**`
  std::size_t stars_end = 0;     // in the folder
  while (taken < folder.size()) {
    if (at < parts.size() && parts[at] == "**") {
      behind_stars = ++at;
      stars_end = taken;
    } else if (at < parts.size() && part_fits(parts[at], folder[taken], pattern.out)) {
      ++at;
      ++taken;
    } else if (behind_stars > 0 && (pattern.out || !folder[stars_end].starts_with('.'))) {
      at = behind_stars;
      taken = ++stars_end;
    } else {
      return false;
    }
  }
  return at == parts.size() || (at + 1 == parts.size() && parts[at] == "**");
}

/// The last pattern that fits a folder decides.
[[nodiscard]] inline bool is_member(const std::vector<FolderPattern>& patterns, const Parts& folder) {
  const auto last = std::find_if(patterns.rbegin(), patterns.rend(),
                                 [&](const FolderPattern& pattern) { return fits(pattern, folder); });
  return last != patterns.rend() && !last->out;
}

}  // namespace dream::plugins
