#include "cli/command_words.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dream::cli {

namespace {

/// Where the second column of --help begins.
constexpr std::size_t help_column = 30;
constexpr std::size_t help_width = 110;

}  // namespace

std::span<const CommandWords> command_words() {
  static const std::vector<CommandWords> commands{
      {"run", CommandName::run, "TASK, run TASK…",
       "run the task (`dream run list` runs a task called list), or several", true},
      {"plan", CommandName::plan, "plan TASK…", "the steps in order and what waits for what; runs nothing",
       true},
      {"suggest", CommandName::suggest, "suggest TASK",
       "runs the task once, and tells what `ready` to write in place of its delays", true},
      {"ctl",
       CommandName::ctl,
       "ctl ps|logs|wait|why|stop|start|restart|down|events|history|show|compare",
       "asks and tells a run from another shell: dream ctl --help",
       false,
       {"ps", "logs", "wait", "why", "stop", "start", "restart", "down", "events"}},
      {"list", CommandName::list, "list", "projects, their tasks and executors"},
      {"validate", CommandName::validate, "validate", "every problem of dream.json"},
      {"init", CommandName::init, "init", "writes a first dream.json from what it finds; overwrites nothing"},
      {"schema", CommandName::schema, "schema", "the JSON Schema of dream.json"},
      {"trust", CommandName::trust, "trust [DIR]",
       "obeys the dream.json there, whoever owns it; or lists those"},
      {"completion",
       CommandName::completion,
       "completion bash|zsh|fish",
       "a script that completes command lines in that shell",
       false,
       {"bash", "zsh", "fish"}},
      {"plugin",
       CommandName::plugin,
       "plugin list|info|trust|check|new",
       "executor plugins: dream plugin shows how",
       false,
       {"list", "info", "trust", "check", "new"}}};
  return commands;
}

const CommandWords* find_command(std::string_view name) {
  const auto commands = command_words();
  const auto found = std::ranges::find(commands, name, &CommandWords::name);
  return found == commands.end() ? nullptr : &*found;
}

std::string nearest_command(std::string_view word) {
  std::vector<std::string> names;
  for (const CommandWords& command : command_words()) names.push_back(command.name);
  return nearest_name(word, names);
}

std::span<const ExitWords> exit_words() {
  static const std::vector<ExitWords> codes{{"0", "success"},
                                            {"2", "nothing was run (usage, configuration, plan)"},
                                            {"70", "internal error"},
                                            {"124", "timeout"},
                                            {"126/127", "a command can't be executed/found"},
                                            {"128+n", "signal n"},
                                            {"else", "the first required failure's own code"}};
  return codes;
}

std::string help_footer() {
  std::string text = "Commands:\n";
  for (const CommandWords& command : command_words()) {
    std::string line = "  " + command.usage;
    if (line.size() >= help_column) {
      text += line + "\n";
      line.clear();
    }
    line.resize(help_column, ' ');
    text += line + command.help + "\n";
  }
  std::string line = "\nExit codes:";
  for (const ExitWords& code : exit_words()) {
    const std::string one = code.code + " " + code.meaning + (&code == &exit_words().back() ? "." : ",");
    if (line.size() + 1 + one.size() > help_width) {
      text += line + "\n";
      line = one;
    } else {
      line += " " + one;
    }
  }
  return text + line + "\n";
}

}  // namespace dream::cli
