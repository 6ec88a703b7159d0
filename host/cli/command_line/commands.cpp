#include "cli/commands/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "cli/command_line/command.hpp"

namespace dream::cli {

std::string usage_of(const Subcommand& command) {
  std::string usage(command.name);
  if (!command.takes.empty()) usage += " " + std::string(command.takes);
  return usage;
}

std::span<const Subcommand* const> all_commands() {
  static constexpr std::array commands{
      &run_command,     &plan_command,  &list_command,   &validate_command,   &init_command,
      &suggest_command, &ctl_command,   &ctl_ps,         &ctl_logs,           &ctl_wait,
      &ctl_why,         &ctl_stop,      &ctl_start,      &ctl_restart,        &ctl_attach,
      &ctl_down,        &ctl_events,    &ctl_history,    &ctl_show,           &ctl_compare,
      &plugin_command,  &plugin_list,   &plugin_info,    &plugin_check,       &plugin_new,
      &plugin_trust,    &trust_command, &schema_command, &completion_command, &help_command};
  return commands;
}

const Subcommand* find_command(std::string_view name) {
  const auto commands = all_commands();
  const auto found =
      std::ranges::find(commands, name, [](const Subcommand* command) { return command->name; });
  return found == commands.end() ? nullptr : *found;
}

std::vector<const Subcommand*> family_of(std::string_view word) {
  std::vector<const Subcommand*> family;
  for (const Subcommand* command : all_commands()) {
    if (command->name.size() > word.size() && command->name.starts_with(word) &&
        command->name[word.size()] == ' ')
      family.push_back(command);
  }
  return family;
}

Error no_such_member(std::string_view family, const std::string& word, std::string_view line) {
  std::vector<std::string> names;
  for (const Subcommand* member : family_of(family))
    names.emplace_back(member->name.substr(family.size() + 1));
  const std::string meant = nearest_name(word, names);
  return {ErrorCode::usage,
          fmt::format("unknown {} command {}", family, in_quotes(word)),
          {},
          meant.empty() ? "there are " + join_words(names) : fmt::format("did you mean {} {}?", line, meant)};
}

std::string nearest_command(std::string_view word) {
  std::vector<std::string> names;
  for (const Subcommand* command : all_commands()) names.emplace_back(command->name);
  return nearest_name(word, names);
}

}  // namespace dream::cli
