#include "plugin/search_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "plugin/file_owner.hpp"
#include "plugin/place.hpp"

namespace dream::plugin {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_prefix = "libdream_";
constexpr std::string_view file_suffix = ".so";

/// One folder that is searched.
struct SearchedFolder {
  fs::path folder;
  std::string why;
  bool only_named;            ///< searched only for ids that somebody named
  bool of_workspace = false;  ///< comes with the workspace, not from the user
};

std::vector<SearchedFolder> places_of(const SearchPath& search) {
  std::vector<SearchedFolder> places;
  places.reserve(search.environment.size());
  for (const fs::path& folder : search.environment)
    places.push_back({folder, "found through DREAM_PLUGIN_PATH", false});
  if (!search.root.empty()) {
    places.push_back(
        {search.root / ".dream" / "plugins", "found in the workspace's .dream/plugins", true, true});
  }
  if (!search.user.empty()) places.push_back({search.user, "found among the user's plugins", true});
  if (!search.installed.empty()) places.push_back({search.installed, "installed with dream", false});
  return places;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Whether a file lies in a folder, however they were named.
bool lies_in(const FoundFile& file, const fs::path& folder) {
  std::error_code failure;
  return !folder.empty() && fs::equivalent(file.path.parent_path(), folder, failure) && !failure;
}

/// The ids of the plugin files in a folder.
std::vector<std::string> ids_in(const fs::path& folder) {
  std::vector<std::string> ids;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string file = entry->path().filename().string();
    if (!file.starts_with(file_prefix) || !file.ends_with(file_suffix)) continue;
    std::string id = file.substr(file_prefix.size(), file.size() - file_prefix.size() - file_suffix.size());
    if (is_id(id)) ids.push_back(std::move(id));
  }
  return ids;
}

Error not_found(const std::string& id, const SearchPath& search, const std::vector<SearchedFolder>& places) {
  const std::string file = fmt::format("{}{}{}", file_prefix, id, file_suffix);
  std::vector<std::string> looked;
  std::string passed_over;
  for (const SearchedFolder& place : places) {
    if (!place.only_named || search.named.contains(id)) {
      looked.push_back(place.folder.string());
    } else if (is_there(place.folder / file)) {
      passed_over = (place.folder / file).string();
    }
  }
  Error error{ErrorCode::plugin,
              fmt::format("there is no executor \"{}\": no {} in {}", id, file,
                          looked.empty() ? "any folder" : join_words(looked)),
              "", ""};
  const std::string nearest = nearest_name(id, search.available());
  if (!passed_over.empty()) {
    error.hint = fmt::format("{} is only loaded when dream.json names the executor", passed_over);
  } else if (!nearest.empty()) {
    error.hint = fmt::format("did you mean \"{}\"?", nearest);
  } else {
    error.hint = fmt::format("install the plugin, or set executors.{}.plugin in dream.json to its file", id);
  }
  return error;
}

}  // namespace

