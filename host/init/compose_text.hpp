#pragma once

#include <yaml-cpp/yaml.h>

#include <set>
#include <string>

/// A compose file's text as compose itself understands it. May throw YAML::Exception.
namespace dream::init {

/// What `text` says, without aliases and merge keys (`<<`), and with `${NAME:-default}` replaced by its
/// default and
/// `$$` by a dollar. Variables that only the environment knows stay as `${NAME}`, and are added to `unknown`.
[[nodiscard]] YAML::Node read_compose(const std::string& text, std::set<std::string>& unknown);

}  // namespace dream::init
