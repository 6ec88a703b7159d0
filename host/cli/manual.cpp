#include "cli/manual.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/command_line/help.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/commands/commands.hpp"

namespace dream::cli {

namespace {

/// As troff takes it: a hyphen that is meant, and no line that looks like a request.
std::string troff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += "\\&";
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

/// A paragraph with its name before it, in bold; code between backquotes, too.
std::string item(std::string_view name, std::string_view text) {
  std::string told;
  bool code = false;
  for (const char c : troff(text)) {
    if (c != '`') {
      told += c;
      continue;
    }
    code = !code;
    told += code ? "\\fB" : "\\fR";
  }
  return fmt::format(".TP\n\\fB{}\\fR\n{}.\n", troff(name), told);
}

/// Of a command: further to the right than the command's own.
std::string item_of_option(std::string_view name, std::string_view text) {
  return ".RS\n" + item(name, text) + ".RE\n";
}

std::string_view trimmed(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(' '), line.size()));
}

std::string names_of(const OptionWords& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + name;
  return option.value.empty() ? names : names + " " + option.value;
}

/// Those that `dream TASK` hasn't with the same words.
std::vector<OptionWords> own_options(const Subcommand& command) {
  std::vector<OptionWords> own;
  const std::vector<OptionWords> of_run = option_words(run_command);
  if (&command == &run_command) return own;
  for (OptionWords& option : option_words(command)) {
    const auto same = [&](const OptionWords& other) {
      return other.names == option.names && other.help == option.help;
    };
    if (std::ranges::none_of(of_run, same)) own.push_back(std::move(option));
  }
  return own;
}

/// A `|` would end the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

}  // namespace

std::string manual_page() {
  std::string page = fmt::format(".TH DREAM 1 \"\" \"dream {}\" \"User Commands\"\n", DREAM_VERSION);
  page +=
      ".SH NAME\ndream \\- runs tasks of a monorepo's projects, with their dependencies\n.SH SYNOPSIS\n.nf\n";
  for (std::string_view lines = usage_lines; !lines.empty();) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    page += troff(trimmed(lines.substr(0, end))) + "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  page += ".fi\n.SH DESCRIPTION\n" + troff(program_summary) + "\n";
  page +=
      "The file\n.I dream.json\nin the current folder, or in the nearest one above it that has one, says "
      "what each task runs and what it depends on.\n.SH COMMANDS\n";
  for (const Subcommand* command : all_commands()) {
    page += item(usage_of(*command), command->help);
    for (const OptionWords& option : own_options(*command))
      page += item_of_option(names_of(option), option.help);
  }
  page += ".SH OPTIONS OF A TASK\n";
  for (const OptionWords& option : option_words(run_command)) page += item(names_of(option), option.help);
  page += ".SH EXIT STATUS\n";
  for (const ExitWords& code : exit_words()) page += item(code.code, code.meaning);
  page += ".SH SEE ALSO\n" +
          troff(fmt::format("The documents are in {}. reference.md has everything on one page, "
                            "configuration.md every key of dream.json.",
                            documents_place)) +
          "\n";
  return page;
}

std::string command_reference() {
  std::string text = "| command | |\n| --- | --- |\n";
  for (const Subcommand* command : all_commands())
    text += fmt::format("| `{}` | {} |\n", cell(usage_of(*command)), cell(command->help));
  text += "\n| option of `dream TASK` | |\n| --- | --- |\n";
  for (const OptionWords& option : option_words(run_command))
    text += fmt::format("| `{}` | {} |\n", cell(names_of(option)), cell(option.help));
  text += "\n| command | its option | |\n| --- | --- | --- |\n";
  // The same of several commands is one row.
  std::vector<std::pair<std::string, std::string>> rows;  // the option, and whose it is
  for (const Subcommand* command : all_commands()) {
    for (const OptionWords& option : own_options(*command)) {
      std::string row = fmt::format("`{}` | {} |", cell(names_of(option)), cell(option.help));
      const auto same = std::ranges::find(rows, row, &std::pair<std::string, std::string>::first);
      if (same == rows.end())
        rows.emplace_back(std::move(row), command->name);
      else
        same->second += fmt::format(", {}", command->name);
    }
  }
  for (const auto& [row, owners] : rows) text += fmt::format("| {} | {}\n", owners, row);
  text += "\n| exit code | |\n| --- | --- |\n";
  for (const ExitWords& code : exit_words())
    text += fmt::format("| {} | {} |\n", code.code, cell(code.meaning));
  return text;
}

}  // namespace dream::cli
