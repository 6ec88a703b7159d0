#pragma once

#include <string>
#include <variant>

#include "base/result.hpp"
#include "cli/command_line/command.hpp"

namespace dream::cli {

/// A command line, understood.
struct Invocation {
  const Subcommand* command = nullptr;
  Options options;
};

/// Text that answers the command line by itself (help, version).
struct Answer {
  std::string text;
};

/// Reads the command line. The first word that is no option names the command; where it names none it is a
/// task of `dream run`. Options may stand before it. Errors have the code usage and name what is close to a
/// misspelt word.
[[nodiscard]] Result<std::variant<Invocation, Answer>> parse_command_line(int argument_count,
                                                                          const char* const* arguments);

/// The options that a command takes.
[[nodiscard]] std::vector<OptionWords> option_words(const Subcommand& command);

/// The same as columns, for help.
[[nodiscard]] std::string options_text(const Subcommand& command);

}  // namespace dream::cli
