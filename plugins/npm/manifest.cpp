#include "manifest.hpp"

#include <sys/stat.h>

#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "shared/json.hpp"

namespace dream::plugins {

namespace {

using sdk::Result;
using Read = Result<std::shared_ptr<const Manifest>>;

/// Differs when a file has other content.
using FileState = std::tuple<dev_t, ino_t, off_t, time_t, long, time_t, long>;

/// Nothing: nobody can look at it.
std::optional<FileState> state_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return FileState(status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                   status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
}

std::vector<std::string> development_engines(const rapidjson::Value& package) {
  std::vector<std::string> names;
  const rapidjson::Value& managers = json_at(package, {"devEngines", "packageManager"});
  const auto add = [&](const rapidjson::Value& manager) {
    if (std::string name = json_text(manager, {"name"}); !name.empty()) names.push_back(std::move(name));
  };
  if (managers.IsArray()) {
    for (const rapidjson::Value& manager : managers.GetArray()) add(manager);
  } else {
    add(managers);
  }
  return names;
}

Read read_manifest(const std::filesystem::path& folder, const std::filesystem::path& file) {
  const Result<rapidjson::Document> json = read_object(file, Dialect::plain);
  if (!json) return json.failure();
  return std::make_shared<const Manifest>(
      Manifest{package_of(folder.string(), *json), scripts_of(*json, file),
               json_text(*json, {"packageManager"}), development_engines(*json)});
}

}  // namespace

Read manifest_in(const std::filesystem::path& folder) {
  static std::unordered_map<std::string, std::pair<FileState, Read>> kept;
  const std::filesystem::path file = folder / "package.json";
  const std::optional<FileState> state = state_of(file);
  if (!state && !is_there(file)) return std::shared_ptr<const Manifest>();
  if (!state) return read_manifest(folder, file);
  const auto known = kept.find(file.string());
  if (known != kept.end() && known->second.first == *state) return known->second.second;
  Read read = read_manifest(folder, file);
  kept.insert_or_assign(file.string(), std::pair(*state, read));
  return read;
}

}  // namespace dream::plugins
