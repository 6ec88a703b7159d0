#include "package_manager.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <sstream>
#include <system_error>
#include <utility>

#include "manifest.hpp"
#include "shared/folders.hpp"
#include "shared/json_file.hpp"

namespace dream::plugins {

namespace {

namespace fs = std::filesystem;
using sdk::Failure;
using sdk::Result;

/// In the order in which their lock files count: npm's last, for it is the one that others leave behind.
const std::array<PackageManager, 4>& package_managers() {
  static const std::array<PackageManager, 4> all{{
      {.name = "pnpm",
       .lock_files = {"pnpm-lock.yaml"},
       .starts_servers = true,
       .node_options = "npm_config_node_options",
       .how_to_install = "npm install -g pnpm"},
      {.name = "yarn",
       .lock_files = {"yarn.lock"},
       .node_options = "NODE_OPTIONS",
       .how_to_install = "npm install -g yarn"},
      {.name = "bun",
       .lock_files = {"bun.lock", "bun.lockb"},
       .drops_dashes = true,
       .node_options = "NODE_OPTIONS",
       .how_to_install = "npm install -g bun"},
      {.name = "npm",
       .lock_files = {"package-lock.json", "npm-shrinkwrap.json"},
       .separates_arguments = true,
       .starts_servers = true,
       .node_options = "npm_config_node_options",
       .how_to_install = "install Node.js, which brings npm (Debian: apt-get install nodejs npm)"},
  }};
  return all;
}

/// What a package.json itself says; nullptr: nothing.
Result<const PackageManager*> declared_in(const fs::path& folder) {
  const Result<std::shared_ptr<const Manifest>> manifest = manifest_in(folder);
  if (!manifest) return manifest.failure();
  if (*manifest == nullptr) return nullptr;
  std::vector<std::string> names = (*manifest)->engines;
  if (const std::string& declared = (*manifest)->package_manager; !declared.empty()) names = {declared};
  for (std::string name : names) {
    name.erase(0, std::min(name.find_first_not_of("^~<>= "), name.size()));  // some write a range
    if (const PackageManager* manager = find_package_manager(name.substr(0, name.find('@')))) return manager;
  }
  if (names.empty()) return nullptr;
  return Failure{
      DREAM_E_UNSUPPORTED,
      (folder / "package.json").string() + ": the package manager \"" + names.front() + "\" isn't known",
      R"(set the option "packageManager" to npm, pnpm, yarn or bun)"};
}

const PackageManager* locked_in(const fs::path& folder) {
  for (const PackageManager& manager : package_managers()) {
    const bool locked =
        std::any_of(manager.lock_files.begin(), manager.lock_files.end(),
                    [&](const std::string& lock_file) { return is_file(folder / lock_file); });
    if (locked) return &manager;
  }
  return nullptr;
}

}  // namespace

const PackageManager* find_package_manager(std::string_view name) {
  for (const PackageManager& manager : package_managers()) {
    if (manager.name == name) return &manager;
  }
  return nullptr;
}

Result<const PackageManager*> detect_package_manager(const std::string& folder, const std::string& root) {
  const std::vector<fs::path> folders = folders_up(folder, root);
  for (const fs::path& one : folders) {
    Result<const PackageManager*> declared = declared_in(one);
    if (!declared || *declared != nullptr) return declared;
  }
  for (const fs::path& one : folders) {
    if (const PackageManager* locked = locked_in(one)) return locked;
  }
  return find_package_manager("npm");
}

bool keeps_exit_code_in_workspaces(const fs::path& program) {
  std::error_code failure;
  const fs::path file = fs::canonical(program, failure);  // …/npm/bin/npm-cli.js
  if (failure) return false;
  const Result<std::shared_ptr<const Manifest>> own = manifest_in(file.parent_path().parent_path());
  if (!own || *own == nullptr || (*own)->package.name != "npm") return false;
  std::istringstream version((*own)->package.version);
  int major = 0;
  int minor = 0;
  char dot = 0;
  version >> major >> dot >> minor;
  return std::pair(major, minor) >= std::pair(10, 9);
}

}  // namespace dream::plugins
