#pragma once

#include <string>
#include <vector>

#include "cli/views/view_text.hpp"

/// `dream plugin list` and `info`.
namespace dream::cli {

/// One executor and the file that it would be loaded from.
struct PluginRow {
  std::string id;
  std::string version;  ///< empty: it can't be loaded
  std::string summary;
  std::string path;  ///< empty: there is none
  std::string why;   ///< why this file
  bool trusted = false;
  std::string problem;  ///< why it can't be loaded; empty: it can
  std::string hint;     ///< what to do about it
};

[[nodiscard]] std::string plugin_list_text(const std::vector<PluginRow>& rows, const TextStyle& style);

/// {"plugins": [{"id", "version", "summary", "path", "why", "trusted", "problem", "hint"}]}, a plugin a line;
/// what there isn't is null.
[[nodiscard]] std::string plugin_list_json(const std::vector<PluginRow>& rows);

/// What a plugin says of itself, and what it was seen to have.
struct PluginFacts {
  PluginRow row;
  std::string homepage;
  std::string options_schema;           ///< JSON; empty: any options
  std::vector<std::string> options;     ///< their names, as the schema has them
  std::vector<std::string> abilities;   ///< in words
  std::vector<std::string> extensions;  ///< those of dream's that it has
  std::vector<std::string> services;    ///< those it asked for when an executor was made
};

[[nodiscard]] std::string plugin_info_text(const PluginFacts& facts, const TextStyle& style);

/// A row of plugin_list_json, and "homepage", "abilities", "extensions", "services" and "optionsSchema",
/// which is the schema itself.
[[nodiscard]] std::string plugin_info_json(const PluginFacts& facts);

}  // namespace dream::cli
