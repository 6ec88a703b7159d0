#include "prepare/folder_search.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string_view>
#include <system_error>

#include "base/text.hpp"

namespace dream::prepare {

namespace {

namespace fs = std::filesystem;

/// Globs with the same folders before the first wildcard: one walk is for all of them.
struct Walk {
  GlobIndex globs;
  std::size_t depth = 0;
  bool any_depth = false;

  void add(const std::string& pattern, std::string_view rest) {
    globs.add(pattern);
    depth = std::max(depth, static_cast<std::size_t>(std::ranges::count(rest, '/')) + 1);
    any_depth = any_depth || rest.find("**") != std::string_view::npos;
  }
};

/// Walks down the folders that globs can match.
class FolderSearch {
 public:
  explicit FolderSearch(const fs::path& root) : root_(root) {}

  FoundFolders found;

  void look_at(const Walk& walk, const std::string& folder) {
    const std::string project = normalise_project(folder.empty() ? "./" : folder);
    std::error_code failure;
    if (walk.globs.any_matches(project) && fs::is_directory(root_ / folder, failure))
      found.fit.insert(project);
  }

  void look_into(const Walk& walk, const std::string& folder, std::size_t depth) {
    constexpr std::size_t deepest = 64;
    if ((depth >= walk.depth && !walk.any_depth) || depth >= deepest) return;
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
      const bool fits = walk.globs.any_matches(project);
      if (!is_printable(name)) {
        if (walk.any_depth || depth + 1 < walk.depth || fits) found.unfit.insert(project);
        continue;
      }
      if (fits) found.fit.insert(project);
      if (!entry->is_symlink(unknown)) look_into(walk, path, depth + 1);
    }
    if (failure && failure != std::errc::no_such_file_or_directory && failure != std::errc::not_a_directory)
      found.unread.emplace(root_ / folder, failure.message());
  }

 private:
  const fs::path& root_;
};

}  // namespace

FoundFolders folders_matching(const fs::path& root, const std::vector<std::string>& globs) {
  std::map<std::string, Walk, std::less<>> walks;  // by the folder that each begins in
  for (const std::string& glob : globs) {
    std::string_view rest = glob;
    if (rest.starts_with("./")) rest.remove_prefix(2);
    const std::size_t fixed = rest.substr(0, rest.find_first_of("*?")).rfind('/');
    walks[std::string(fixed == std::string_view::npos ? "" : rest.substr(0, fixed))].add(glob, rest);
  }
  FolderSearch search(root);
  for (const auto& [begin, walk] : walks) {
    search.look_at(walk, begin);
    search.look_into(walk, begin,
                     begin.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(begin, '/')) + 1);
    const auto unread = search.found.unread.find(root / begin);
    if (unread != search.found.unread.end() && !search.found.problem) {
      search.found.problem = Error{
          ErrorCode::io, "projects can't be looked for in it: " + unread->second, unread->first.string(), {}};
    }
  }
  return std::move(search.found);
}

FoundFolders folders_of_globs(const Workspace& workspace) {
  std::vector<std::string> globs;
  for (const ProjectGlob& glob : workspace.project_globs) globs.push_back(glob.pattern);
  for (const DependencyGlob& glob : workspace.dependency_globs) globs.push_back(glob.pattern);
  return folders_matching(workspace.root, globs);
}

}  // namespace dream::prepare
