#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"

/// What can be typed, in words. `--help`, the manual page, the reference in docs/configuration.md and
/// completion have it from here.
namespace dream::cli {

/// One command, as the second word of a command line.
struct CommandWords {
  std::string name;
  CommandName command = CommandName::run;
  std::string usage;                 ///< "plan TASK"
  std::string help;                  ///< what it does
  bool takes_task = false;           ///< the next word is a task
  std::vector<std::string> words{};  ///< that can follow it
};

/// One option.
struct OptionWords {
  std::vector<std::string> names;    ///< with their dashes, the short one first
  std::string value;                 ///< what its value is called; empty: it takes none
  std::string help;                  ///< what it does
  std::vector<std::string> choices;  ///< all values that it takes; empty: any
};

/// A kind of exit code: "0", "success".
struct ExitWords {
  std::string code;
  std::string meaning;
};

inline constexpr const char* program_summary =
    "Runs a task of the project you stand in, with everything that it needs, and takes it all down again.";

inline constexpr const char* usage_lines =
    "dream TASK [options] [-- arguments for TASK]\n"
    "       dream run|plan TASK… [options]\n"
    "       dream COMMAND [options]";

[[nodiscard]] std::span<const CommandWords> command_words();
/// nullptr: no command is called so.
[[nodiscard]] const CommandWords* find_command(std::string_view name);
/// The name of the command that a word was probably meant as; empty: none is like it.
[[nodiscard]] std::string nearest_command(std::string_view word);
[[nodiscard]] std::span<const ExitWords> exit_words();
/// Made from what the command line is read with.
[[nodiscard]] std::vector<OptionWords> option_words();

/// The end of `--help`: commands and exit codes.
[[nodiscard]] std::string help_footer();

}  // namespace dream::cli
