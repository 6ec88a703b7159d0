#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

/// Values of a compose file as dream.json has them. May throw YAML::Exception.
namespace dream::init {

/// A scalar as JSON: numbers and booleans stay what they are unless quoted, all else is a string.
[[nodiscard]] std::string scalar_json(const YAML::Node& node);

/// The words of a command, a JSON array of strings: those of a list, or of a text split as compose splits it,
/// by blanks, quotes and backslashes and without a shell. Throws for a quote without its end.
[[nodiscard]] std::string words_json(const YAML::Node& node);

/// `KEY: value` or `- KEY=value` as a JSON object of strings; what can be no variable is left out.
struct VariablesJson {
  std::string object;
  std::vector<std::string> from_outside;  ///< names whose value the environment has: `KEY`, `KEY: ${KEY}`
};
[[nodiscard]] VariablesJson variables_json(const YAML::Node& node);

/// Ports in the short form ("8080:80/udp"), as a JSON array; nothing when one can't be written so.
[[nodiscard]] std::optional<std::string> ports_json(const YAML::Node& node);

/// Volumes in the short form ("data:/var/lib:ro"), as a JSON array; nothing when one can't be written so.
[[nodiscard]] std::optional<std::string> volumes_json(const YAML::Node& node);

/// The paths of files with variables, as a JSON array.
[[nodiscard]] std::optional<std::string> files_json(const YAML::Node& node);

/// "1m30s" as milliseconds.
[[nodiscard]] std::optional<long long> duration_ms(const std::string& text);

}  // namespace dream::init
