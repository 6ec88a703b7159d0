#pragma once

#include <filesystem>

#include "shared/packages.hpp"

namespace dream::plugins {

/// The manifests of a folder.
struct DenoManifest {
  bool has_configuration = false;  ///< a deno.json or deno.jsonc
  bool has_package = false;        ///< a package.json
  /// Of deno.json: its import map stands for the dependencies, and a path in it is absolute.
  Package configuration;
  Package package;
};

[[nodiscard]] sdk::Result<DenoManifest> read_deno_manifest(const std::filesystem::path& folder);

/// What an import names: `jsr:@scope/name@^1/mod.ts`.
struct DenoImport {
  enum class Registry : unsigned char { none, jsr, npm } registry = Registry::none;
  std::string name;
  std::string range;  ///< may be empty
};

/// Of no registry: what isn't of that form.
[[nodiscard]] DenoImport parse_import(std::string_view value);

}  // namespace dream::plugins
