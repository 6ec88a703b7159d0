#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/command_line/definition.hpp"
#include "cli/options.hpp"

namespace dream::cli {

/// One command. `--help`, `dream help`, the manual page, the reference in docs/configuration.md and
/// completion have their words from here.
struct Subcommand {
  std::string_view name;   ///< "plan", "ctl"; of one of a family: "ctl ps"
  std::string_view takes;  ///< its words as usage shows them: "TASK…"; empty: none
  std::string_view help;   ///< what it does, in a line
  std::array<std::string_view, 2> examples;
  /// Its options and words, and where their values go.
  void (*define)(Definition& definition, Options& options);
  /// Does it, and returns dream's exit code. The user has been told everything then.
  int (*run)(const Options& options);
  /// What no single option is wrong about; nullptr: nothing is.
  Result<void> (*check)(const Options& options) = nullptr;
  /// Alone on the line it is the task of this name where there is one.
  bool gives_way = false;
};

/// "ctl ps TASK…"
[[nodiscard]] std::string usage_of(const Subcommand& command);

/// All of them, in the order in which help shows them.
[[nodiscard]] std::span<const Subcommand* const> all_commands();
/// nullptr: none is called so.
[[nodiscard]] const Subcommand* find_command(std::string_view name);
/// Those of a family: "ctl".
[[nodiscard]] std::vector<const Subcommand*> family_of(std::string_view word);
/// Of a word that names none of a family; `line`: what stands in front of the right one.
[[nodiscard]] Error no_such_member(std::string_view family, const std::string& word, std::string_view line);
/// The command that a word was probably meant as; empty: none is like it.
[[nodiscard]] std::string nearest_command(std::string_view word);

}  // namespace dream::cli
