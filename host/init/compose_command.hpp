#pragma once

#include <string>
#include <vector>

#include "init/compose_text.hpp"
#include "init/draft.hpp"

namespace dream::init {

/// The words of a `command` or an `entrypoint`, with variables that are expanded later. One whose value is
/// several words can only be split now: this is told, and no secret is written. `whose` begins what is told.
[[nodiscard]] std::vector<std::string> command_words(const std::string& whose, const YAML::Node& value,
                                                     const ComposeVariables& variables, Draft& draft);

}  // namespace dream::init
