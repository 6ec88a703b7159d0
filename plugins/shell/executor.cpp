#include <unistd.h>

#include <dream/sdk.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;
using dream::sdk::Command;
using dream::sdk::CommandExecutor;
using dream::sdk::Failure;
using dream::sdk::FoundTask;
using dream::sdk::Host;
using dream::sdk::PluginInfo;
using dream::sdk::Project;
using dream::sdk::Result;
using dream::sdk::Task;

constexpr std::string_view script_suffix = ".sh";

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_executable(const fs::path& path) {
  return ::access(path.c_str(), X_OK) == 0;
}

/// The files of the tasks that have a script in this folder, by the task's name.
std::map<std::string, std::string> scripts_in(const fs::path& folder) {
  std::map<std::string, std::string> scripts;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (!is_file(entry->path()) || !is_executable(entry->path())) continue;
    const std::string file = entry->path().filename().string();
    std::string name = file;
    if (name.ends_with(script_suffix)) name.resize(name.size() - script_suffix.size());
    std::string& chosen = scripts[name];
    if (chosen.empty() || file == name) chosen = file;
  }
  return scripts;
}

/// The tasks that have a script in this folder, separated by commas.
std::string script_names(const fs::path& folder) {
  std::string listed;
  for (const auto& [name, file] : scripts_in(folder)) listed += (listed.empty() ? "" : ", ") + name;
  return listed;
}

/// Runs command lines, argument vectors, and scripts.
class Shell : public CommandExecutor {
 public:
  static constexpr PluginInfo info{.id = "shell",
                                   .version = "1.0.0",
                                   .summary = "runs a shell line, a program, or a script of the project"};
  using CommandExecutor::CommandExecutor;

  static Result<std::vector<FoundTask>> discover(const Host&, const Project& project) {
    std::vector<FoundTask> found;
    for (const auto& [name, file] : scripts_in(fs::path(project.directory) / "scripts")) {
      found.push_back({.name = name, .source = "scripts/" + file});
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
    return {.argv = std::move(argv)};
  }

  // Arguments reach the line as the shell's own "$@", so that nothing in them is ever taken for shell syntax.
  // Without any, the line stays alone: then the shell can replace itself by a simple command.
  static Command line(const Task& task) {
    std::string text(task.command_line());
    while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
    if (task.raw().arguments.count == 0) return {.argv = {"sh", "-c", std::move(text)}};
    return with_arguments({"sh", "-c", std::move(text) + " \"$@\"", "sh"}, task);
  }

  Result<Command> script(const Task& task) const {
    const fs::path scripts = fs::path(task.directory()) / "scripts";
    const std::string name(task.name());
    std::string not_executable;
    for (const std::string& file : {name, name + std::string(script_suffix)}) {
      if (!is_file(scripts / file)) continue;
      if (is_executable(scripts / file)) return with_arguments({(scripts / file).string()}, task);
      if (not_executable.empty()) not_executable = (scripts / file).string();
    }
    if (!not_executable.empty()) {
      return Failure{DREAM_E_NOT_EXECUTABLE, not_executable + " is not executable",
                     "chmod +x " + not_executable};
    }
    return no_command(name, scripts);
  }

  [[nodiscard]] Failure no_command(const std::string& task, const fs::path& scripts) const {
    const std::string names = script_names(scripts);
    Failure failure{DREAM_E_NOT_FOUND, project().path + " has no command for \"" + task + "\""};
    failure.message += names.empty() ? ", and no scripts" : "; its scripts are " + names;
    failure.hint = "set its command in dream.json, or write the executable scripts/" + task;
    return failure;
  }
};

}  // namespace

DREAM_PLUGIN(Shell)
