#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>

#include "init/compose_text.hpp"

/// How the files of process-compose are read. May throw YAML::Exception.
namespace dream::init {

/// A file put over those that it extends, and under its override.
[[nodiscard]] YAML::Node read_process_files(const std::filesystem::path& file);

/// The settings of a process with the values of their variables; those of its command and environment stay
/// for its shell.
[[nodiscard]] YAML::Node with_values(const YAML::Node& node, ComposeVariables& variables);

}  // namespace dream::init
