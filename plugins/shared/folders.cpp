#include "folders.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <set>
#include <span>
#include <system_error>
#include <utility>

namespace dream::plugins {

namespace {

namespace fs = std::filesystem;

/// A pattern, part by part, or a path.
using Parts = std::vector<std::string>;

/// More are none that people write.
constexpr std::size_t most_patterns = 10'000;

/// "a/{b,c}/d" as "a/b/d" and "a/c/d".
void add_expanded(const std::string& pattern, std::vector<std::string>& all) {
  const std::size_t open = pattern.find('{');
  const std::size_t close = pattern.find('}', std::min(open, pattern.size()));
  if (all.size() >= most_patterns) return;
  if (close == std::string::npos) {
    all.push_back(pattern);
    return;
  }
  for (std::size_t begin = open + 1; begin <= close;) {
    const std::size_t end = std::min(pattern.find(',', begin), close);
    add_expanded(pattern.substr(0, open) + pattern.substr(begin, end - begin) + pattern.substr(close + 1),
                 all);
    begin = end + 1;
  }
}

/// Without `.` and empty parts, and of several `**` in a row one.
Parts parts_of(const fs::path& path) {
  Parts parts;
  for (const fs::path& part : path.lexically_normal()) {
    if (part.empty() || part == "." || part == "/") continue;
    if (part != "**" || parts.empty() || parts.back() != "**") parts.push_back(part.string());
  }
  return parts;
}

bool fits(const std::string& pattern, const std::string& name, int flags) {
  return ::fnmatch(pattern.c_str(), name.c_str(), flags) == 0;
}

/// Whether a pattern names a folder; hidden parts only as it says with FNM_PERIOD.
bool fits(std::span<const std::string> pattern, std::span<const std::string> folder, int flags) {
  if (pattern.empty()) return folder.empty();
  if (pattern[0] == "**") {
    for (std::size_t taken = 0; taken <= folder.size(); ++taken) {
      if (fits(pattern.subspan(1), folder.subspan(taken), flags)) return true;
    }
    return false;
  }
  return !folder.empty() && fits(pattern[0], folder[0], flags) &&
         fits(pattern.subspan(1), folder.subspan(1), flags);
}

bool has_wildcard(const std::string& part) {
  return part.find_first_of("*?[") != std::string::npos;
}

/// Looks for the folders of one pattern, and only where they can be.
class Search {
 public:
  Search(Parts pattern, std::set<std::string>& found) : pattern_(std::move(pattern)), found_(found) {}

  void look(const fs::path& folder, std::size_t at = 0) {
    if (at == pattern_.size()) {
      found_.insert(folder.string());
      return;
    }
    const std::string& part = pattern_[at];
    if (part == "**") {
      if (!seen_.emplace(folder.string(), at).second) return;
      look(folder, at + 1);
      for (const fs::path& inner : folders_in(folder, "*")) look(inner, at);
    } else if (has_wildcard(part)) {
      for (const fs::path& inner : folders_in(folder, part)) look(inner, at + 1);
    } else {
      std::error_code failure;
      if (fs::is_directory(folder / part, failure)) look(folder / part, at + 1);
    }
  }

 private:
  static std::vector<fs::path> folders_in(const fs::path& folder, const std::string& part) {
    std::vector<fs::path> folders;
    std::error_code failure;
    fs::directory_iterator walk(folder, failure);
    for (; !failure && walk != fs::directory_iterator(); walk.increment(failure)) {
      std::error_code ignored;
      const std::string name = walk->path().filename().string();
      if (name != "node_modules" && fits(part, name, FNM_PERIOD) && !walk->is_symlink(ignored) &&
          walk->is_directory(ignored))
        folders.push_back(walk->path());
    }
    return folders;
  }

  Parts pattern_;
  std::set<std::string>& found_;
  std::set<std::pair<std::string, std::size_t>> seen_;  ///< where a `**` has been looked from
};

/// Normalised, and without a slash at its end.
std::string normal(const fs::path& path) {
  const std::string& text = path.native();
  const bool is_normal = text.starts_with('/') && !text.ends_with('/') &&
                         text.find("//") == std::string::npos && text.find("/.") == std::string::npos;
  return is_normal ? text : resolved(path, ".").string();
}

struct Pattern {
  Parts parts;
  bool out = false;
};

bool is_member(const std::vector<Pattern>& patterns, const Parts& folder) {
  const auto last = std::find_if(patterns.rbegin(), patterns.rend(), [&](const Pattern& pattern) {
    return fits(pattern.parts, folder, pattern.out ? 0 : FNM_PERIOD);
  });
  return last != patterns.rend() && !last->out;
}

}  // namespace

std::vector<fs::path> folders_up(const fs::path& folder, const fs::path& root) {
  // It is asked for each of thousands of projects: text is much faster than paths.
  const std::string bottom = normal(folder);
  const std::string top = normal(root);
  std::vector<fs::path> folders{bottom};
  for (std::string_view inner = bottom; inner != top; folders.emplace_back(inner)) {
    if (inner.size() <= 1 || inner.find('/') == std::string_view::npos) return {bottom};
    inner = inner.substr(0, std::max<std::size_t>(inner.rfind('/'), 1));
  }
  return folders;
}

fs::path resolved(const fs::path& folder, const std::string& written) {
  fs::path path = (folder / written).lexically_normal();
  return path.has_filename() || path == path.root_path() ? path : path.parent_path();
}

std::vector<std::string> member_folders(const fs::path& root, const std::vector<std::string>& patterns) {
  std::vector<std::string> expanded;
  for (const std::string& one : patterns) add_expanded(one, expanded);
  std::vector<Pattern> read;
  std::set<std::string> found;
  bool some_out = false;
  for (const std::string& one : expanded) {
    const bool out = one.starts_with('!');
    Pattern& pattern = read.emplace_back(Pattern{parts_of(out ? one.substr(1) : one), out});
    some_out = some_out || out;
    const bool leaves = !pattern.parts.empty() && pattern.parts.front() == "..";
    if (!out && !leaves) Search(pattern.parts, found).look(root);
  }
  std::vector<std::string> members;
  for (const std::string& folder : found) {
    if (!some_out || is_member(read, parts_of(fs::path(folder).lexically_relative(root))))
      members.push_back(folder);
  }
  return members;
}

}  // namespace dream::plugins
