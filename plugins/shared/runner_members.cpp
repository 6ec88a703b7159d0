#include "runner_members.hpp"

#include <filesystem>
#include <utility>

#include "json.hpp"
#include "packages.hpp"

namespace dream::plugins {

namespace {

/// As folders are compared: "apps/app" of "./apps/app/".
std::string plain_folder(const std::string& written) {
  const std::filesystem::path path = std::filesystem::path(written).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).string();
}

}  // namespace

RunnerMembers members_of_rush(const rapidjson::Value& json) {
  RunnerMembers members{.are_of_rush = true};
  const Json& projects = json_at(json, {"projects"});
  if (!projects.IsArray()) return members;
  for (const Json& project : projects.GetArray()) {
    std::string folder = plain_folder(json_text(project, {"projectFolder"}));
    if (folder.empty()) continue;
    std::vector<std::string> decoupled = json_texts(project, {"decoupledLocalDependencies"});
    if (decoupled.empty()) decoupled = json_texts(project, {"cyclicDependencyProjects"});
    if (!decoupled.empty()) members.decoupled.emplace(folder, std::move(decoupled));
    members.patterns.push_back(std::move(folder));
  }
  return members;
}

RunnerMembers members_of_lerna(const rapidjson::Value& json) {
  RunnerMembers members{.patterns = json_texts(json, {"packages"})};
  const bool says_packages =
      !json_at(json, {"packages"}).IsNull() || !json_at(json, {"useWorkspaces"}).IsNull();
  if (!says_packages) members.patterns.emplace_back("packages/*");
  return members;
}

}  // namespace dream::plugins
