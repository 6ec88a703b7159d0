#pragma once

#include <string>

#include "names.hpp"

namespace dream::kubernetes {

/// The program that makes JSON of YAML, which lies beside the plugins' folder.
[[nodiscard]] std::string yaml_program();

/// What is in a file of YAML or JSON; scalars may be texts whatever they are.
[[nodiscard]] Result<rapidjson::Document> read_yaml(const std::string& path, const std::string& text,
                                                    const std::string& program);

}  // namespace dream::kubernetes
