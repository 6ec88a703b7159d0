#include "folders.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "shared/folder_patterns.hpp"

namespace dream::plugins {

namespace {

namespace fs = std::filesystem;

bool has_wildcard(const std::string& part) {
  return part.find_first_of("*?[") != std::string::npos;
}

/// What was read of folders, once for all patterns: the names of the folders in each, sorted.
class Listings {
 public:
  const std::vector<std::string>& of(const fs::path& folder) {
    const auto [known, is_new] = names_.try_emplace(folder.string());
    if (!is_new) return known->second;
    std::error_code failure;
    fs::directory_iterator walk(folder, failure);
    for (; !failure && walk != fs::directory_iterator(); walk.increment(failure)) {
      std::error_code ignored;
      std::string name = walk->path().filename().string();
      if (name != "node_modules" && !walk->is_symlink(ignored) && walk->is_directory(ignored))
        known->second.push_back(std::move(name));
    }
    std::ranges::sort(known->second);
    return known->second;
  }

 private:
  std::unordered_map<std::string, std::vector<std::string>> names_;
};

/// Looks for the folders of one pattern, and only where they can be.
class Search {
 public:
  Search(Parts pattern, Listings& listings, std::set<std::string>& found)
      : pattern_(std::move(pattern)), listings_(listings), found_(found) {}

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
  /// Only the names that begin like the part are compared with it.
  std::vector<fs::path> folders_in(const fs::path& folder, const std::string& part) {
    const std::vector<std::string>& names = listings_.of(folder);
    const std::string begin = part.substr(0, part.find_first_of("*?[\\"));
    std::vector<fs::path> folders;
    for (auto name = std::ranges::lower_bound(names, begin); name != names.end() && name->starts_with(begin);
         ++name)
      if (part_fits(part, *name, false)) folders.push_back(folder / *name);
    return folders;
  }

  Parts pattern_;
  Listings& listings_;
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
  const std::vector<FolderPattern> read = read_patterns(patterns);
  std::set<std::string> found;
  Listings listings;
  bool some_out = false;
  for (const FolderPattern& pattern : read) {
    some_out = some_out || pattern.out;
    const bool leaves = !pattern.parts.empty() && pattern.parts.front() == "..";
    if (!pattern.out && !leaves) Search(pattern.parts, listings, found).look(root);
  }
  std::vector<std::string> members;
  for (const std::string& folder : found) {
    if (!some_out || is_member(read, parts_of(fs::path(folder).lexically_relative(root))))
      members.push_back(folder);
  }
  return members;
}

}  // namespace dream::plugins
