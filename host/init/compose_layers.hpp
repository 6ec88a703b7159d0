#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "init/compose_text.hpp"

/// Several compose files as the one that they make together. May throw YAML::Exception.
namespace dream::init {

/// What compose makes of its files: `extends`, `include` and layers are resolved, and each service is in long
/// form: maps for `environment`, `labels`, `networks`, `sysctls`, `depends_on`, `build` and its `args`, lists
/// of maps for `env_file`.
struct ComposeModel {
  std::string name;
  std::vector<std::string> order;  ///< names of services as they were met
  std::map<std::string, YAML::Node> services;
  std::map<std::string, YAML::Node> volumes, networks, secrets, configs;
  std::vector<std::filesystem::path> files;  ///< that it was read from
};

/// Reads files of the project folder `root`, each over those before it. Paths in the result count from
/// `root`.
[[nodiscard]] ComposeModel read_compose(const std::filesystem::path& root,
                                        const std::vector<std::filesystem::path>& files,
                                        ComposeVariables& variables);

/// A file's lines `NAME=VALUE`; none where it isn't there. Broken ones are told in `left_out`; without it,
/// and where no line is understood, throws YAML::Exception. `others`: variables that win over those `before`.
[[nodiscard]] config::Variables read_variables(
    const std::filesystem::path& file, config::Variables before = {},
    std::vector<std::string>* left_out = nullptr,
    const config::Lookup& others = [](const std::string&) { return std::nullopt; });

/// Files that only compose reads, each over those before it, as defaults.
void add_defaults(const std::vector<std::filesystem::path>& files, ComposeVariables& variables,
                  std::vector<std::string>* left_out = nullptr);

}  // namespace dream::init
