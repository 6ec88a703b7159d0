#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "conformance/fault.hpp"
#include "conformance/stage.hpp"

namespace dream::conformance {

enum class Level : std::uint8_t { must, should };

/// Plays scenes with a plugin; in a process of its own.
using Scenario = void (*)(const Subject& subject, Findings& findings);

/// One rule of docs/plugin-abi.md, and the check that proves it.
struct Rule {
  std::string_view id;  ///< frozen once released
  Level level;
  Fault fault;             ///< what the scenario must not see
  std::string_view needs;  ///< the rules without which this one can't be checked; `*`: all before it
  Scenario scenario;
  std::string_view what;  ///< what is demanded, one line
};

/// In the order in which they are checked: what a rule needs stands before it.
[[nodiscard]] std::span<const Rule> rules();
/// nullptr: there is no such rule.
[[nodiscard]] const Rule* find_rule(std::string_view id);

}  // namespace dream::conformance
