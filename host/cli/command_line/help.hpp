#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/command_line/command.hpp"

/// What `--help` and `dream help` print.
namespace dream::cli {

/// A kind of exit code: "0", "success".
struct ExitWords {
  std::string_view code;
  std::string_view meaning;
};

inline constexpr const char* program_summary =
    "Runs a task of the current folder's project and the dependencies that dream.json lists for it, and\n"
    "stops everything at the end.";

/// Where the documents are: beside the program, wherever it is installed.
inline constexpr const char* documents_place =
    "share/doc/dream, beside dream's own bin folder (Debian's package: /usr/share/doc/dream)";

inline constexpr std::string_view usage_lines =
    "dream TASK [options] [-- arguments for TASK]\n"
    "       dream run|plan TASK… [options]\n"
    "       dream COMMAND [options]";

[[nodiscard]] std::span<const ExitWords> exit_words();

/// Of one command: usage, options, examples; of a family its commands.
[[nodiscard]] std::string help_of(const Subcommand& command);
/// Of all.
[[nodiscard]] std::string general_help();

}  // namespace dream::cli
