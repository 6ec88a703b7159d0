#include "select/affected.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "plan/workspace.hpp"

namespace dream::select {

namespace {

/// "services/api" of `./services/api`; "" of the root.
std::string_view folder_of(std::string_view project) {
  return project.starts_with("./") ? project.substr(2) : project;
}

/// The folder that a path lies in; "" is the root.
std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

class Judgement {
 public:
  Judgement(std::span<const std::string> projects, const std::vector<std::string>& affects,
            std::span<const std::string> real_folders)
      : affects_(affects), reasons_(projects.size()) {
    for (std::size_t at = 0; at < projects.size(); ++at) places_.emplace(folder_of(projects[at]), at);
    for (std::size_t at = 0; at < real_folders.size(); ++at)
      if (real_folders[at] != folder_of(projects[at])) leads_to_.emplace(real_folders[at], at);
  }

  void take_file(const std::string& file) { take(file, file); }

  void take_folder(const std::string& folder) {
    const std::string shown = folder.empty() ? "./" : folder + "/";
    if (folder.empty()) {
      give_all(shown);
      return;
    }
    take(folder, shown);
    give_inside(folder, shown);
  }

  /// Of a repository in it no more may be known.
  void take_outside(const std::string& path) {
    give_deepest(path, path);
    give_inside(path, path);
  }

  /// Of each project, or "": nothing counts for it.
  [[nodiscard]] const std::string& reason(std::size_t project) const {
    return reasons_[project].empty() ? reason_of_all_ : reasons_[project];
  }

 private:
  using Places = std::multimap<std::string_view, std::size_t, std::less<>>;

  void take(const std::string& path, const std::string& shown) {
    const auto matches = [&](const std::string& glob) { return glob_matches(glob, path); };
    // A file by its name, also within a project: those that dream.json extends may lie anywhere.
    const auto names = [&](const std::string& glob) { return !is_glob(glob) && matches(glob); };
    if (std::ranges::any_of(affects_, names)) give_all(shown);
    if (give_deepest(path, shown)) return;
    for (const Places* places : {&places_, &leads_to_}) give_at(*places, "", shown);
    if (reason_of_all_.empty() && std::ranges::any_of(affects_, matches)) give_all(shown);
  }

  /// The deepest by its name, and the deepest that leads there. False: the path lies in no project, or in
  /// none but the root.
  bool give_deepest(std::string_view path, const std::string& shown) {
    const bool is_named = give_deepest(places_, path, shown);
    return give_deepest(leads_to_, path, shown) || is_named;
  }

  bool give_deepest(const Places& places, std::string_view path, const std::string& shown) {
    for (; !path.empty(); path = parent_of(path)) {
      if (give_at(places, path, shown)) return true;
      if (path == ".." || path.ends_with("/..")) break;  // around it, the names go on otherwise
    }
    return false;
  }

  bool give_at(const Places& places, std::string_view folder, const std::string& shown) {
    const auto [first, last] = places.equal_range(folder);
    for (auto place = first; place != last; ++place) give(place->second, shown);
    return first != last;
  }

  void give_inside(const std::string& folder, const std::string& shown) {
    const std::string inside = folder + "/";
    for (const Places* places : {&places_, &leads_to_})
      for (auto place = places->lower_bound(inside);
           place != places->end() && place->first.starts_with(inside); ++place)
        give(place->second, shown);
  }

  /// The first reason stays.
  void give(std::size_t project, const std::string& reason) {
    if (reasons_[project].empty()) reasons_[project] = reason;
  }
  void give_all(const std::string& reason) {
    if (reason_of_all_.empty()) reason_of_all_ = reason;
  }

  const std::vector<std::string>& affects_;
  Places places_;    ///< of the projects, by folder
  Places leads_to_;  ///< of those that are links, by the folder that they lead to
  std::vector<std::string> reasons_;
  std::string reason_of_all_;
};

}  // namespace

const std::vector<std::string>& default_affects() {
  static const std::vector<std::string> names{"dream.json", "dream.local.json"};
  return names;
}

std::vector<std::string> real_folders(const std::filesystem::path& root,
                                      std::span<const std::string> projects) {
  std::error_code missing;
  const std::filesystem::path real_root = std::filesystem::canonical(root, missing);
  std::vector<std::string> folders;
  for (const std::string& project : projects) {
    const std::filesystem::path real = std::filesystem::canonical(root / project, missing);
    std::string folder(folder_of(project));
    if (!missing) folder = real.lexically_relative(real_root).string();
    folders.push_back(folder == "." ? std::string() : std::move(folder));
  }
  return folders;
}

std::vector<Affected> affected_projects(std::span<const std::string> projects, const Changes& changes,
                                        const std::optional<std::vector<std::string>>& affects,
                                        std::span<const std::string> real_folders) {
  Judgement judgement(projects, affects ? *affects : default_affects(), real_folders);
  for (const std::string& file : changes.files) judgement.take_file(file);
  for (const std::string& folder : changes.folders) judgement.take_folder(folder);
  for (const std::string& path : changes.outside) judgement.take_outside(path);
  std::vector<Affected> affected;
  for (std::size_t at = 0; at < projects.size(); ++at) {
    const std::string& reason = judgement.reason(at);
    if (!reason.empty()) affected.push_back({projects[at], reason});
  }
  return affected;
}

}  // namespace dream::select
