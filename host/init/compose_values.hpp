#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

/// Values of a compose file as dream.json has them. May throw YAML::Exception.
namespace dream::init {

/// A scalar as JSON: numbers and booleans stay what they are unless quoted, all else is a string.
[[nodiscard]] std::string scalar_json(const YAML::Node& node);

/// A scalar as a JSON string, or a list of scalars as a JSON array of strings.
[[nodiscard]] std::string words_json(const YAML::Node& node);

/// `KEY: value` or `- KEY=value` as a JSON object of strings. A key without a value is left out: its name
/// goes to `from_outside`.
[[nodiscard]] std::string variables_json(const YAML::Node& node, std::vector<std::string>& from_outside);

/// "1m30s" as milliseconds.
[[nodiscard]] std::optional<long long> duration_ms(const std::string& text);

}  // namespace dream::init
