#include "manifest.hpp"

#include <algorithm>

#include "shared/folders.hpp"
#include "shared/json.hpp"

namespace dream::plugins {

namespace {

namespace fs = std::filesystem;
using rapidjson::Value;
using sdk::Result;

bool is_relative(std::string_view value) {
  return value.starts_with("./") || value.starts_with("../");
}

/// The `imports` of a deno.json or of a file of its own, whose folder paths count from.
void add_imports(const Value& map, const fs::path& folder, Package& package) {
  const Value& imports = json_at(map, {"imports"});
  if (!imports.IsObject()) return;
  for (const auto& one : imports.GetObject()) {
    std::string value = json_text(one.value, {});
    if (is_relative(value)) value = resolved(folder, value).string();
    std::string name = json_text(one.name, {});
    if (name.ends_with('/')) name.pop_back();
    package.dependencies.push_back({std::move(name), std::move(value), DREAM_NEED_RUNTIME});
  }
}

Result<void> read_configuration(const fs::path& file, Package& package) {
  const Result<rapidjson::Document> json = read_object(file, Dialect::with_comments);
  if (!json) return json.failure();
  package.name = json_text(*json, {"name"});
  package.version = json_text(*json, {"version"});
  package.members = members_of(*json, "workspace", "members");
  add_imports(*json, file.parent_path(), package);
  const std::string map = json_text(*json, {"importMap"});
  const fs::path map_file = resolved(file.parent_path(), map);
  // With imports of its own Deno doesn't look at it; and it may be an address.
  if (map.empty() || !json_at(*json, {"imports"}).IsNull() || !is_file(map_file)) return {};
  const Result<rapidjson::Document> imports = read_object(map_file, Dialect::with_comments);
  if (!imports) return imports.failure();
  add_imports(*imports, map_file.parent_path(), package);
  return {};
}

}  // namespace

Result<DenoManifest> read_deno_manifest(const fs::path& folder) {
  DenoManifest manifest;
  manifest.configuration.folder = manifest.package.folder = folder.string();
  for (const char* name : {"deno.json", "deno.jsonc"}) {
    if (!is_there(folder / name)) continue;
    if (const auto read = read_configuration(folder / name, manifest.configuration); !read)
      return read.failure();
    manifest.has_configuration = true;
    break;
  }
  if (!is_there(folder / "package.json")) return manifest;
  const Result<rapidjson::Document> json = read_object(folder / "package.json", Dialect::plain);
  if (!json) return json.failure();
  manifest.package = package_of(folder.string(), *json);
  manifest.has_package = true;
  return manifest;
}

DenoImport parse_import(std::string_view value) {
  using Registry = DenoImport::Registry;
  DenoImport import;
  if (value.starts_with("jsr:")) import.registry = Registry::jsr;
  if (value.starts_with("npm:")) import.registry = Registry::npm;
  if (import.registry == Registry::none) return import;
  value.remove_prefix(4);
  if (value.starts_with('/')) value.remove_prefix(1);
  // A scope has a slash, and begins with an @.
  const std::size_t scope = value.starts_with('@') ? std::min(value.find('/'), value.size() - 1) + 1 : 0;
  const std::size_t end = std::min(value.find_first_of("@/", scope), value.size());
  import.name = value.substr(0, end);
  if (value.substr(end).starts_with('@')) {
    value.remove_prefix(end + 1);
    import.range = value.substr(0, value.find('/'));
  }
  return import;
}

}  // namespace dream::plugins
