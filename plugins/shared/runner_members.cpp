#include "runner_members.hpp"

#include <filesystem>
#include <utility>

#include "json_file.hpp"
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
  const rapidjson::Value* projects = member(json, "projects");
  if (projects == nullptr || !projects->IsArray()) return members;
  for (const rapidjson::Value& project : projects->GetArray()) {
    std::string folder = plain_folder(text_of(member(project, "projectFolder")));
    if (folder.empty()) continue;
    std::vector<std::string> decoupled = texts_of(member(project, "decoupledLocalDependencies"));
    if (decoupled.empty()) decoupled = texts_of(member(project, "cyclicDependencyProjects"));
    if (!decoupled.empty()) members.decoupled.emplace(folder, std::move(decoupled));
    members.patterns.push_back(std::move(folder));
  }
  return members;
}

RunnerMembers members_of_lerna(const rapidjson::Value& json) {
  RunnerMembers members{.patterns = texts_of(member(json, "packages"))};
  const bool says_packages = member(json, "packages") != nullptr || member(json, "useWorkspaces") != nullptr;
  if (!says_packages) members.patterns.emplace_back("packages/*");
  return members;
}

}  // namespace dream::plugins
