#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "result.hpp"

namespace dream::sdk {

/// Copies of an array of texts.
[[nodiscard]] inline std::vector<std::string> texts(dream_strs views) {
  std::vector<std::string> copies;
  copies.reserve(views.count);
  for (std::size_t index = 0; index < views.count; ++index) copies.emplace_back(text(views.data[index]));
  return copies;
}

/// The project that an executor is made for; copied, so that it may be kept.
struct Project {
  std::string root;       ///< absolute path of the workspace root
  std::string path;       ///< its name: "./services/api"
  std::string directory;  ///< absolute path of its folder
  std::string options;    ///< a JSON object; tasks may add to it, so read a task's own instead

  Project() = default;
  explicit Project(const dream_project& project)
      : root(text(project.root)),
        path(text(project.path)),
        directory(text(project.directory)),
        options(text(project.options)) {}
};

/// What one run is to do. A view of what the host passed: valid during start.
class Task {
 public:
  explicit Task(const dream_task& task) : task_(task) {}

  [[nodiscard]] std::string_view name() const { return text(task_.name); }

  /// Which of the following two dream.json gives; both are empty when it gives none.
  [[nodiscard]] bool has_command_line() const { return task_.command_kind == DREAM_COMMAND_LINE; }
  [[nodiscard]] bool has_command_argv() const { return task_.command_kind == DREAM_COMMAND_ARGV; }
  [[nodiscard]] std::string_view command_line() const { return text(task_.command_line); }
  [[nodiscard]] std::vector<std::string> command_argv() const { return texts(task_.command_argv); }

  /// What stood after `--` on the command line.
  [[nodiscard]] std::vector<std::string> arguments() const { return texts(task_.arguments); }
  [[nodiscard]] std::string_view directory() const { return text(task_.directory); }
  /// NAME=VALUE, the whole of it.
  [[nodiscard]] std::vector<std::string> environment() const { return texts(task_.environment); }
  /// The part of it that dream.json sets, for tasks that don't run on this machine.
  [[nodiscard]] std::vector<std::string> own_environment() const {
    return DREAM_HAS(&task_, own_environment) ? texts(task_.own_environment) : std::vector<std::string>{};
  }
  /// A JSON object that fits the plugin's schema; dream/sdk/options.hpp reads it.
  [[nodiscard]] std::string_view options() const { return text(task_.options); }

  /// What the host's services and Host::started() know this run by.
  [[nodiscard]] dream_run_id run() const { return task_.run; }
  /// What a graceful termination sends, and how long after it the host will force.
  [[nodiscard]] std::int32_t stop_signal() const { return task_.stop_signal; }
  [[nodiscard]] std::chrono::milliseconds grace() const {
    return std::chrono::milliseconds(static_cast<std::int64_t>(task_.grace_ms));
  }
  /// dream.json names no stop signal: one that what is run brings along may be sent in its place.
  [[nodiscard]] bool may_use_own_signal() const { return (task_.flags & DREAM_TASK_OWN_SIGNAL) != 0; }
  /// Host::ready() is waited for. Only of a plugin whose PluginInfo says that it can.
  [[nodiscard]] bool wants_ready() const { return (task_.flags & DREAM_TASK_TELL_READY) != 0; }
  /// How long after its start; 0: for ever, or the host doesn't say.
  [[nodiscard]] std::chrono::milliseconds ready_limit() const {
    return std::chrono::milliseconds(
        DREAM_HAS(&task_, ready_limit_ms) ? static_cast<std::int64_t>(task_.ready_limit_ms) : 0);
  }
  /// It will be asked whether it is healthy. Only of a plugin that has `health` (sdk/extensions.hpp).
  [[nodiscard]] bool asks_health() const { return (task_.flags & DREAM_TASK_ASK_HEALTH) != 0; }
  [[nodiscard]] bool may_have_terminal() const { return (task_.flags & DREAM_TASK_PTY) != 0; }

  [[nodiscard]] const dream_task& raw() const { return task_; }

 private:
  const dream_task& task_;
};

}  // namespace dream::sdk
