#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "shared/programs.hpp"
#include "shared/shell_line.hpp"

namespace {

namespace fs = std::filesystem;
using dream::sdk::Command;
using dream::sdk::CommandExecutor;
using dream::sdk::Failure;
using dream::sdk::FoundTask;
using dream::sdk::Host;
using dream::sdk::Options;
using dream::sdk::PluginInfo;
using dream::sdk::Project;
using dream::sdk::Result;
using dream::sdk::Task;

constexpr std::string_view script_suffix = ".sh";

bool is_executable(const fs::path& path) {
  return ::access(path.c_str(), X_OK) == 0;
}

bool is_on_noexec(const fs::path& path) {
  struct statvfs system {};
  return ::statvfs(path.c_str(), &system) == 0 && (system.f_flag & ST_NOEXEC) != 0;
}

Failure unreadable(const fs::path& path, const std::error_code& why) {
  return {dream::plugins::unusable_file, path.string() + " can't be read: " + why.message()};
}

struct Script {
  std::string file;
  bool is_executable = false;
};

/// The scripts of this folder by the tasks' names; one that can be executed goes before one that can't.
Result<std::map<std::string, Script>> scripts_in(const fs::path& folder) {
  std::map<std::string, Script> scripts;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const fs::file_type type = fs::status(entry->path(), failure).type();
    if (type == fs::file_type::none) return unreadable(entry->path(), failure);
    failure.clear();
    if (type != fs::file_type::regular) continue;
    Script script{entry->path().filename().string(), is_executable(entry->path())};
    std::string name = script.file;
    if (name.ends_with(script_suffix)) name.resize(name.size() - script_suffix.size());
    Script& chosen = scripts[name];
    const bool is_better =
        script.is_executable != chosen.is_executable ? script.is_executable : script.file == name;
    if (chosen.file.empty() || is_better) chosen = std::move(script);
  }
  if (failure && failure != std::errc::no_such_file_or_directory && failure != std::errc::not_a_directory)
    return unreadable(folder, failure);
  return scripts;
}

/// The program and flags that a line is added to. Those of sh are the portable ones; whether it knows
/// pipefail is only seen when it runs.
struct Interpreter {
  std::vector<std::string> argv;
  std::string preamble = {};      ///< goes before the line
  bool takes_words_as_at = true;  ///< knows "$@"
};

/// The system's own sh is there whatever a project makes of PATH.
Interpreter named_shell(const std::string& name, const Options& options) {
  Interpreter shell{.argv = {name == "sh" ? "/bin/sh" : name}};
  if (options.flag("login").value_or(false)) shell.argv.emplace_back("-l");
  if (options.flag("strict").value_or(false)) {
    shell.argv.emplace_back("-eu");
    if (name == "sh") {
      shell.preamble = "command set -o pipefail 2>/dev/null || :; ";
    } else {
      shell.argv.insert(shell.argv.end(), {"-o", "pipefail"});
    }
  }
  shell.argv.emplace_back("-c");
  return shell;
}

Result<Interpreter> own_shell(const Options& options) {
  for (const char* flag : {"login", "strict"}) {
    if (!options.flag(flag).value_or(false)) continue;
    return Failure{DREAM_E_OPTIONS, "what this means to a shell of your own isn't known",
                   R"(add its own flags to "shell")", std::string("/") + flag};
  }
  constexpr std::array<std::string_view, 6> relatives{"sh", "bash", "zsh", "dash", "ksh", "ash"};
  Interpreter shell{.argv = options.texts("shell")};
  const std::string name = fs::path(shell.argv.front()).filename().string();
  shell.takes_words_as_at = std::find(relatives.begin(), relatives.end(), name) != relatives.end();
  return shell;
}

Result<Interpreter> interpreter(const Task& task) {
  const Options options(task.options());
  if (!options.has("shell")) return named_shell("sh", options);
  const std::optional<std::string> name = options.text("shell");
  if (!name) return own_shell(options);
  if (!dream::plugins::is_installed(*name, dream::plugins::variable(task.environment(), "PATH"))) {
    return Failure{DREAM_E_NOT_FOUND, *name + " is not installed: no folder of PATH has it",
                   "install it (Debian: apt-get install " + *name + ")"};
  }
  return named_shell(*name, options);
}