bool is_id(std::string_view id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<FoundPlugin> find_plugin_file(const fs::path& path, std::string why) {
  auto found = find_safe_file(path);
  if (!found) return found.error();
  if (!*found) return Error{ErrorCode::plugin, "there is no such file", path.string(), {}};
  return FoundPlugin{path, std::make_shared<const FoundFile>(*std::move(*found)), std::move(why)};
}

Result<FoundPlugin> SearchPath::find_again(const fs::path& path, std::string why) const {
  Result<FoundPlugin> found = find_plugin_file(path, std::move(why));
  if (!found) return found;
  std::vector<fs::path> own{user, installed};
  own.insert(own.end(), environment.begin(), environment.end());
  found->of_workspace =
      std::ranges::none_of(own, [&](const fs::path& folder) { return lies_in(*found->file, folder); });
  return found;
}

Result<FoundPlugin> SearchPath::resolve(const std::string& id) const {
  if (!is_id(id)) {
    return Error{ErrorCode::plugin, fmt::format("\"{}\" can't be an executor's name", printable(id)), "",
                 "a name has lower-case letters, digits, - and _"};
  }
  const auto accept = [this](const fs::path& path, std::string why,
                             bool of_workspace) -> Result<FoundPlugin> {
    Result<FoundPlugin> found = find_plugin_file(path, std::move(why));
    if (found) found->of_workspace = of_workspace && !lies_in(*found->file, installed);
    return found;
  };
  if (const auto named_file = configured.find(id); named_file != configured.end()) {
    const fs::path path = (root / named_file->second).lexically_normal();
    const std::string key = fmt::format("executors.{}.plugin", id);
    if (!is_there(path)) {
      return Error{ErrorCode::plugin,
                   fmt::format("there is no such file, but {} in dream.json names it", key), path.string(),
                   "build or install the plugin, or correct the path"};
    }
    return accept(path, fmt::format("named by {} in dream.json", key), true);
  }
  const std::vector<SearchedFolder> places = places_of(*this);
  for (const SearchedFolder& place : places) {
    if (place.only_named && !named.contains(id)) continue;
    const fs::path path = place.folder / fmt::format("{}{}{}", file_prefix, id, file_suffix);
    if (is_there(path)) return accept(path, place.why, place.of_workspace);
  }
  return not_found(id, *this, places);
}

std::vector<std::string> SearchPath::available() const {
  std::set<std::string> ids;
  for (const auto& [id, file] : configured) ids.insert(id);
  for (const SearchedFolder& place : places_of(*this)) {
    for (std::string& id : ids_in(place.folder)) {
      if (!place.only_named || named.contains(id)) ids.insert(std::move(id));
    }
  }
  return {ids.begin(), ids.end()};
}

std::vector<std::string> SearchPath::present() const {
  std::set<std::string> ids;
  for (const SearchedFolder& place : places_of(*this)) {
    for (std::string& id : ids_in(place.folder)) ids.insert(std::move(id));
  }
  return {ids.begin(), ids.end()};
}

std::string describe_origin(const FoundPlugin& plugin, const Trust& trust) {
  if (!plugin.of_workspace) return plugin.why;
  return plugin.why + (trust.everything ? ", trusted by --trust" : ", confirmed");
}

EnvironmentLookup own_lookup() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

SearchPath make_search_path(const Workspace& workspace, fs::path installed, const EnvironmentLookup& lookup) {
  SearchPath search;
  search.root = workspace.root;
  search.installed = std::move(installed);
  for (const auto& [id, settings] : workspace.executors) {
    search.named.insert(id);
    if (settings.plugin) search.configured.emplace(id, *settings.plugin);
  }
  // The built-in default counts as named by nobody.
  if (workspace.executor != Workspace{}.executor) search.named.insert(workspace.executor);
  const auto name_task = [&](const TaskSettings& task) {
    if (task.executor) search.named.insert(*task.executor);
  };
  const auto name_project = [&](const ProjectSettings& project) {
    if (project.executor) search.named.insert(*project.executor);
    for (const auto& [name, task] : project.tasks) name_task(task);
  };
  for (const auto& [name, task] : workspace.tasks) name_task(task);
  for (const auto& [path, project] : workspace.projects) name_project(project);
  for (const ProjectGlob& glob : workspace.project_globs) name_project(glob.settings);

  std::string folders = lookup("DREAM_PLUGIN_PATH").value_or("");
  while (!folders.empty()) {
    const auto colon = folders.find(':');
    const std::string folder = folders.substr(0, colon);
    // As with XDG variables: what is loaded must not depend on the folder that one stands in.
    if (folder.starts_with('/')) {
      search.environment.emplace_back(folder);
    } else if (!folder.empty()) {
      search.ignored.push_back(folder);
    }
    folders = colon == std::string::npos ? "" : folders.substr(colon + 1);
  }
  search.user = xdg_folder("XDG_DATA_HOME", ".local/share", lookup);
  if (!search.user.empty()) search.user /= "plugins";
  search.trust.file = xdg_folder("XDG_STATE_HOME", ".local/state", lookup);
  if (!search.trust.file.empty()) search.trust.file /= "trusted.json";
  return search;
}

}  // namespace dream::plugin
