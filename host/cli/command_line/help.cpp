#include "cli/command_line/help.hpp"

#include <fmt/format.h>

#include <array>

#include "base/columns.hpp"
#include "cli/command_line/parse.hpp"

namespace dream::cli {

namespace {

/// Where the second column begins.
constexpr std::size_t help_column = 30;
constexpr std::size_t help_width = 110;

std::string row(std::string line, std::string_view help) {
  std::string text;
  std::size_t width = columns(line);
  if (width >= help_column) {
    text = line + "\n";
    line.clear();
    width = 0;
  }
  return text + line + std::string(help_column - width, ' ') + std::string(help) + "\n";
}

/// "shows the plan" -> "Shows the plan."
std::string sentence(std::string_view help) {
  std::string text(help);
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text + ".";
}

std::string exit_codes() {
  std::string text;
  std::string line = "\nExit codes:";
  for (const ExitWords& code : exit_words()) {
    const bool is_last = &code == &exit_words().back();
    const std::string one = fmt::format("{} {}{}", code.code, code.meaning, is_last ? "." : ",");
    if (line.size() + 1 + one.size() > help_width) {
      text += line + "\n";
      line = one;
    } else {
      line += " " + one;
    }
  }
  return text + line + "\n";
}

std::string help_of_family(const Subcommand& family) {
  std::string text =
      fmt::format("{}\n\nUsage: dream {} COMMAND\n\nCommands:\n", sentence(family.help), family.name);
  for (const Subcommand* command : family_of(family.name))
    text += row("  " + usage_of(*command), command->help);
  return text + fmt::format("\n`dream help {} COMMAND` shows the options of that command.\n", family.name);
}

std::string examples_of(const Subcommand& command) {
  std::string text = "\nExamples:\n";
  for (const std::string_view example : command.examples) text += fmt::format("  {}\n", example);
  return text;
}

}  // namespace

std::span<const ExitWords> exit_words() {
  static constexpr std::array<ExitWords, 11> codes{
      {{"0", "success"},
       {"1",
        "a service ended with 0, or a step became unhealthy; validate --strict: warnings; ctl: not done"},
       {"2", "nothing was run (usage, configuration, plan)"},
       {"3", "ctl: no run is going on, or there is no such record"},
       {"70", "internal error, or stdout can't be written"},
       {"124", "timeout"},
       {"125", "the container engine or the system refused a step"},
       {"126/127", "a command can't be executed/found"},
       {"128+n", "signal n"},
       {"141", "the reader of stdout has gone"},
       {"else", "the first required failure's own code"}}};
  return codes;
}

std::string help_of(const Subcommand& command) {
  if (!family_of(command.name).empty()) return help_of_family(command) + examples_of(command);
  std::string text =
      fmt::format("{}\n\nUsage: dream {} [options]\n", sentence(command.help), usage_of(command));
  return text + options_text(command) + "\n" + examples_of(command);
}

std::string general_help() {
  std::string text = fmt::format("{}\n\nUsage: {}\n\nCommands:\n", program_summary, usage_lines);
  for (const Subcommand* command : all_commands()) {
    if (command->name.find(' ') == std::string_view::npos)
      text += row("  " + usage_of(*command), command->help);
  }
  text += "\n`dream help COMMAND` shows the options of that command. `dream TASK` has these:\n";
  return text + options_text(*find_command("run")) + "\n" + exit_codes() +
         fmt::format("\nDocuments: {}.\n", documents_place);
}

}  // namespace dream::cli