/// Runs command lines, argument vectors, and scripts.
class Shell : public CommandExecutor {
 public:
  static constexpr PluginInfo info{.id = "shell",
                                   .version = "1.0.0",
                                   .summary = "runs a shell line, a program, or a script of the project"};
  using CommandExecutor::CommandExecutor;

  static Result<std::vector<FoundTask>> discover(const Host&, const Project& project) {
    const auto scripts = scripts_in(fs::path(project.directory) / "scripts");
    if (!scripts) return scripts.failure();
    std::vector<FoundTask> found;
    for (const auto& [name, script] : *scripts) {
      found.push_back({.name = name, .source = "scripts/" + script.file, .unusable = !script.is_executable});
    }
    return found;
  }

  Result<Command> command(const Task& task) override {
    if (task.has_command_line()) return line(task);
    if (task.has_command_argv()) return with_arguments(task.command_argv(), task);
    return script(task);
  }

 private:
  static Command with_arguments(std::vector<std::string> argv, const Task& task) {
    for (std::string& argument : task.arguments()) argv.push_back(std::move(argument));
    return {.argv = std::move(argv), .relays = dream::plugins::script_runners()};
  }

  // Arguments reach the line as the shell's own "$@", so that nothing in them is ever taken for shell syntax.
  // Without any, the line stays alone: then the shell can replace itself by a simple command.
  static Result<Command> line(const Task& task) {
    Result<Interpreter> shell = interpreter(task);
    if (!shell) return shell.failure();
    const bool words = task.raw().arguments.count > 0 && shell->takes_words_as_at;
    Result<std::string> text = without_end(task.command_line());
    if (words) text = dream::plugins::line_with_arguments(*text);
    if (!text) return text.failure();
    shell->argv.push_back(shell->preamble + *text);
    if (words) shell->argv.push_back(shell->argv.front());
    return with_arguments(std::move(shell->argv), task);
  }

  /// Behind a line end, a shell wouldn't replace itself.
  static std::string without_end(std::string_view line) {
    const std::size_t size = line.find_last_not_of(" \n") + 1;
    const bool escaped = line.substr(0, size).ends_with('\\');
    return std::string(escaped ? line : line.substr(0, size));
  }

  Result<Command> script(const Task& task) const {
    const fs::path scripts = fs::path(task.directory()) / "scripts";
    const std::string name(task.name());
    if (name.find('/') != std::string::npos) return no_command(name, scripts);
    std::string not_executable;
    for (const std::string& file : {name, name + std::string(script_suffix)}) {
      std::error_code failure;
      const fs::file_type type = fs::status(scripts / file, failure).type();
      if (type == fs::file_type::none) return unreadable(scripts / file, failure);
      if (type != fs::file_type::regular) continue;
      if (is_executable(scripts / file)) return with_arguments({(scripts / file).string()}, task);
      if (not_executable.empty()) not_executable = (scripts / file).string();
    }
    if (!not_executable.empty() && is_on_noexec(not_executable)) {
      return Failure{
          DREAM_E_NOT_EXECUTABLE,
          not_executable + " lies on a file system that is mounted noexec: nothing can be executed there",
          "mount it with exec, or write the command into dream.json"};
    }
    if (!not_executable.empty()) {
      return Failure{DREAM_E_NOT_EXECUTABLE, not_executable + " is not executable",
                     "chmod +x " + dream::sdk::shell_word(not_executable)};
    }
    return no_command(name, scripts);
  }

  [[nodiscard]] Failure no_command(const std::string& task, const fs::path& scripts) const {
    const auto found = scripts_in(scripts);
    if (!found) return found.failure();
    std::string names;
    for (const auto& [script, file] : *found)
      if (file.is_executable) names += (names.empty() ? "" : ", ") + script;
    Failure failure{DREAM_E_NOT_FOUND, project().path + " has no command for \"" + task + "\""};
    failure.message += names.empty() ? ", and no scripts" : "; its scripts are " + names;
    failure.hint = "set its command in dream.json";
    if (task.find('/') == std::string::npos) failure.hint += ", or write the executable scripts/" + task;
    return failure;
  }
};

}  // namespace

DREAM_PLUGIN(Shell)
