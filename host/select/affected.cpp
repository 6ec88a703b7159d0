#include "select/affected.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
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
  Judgement(std::span<const std::string> projects, const std::vector<std::string>& affects)
      : affects_(affects), reasons_(projects.size()) {
    for (std::size_t at = 0; at < projects.size(); ++at) places_.emplace(folder_of(projects[at]), at);
  }

  void take_file(const std::string& file) { take(file, file); }

  void take_folder(const std::string& folder) {
    const std::string shown = folder.empty() ? "./" : folder + "/";
    if (folder.empty()) {
      give_all(shown);
      return;
    }
    take(folder, shown);
    const std::string inside = folder + "/";
    for (auto place = places_.lower_bound(inside); place != places_.end() && place->first.starts_with(inside);
         ++place) {
      give(place->second, shown);
    }
  }

  /// Of each project, or "": nothing counts for it.
  [[nodiscard]] const std::string& reason(std::size_t project) const {
    return reasons_[project].empty() ? reason_of_all_ : reasons_[project];
  }

 private:
  void take(const std::string& path, const std::string& shown) {
    const auto matches = [&](const std::string& glob) { return glob_matches(glob, path); };
    // A file by its name, also within a project: those that dream.json extends may lie anywhere.
    const auto names = [&](const std::string& glob) { return !is_glob(glob) && matches(glob); };
    if (std::ranges::any_of(affects_, names)) give_all(shown);
    std::string_view folder = path;
    while (true) {
      const auto place = places_.find(folder);
      if (place != places_.end()) give(place->second, shown);
      if (place != places_.end() && !folder.empty()) return;
      if (folder.empty()) break;
      folder = parent_of(folder);
    }
    if (reason_of_all_.empty() && std::ranges::any_of(affects_, matches)) give_all(shown);
  }

  /// The first reason stays.
  void give(std::size_t project, const std::string& reason) {
    if (reasons_[project].empty()) reasons_[project] = reason;
  }
  void give_all(const std::string& reason) {
    if (reason_of_all_.empty()) reason_of_all_ = reason;
  }

  const std::vector<std::string>& affects_;
  std::map<std::string_view, std::size_t, std::less<>> places_;  ///< of the projects, by folder
  std::vector<std::string> reasons_;
  std::string reason_of_all_;
};

}  // namespace

const std::vector<std::string>& default_affects() {
  static const std::vector<std::string> names{"dream.json", "dream.local.json"};
  return names;
}

std::vector<Affected> affected_projects(std::span<const std::string> projects, const Changes& changes,
                                        const std::optional<std::vector<std::string>>& affects) {
  Judgement judgement(projects, affects ? *affects : default_affects());
  for (const std::string& file : changes.files) judgement.take_file(file);
  for (const std::string& folder : changes.folders) judgement.take_folder(folder);
  std::vector<Affected> affected;
  for (std::size_t at = 0; at < projects.size(); ++at) {
    const std::string& reason = judgement.reason(at);
    if (!reason.empty()) affected.push_back({projects[at], reason});
  }
  return affected;
}

}  // namespace dream::select
