#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

#include "init/compose_text.hpp"
#include "init/draft.hpp"

/// What a service of a compose file says of its container's surroundings. May throw YAML::Exception.
namespace dream::init {

/// A key of a service as the docker executor's option of another name or form; its value is empty where it
/// says nothing. Nothing: there is no such option, or it can't say this.
[[nodiscard]] std::optional<Member> container_option(const std::string& key, const YAML::Node& value);

/// Where a service has variables that dream.json can't have: "restart", "healthcheck.interval"; also keys
/// that are left out.
[[nodiscard]] std::vector<std::string> keys_without_their_variables(const YAML::Node& service);

/// "/tmp:size=64m" of the `tmpfs` of a service.
[[nodiscard]] std::optional<std::vector<std::string>> tmpfs_texts(const YAML::Node& value);
/// The same of a volume in the long form; empty: it is another kind.
[[nodiscard]] std::string tmpfs_text(const YAML::Node& volume);

/// The networks that a service is attached to.
struct ServiceNetworks {
  std::vector<std::string> names;     ///< at least "default"
  std::vector<std::string> aliases;   ///< on any of them
  std::vector<std::string> left_out;  ///< keys that the docker executor has nothing for
};
[[nodiscard]] ServiceNetworks networks_of(const YAML::Node& service);

/// The `build` of a service as the docker executor's option; what can't be said is told to `draft` unless it
/// is null.
[[nodiscard]] std::string build_json(const std::string& name, const YAML::Node& build,
                                     ComposeVariables& variables, Draft* draft);

/// Why the docker executor can't build what a service's `build` says; empty: it can.
[[nodiscard]] std::string why_not_built(const YAML::Node& build);

/// Tells `draft` the folders that a service's `build` of this project is made from: those of its context and
/// of its Dockerfile.
void see_built(const YAML::Node& build, const std::string& project, Draft& draft);

/// Whether a text can be a host's name, as the docker executor's options take it.
[[nodiscard]] bool is_host_name(const std::string& text);

}  // namespace dream::init
