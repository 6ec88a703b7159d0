#include "prepare/folder_search.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "base/text.hpp"

namespace dream::prepare {

namespace {

namespace fs = std::filesystem;

/// Walks down the folders that a glob can match.
class FolderSearch {
 public:
  explicit FolderSearch(const fs::path& root) : root_(root) {}

  FoundFolders found;

  void look_for(const std::string& pattern) {
    pattern_ = pattern;
    std::string_view rest = pattern_;
    if (rest.starts_with("./")) rest.remove_prefix(2);
    depth_ = static_cast<std::size_t>(std::ranges::count(rest, '/')) + 1;
    any_depth_ = rest.find("**") != std::string_view::npos;
    // Up to the first segment with a wildcard there is one way.
    const std::size_t wildcard = rest.find_first_of("*?");
    const std::size_t fixed = rest.substr(0, wildcard).rfind('/');
    const std::string begin = fixed == std::string_view::npos ? "" : std::string(rest.substr(0, fixed));
    const std::size_t begins_at =
        begin.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(begin, '/')) + 1;
    look_into(begin, begins_at);
  }

 private:
  void look_into(const std::string& folder, std::size_t depth) {
    constexpr std::size_t deepest = 64;
    if ((depth >= depth_ && !any_depth_) || depth >= deepest) return;
    std::error_code failure;
    for (fs::directory_iterator entry(root_ / folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      const std::string name = entry->path().filename().string();
      std::error_code unknown;
      if (name.starts_with('.') || name == "node_modules" || !entry->is_directory(unknown)) continue;
      std::string path = folder;
      if (!path.empty()) path += '/';
      path += name;
      const std::string project = normalise_project(path);
      if (project.empty()) continue;
      if (!is_printable(name)) {
        if (any_depth_ || depth + 1 < depth_ || glob_matches(pattern_, project)) found.unfit.insert(project);
        continue;
      }
      if (glob_matches(pattern_, project)) found.fit.insert(project);
      if (!entry->is_symlink(unknown)) look_into(path, depth + 1);
    }
  }

  const fs::path& root_;
  std::string pattern_;
  std::size_t depth_ = 0;
  bool any_depth_ = false;
};

}  // namespace

FoundFolders folders_matching(const fs::path& root, const std::vector<std::string>& globs) {
  FolderSearch search(root);
  for (const std::string& glob : globs) search.look_for(glob);
  return std::move(search.found);
}

FoundFolders folders_of_globs(const Workspace& workspace) {
  std::vector<std::string> globs;
  for (const ProjectGlob& glob : workspace.project_globs) globs.push_back(glob.pattern);
  for (const DependencyGlob& glob : workspace.dependency_globs) globs.push_back(glob.pattern);
  return folders_matching(workspace.root, globs);
}

}  // namespace dream::prepare
