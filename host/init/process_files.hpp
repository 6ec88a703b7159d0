#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <string>

#include "init/compose_text.hpp"
#include "init/draft.hpp"

/// How the files of process-compose are read. May throw YAML::Exception.
namespace dream::init {

/// A file put over those that it extends, and under its override.
[[nodiscard]] YAML::Node read_process_files(const std::filesystem::path& file, Draft& draft);

/// What may be put in place of `{{.NAME}}`: the plain values in the `vars` of the file, and over them those
/// of a process.
using ProcessVars = std::map<std::string, std::string>;
[[nodiscard]] ProcessVars vars_in(const YAML::Node& vars, ProcessVars outer = {});
/// "{{…}}", for process-compose and not for its shell.
[[nodiscard]] bool is_template(const std::string& text);
/// A process with their values in what process-compose takes for templates.
[[nodiscard]] YAML::Node with_vars(const YAML::Node& process, const ProcessVars& vars);
/// Whether a template is left in what is run, where, or with which variables.
[[nodiscard]] bool has_template(const YAML::Node& process);

/// The settings of a process with the values of their variables; those of its command and environment stay
/// for its shell.
[[nodiscard]] YAML::Node with_values(const YAML::Node& node, ComposeVariables& variables);

}  // namespace dream::init
