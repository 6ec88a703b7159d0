#include <fnmatch.h>

#include <algorithm>
#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "needs.hpp"
#include "shared/json.hpp"
#include "shared/programs.hpp"
#include "shared/tasks.hpp"
#include "task_files.hpp"

namespace dream::plugins {
namespace {

namespace fs = std::filesystem;
using sdk::Command;
using sdk::CommandExecutor;
using sdk::Failure;
using sdk::Host;
using sdk::Options;
using sdk::PluginInfo;
using sdk::Project;
using sdk::Result;
using sdk::Task;

using Words = std::vector<std::string>;

Failure not_installed() {
  return {DREAM_E_NOT_FOUND, "deno is not installed: no folder of PATH has it",
          "npm install -g deno, or see deno.com"};
}

bool only_package(const fs::path& folder) {
  return !is_there(folder / "deno.json") && !is_there(folder / "deno.jsonc");
}

void append(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

/// The names that a list of a permission has, as Deno wants them: separated by commas, so that a name can't
/// have one. Deno would take its parts for names of their own, and allow those.
Result<std::string> allowed_names(const std::string& kind, const rapidjson::Value& list) {
  const std::string where = "/permissions/" + kind;
  if (list.Empty()) {
    return Failure{DREAM_E_OPTIONS, "a list without names allows nothing", "use false to deny it all", where};
  }
  std::string names;
  for (rapidjson::SizeType index = 0; index < list.Size(); ++index) {
    const std::string name = json_text(list[index], {});
    const std::string place = where + "/" + std::to_string(index);
    if (name.empty()) {
      return Failure{DREAM_E_OPTIONS, "this is no name", R"(use a text that isn't empty, or true for all)",
                     place};
    }
    if (name.find(',') != std::string::npos) {
      return Failure{DREAM_E_OPTIONS, "\"" + name + "\" has a comma, where Deno would begin another name",
                     "split it, or allow the folder that it is in", place};
    }
    names += (names.empty() ? "" : ",") + name;
  }
  return names;
}

/// `permissions` as flags of `deno run`: true is everything, a text is a set that deno.json names, and each
/// member of an object allows all of its kind, nothing of it, or what it lists.
Result<Words> permission_flags(const Options& options) {
  Words flags;
  const auto found = options.json().FindMember("permissions");
  if (found == options.json().MemberEnd()) return flags;
  const rapidjson::Value& permissions = found->value;
  if (permissions.IsTrue()) flags.emplace_back("--allow-all");
  if (permissions.IsString()) flags.push_back("--permission-set=" + json_text(permissions, {}));
  if (!permissions.IsObject()) return flags;
  for (const auto& permission : permissions.GetObject()) {
    const std::string kind = json_text(permission.name, {});
    if (permission.value.IsBool()) {
      flags.push_back((permission.value.GetBool() ? "--allow-" : "--deny-") + kind);
      continue;
    }
    const Result<std::string> names = allowed_names(kind, permission.value);
    if (!names) return names.failure();
    flags.push_back(std::string("--allow-").append(kind).append("=").append(*names));
  }
  return flags;
}

/// Deno runs all tasks that fit a name with a star.
bool is_meant(const std::string& name, const std::string& task) {
  const std::size_t star = name.find('*');
  if (star == std::string::npos) return name == task;
  std::string pattern;
  for (const char c : name)
    pattern += std::string_view("?[\\").find(c) == std::string_view::npos ? std::string(1, c)
                                                                          : std::string("\\") + c;
  return ::fnmatch(pattern.c_str(), task.c_str(), 0) == 0;
}

/// Runs tasks of deno.json, deno.jsonc and package.json, or a script.
class Deno : public CommandExecutor {
 public:
  static constexpr PluginInfo info{
      .id = "deno", .version = "1.0.0", .summary = "runs tasks of deno.json and scripts with Deno"};
  using CommandExecutor::CommandExecutor;

  Result<Command> command(const Task& task) override {
    if (task.has_command_line() || task.has_command_argv()) {
      return Failure{DREAM_E_UNSUPPORTED, "the deno executor runs tasks and scripts of Deno, and no command",
                     R"(use the options "task" or "script", or set "executor": "shell")"};
    }
    const Options options(task.options());
    Result<Words> argv = options.has("script") ? run_script(options) : run_task(task, options);
    if (!argv) return argv.failure();
    Words environment = task.environment();
    if (!is_installed("deno", variable(environment, "PATH"))) return not_installed();
    append(*argv, options.texts("args"));
    append(*argv, task.arguments());
    // It would ask its maker's server for newer versions of itself.
    set_default(environment, "DENO_NO_UPDATE_CHECK", "1");
    return Command{
        .argv = std::move(*argv), .environment = std::move(environment), .relays = script_runners()};
  }

  static Result<std::vector<sdk::FoundTask>> discover(const Host&, const Project& project) {
    Result<std::optional<Tasks>> tasks = tasks_in(project.directory);
    if (!tasks) return tasks.failure();
    // A folder with nothing of Deno's is npm's, although Deno could run its scripts.
    const bool is_for_deno = tasks->has_value() && !only_package(project.directory);
    return is_for_deno ? sorted(**tasks) : Tasks{};
  }

  static Result<std::vector<sdk::NeededProject>> depends(const Host&, const Project& project) {
    return deno_needs(project);
  }

  static Result<void> tool(const Host&, const Project&) {
    if (!is_installed("deno", own_search_path())) return not_installed();
    return {};
  }

 private:
  static Words verb(const char* name, const Options& options) {
    Words argv{"deno", name};
    if (const auto configuration = options.text("config")) append(argv, {"--config", *configuration});
    for (const std::string& feature : options.texts("unstable")) argv.push_back("--unstable-" + feature);
    return argv;
  }

  static Result<Words> run_script(const Options& options) {
    if (options.has("task")) {
      return Failure{DREAM_E_OPTIONS, R"(it is either "task" or "script")", "remove one of them", "/task"};
    }
    const Result<Words> permissions = permission_flags(options);
    if (!permissions) return permissions.failure();
    Words argv = verb("run", options);
    append(argv, *permissions);
    append(argv, options.texts("flags"));
    argv.push_back(options.text("script").value_or(""));
    return argv;
  }

  Result<Words> run_task(const Task& task, const Options& options) const {
    if (options.has("permissions")) {
      return Failure{DREAM_E_OPTIONS, R"(a task says itself what its commands may do; this is for "script")",
                     "write --allow-… into the task's command", "/permissions"};
    }
    const std::string name = options.text("task").value_or(std::string(task.name()));
    const fs::path folder(task.directory());
    const auto configuration = options.text("config");
    const Result<std::optional<Tasks>> tasks =
        configuration ? find_tasks_of(folder / *configuration) : find_tasks(folder);
    if (!tasks) return tasks.failure();
    if (!tasks->has_value()) return no_files();
    if (name.starts_with('-'))
      return Failure{DREAM_E_OPTIONS, "deno can't run a task whose name begins with a dash: \"" + name + "\"",
                     "rename the task", "/task"};
    if (const sdk::FoundTask* one = find_task(**tasks, name); one != nullptr && one->unusable)
      return is_no_command(project().path, *one);
    const bool is_there =
        std::ranges::any_of(**tasks, [&](const sdk::FoundTask& one) { return is_meant(name, one.name); });
    if (!is_there) return no_task(name, **tasks);
    Words argv = verb("task", options);
    append(argv, options.texts("flags"));
    argv.push_back(name);
    return argv;
  }

  [[nodiscard]] Failure no_files() const {
    return {DREAM_E_NOT_FOUND, project().path + " has no deno.json, deno.jsonc or package.json",
            "make one (deno init), or give the project another executor"};
  }

  [[nodiscard]] Failure no_task(const std::string& name, const Tasks& tasks) const {
    return {DREAM_E_NOT_FOUND,
            project().path + " has no Deno task \"" + name + "\"" + those_there_are(tasks, "tasks"),
            R"(write it, or name another one in the option "task")"};
  }
};

}  // namespace
}  // namespace dream::plugins

DREAM_PLUGIN(dream::plugins::Deno)
