#pragma once

#include <string>

#include "base/result.hpp"

namespace dream::plugin {

/// Checks the options of a plugin against its JSON Schema (draft 4, what RapidJSON enforces of it). The first
/// problem is an Error{configuration} whose `where` is a JSON pointer into the options ("/image"), in plain
/// words about what was expected and what was found. An empty schema allows everything. A schema or options
/// that are no JSON objects are an Error{plugin} and Error{configuration}.
[[nodiscard]] Result<void> validate_options(const std::string& schema, const std::string& options_json);

}  // namespace dream::plugin
