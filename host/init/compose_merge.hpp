#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

/// How compose puts one layer over another. May throw YAML::Exception.
namespace dream::init {

/// `- KEY=value` as a map; a key alone has no value.
[[nodiscard]] YAML::Node as_map(const YAML::Node& node);

/// A service in long form, with its paths seen from another folder: `prefix` is that of its file.
[[nodiscard]] YAML::Node long_form(const YAML::Node& service, const std::string& prefix);

/// A volume, secret or config whose `file` is seen from another folder.
[[nodiscard]] YAML::Node rebased_file(const YAML::Node& resource, const std::string& prefix);

/// Whether a layer takes away what those below it say.
[[nodiscard]] bool is_reset(const YAML::Node& over);
/// What a layer says where there is none below it.
[[nodiscard]] YAML::Node without_resets(const YAML::Node& over);

/// Maps key by key; lists one behind the other, but commands, which replace. `!reset` takes a value away,
/// `!override` replaces it.
[[nodiscard]] YAML::Node merged(const YAML::Node& base, const YAML::Node& over, const std::string& key = {});

}  // namespace dream::init
