#pragma once

#include <dream/abi.h>
#include <dream/ext/health.h>
#include <dream/ext/inside.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "plugin/calls.hpp"
#include "plugin/executor.hpp"
#include "plugin/host_side.hpp"
#include "plugin/services.hpp"

namespace dream::plugin {

/// What an executor is made for.
struct ProjectSpec {
  std::string root;          ///< absolute path of the workspace root
  std::string path;          ///< `./services/api`
  std::string directory;     ///< absolute
  std::string options_json;  ///< an object
};

/// Borrows from `project`.
[[nodiscard]] dream_project wire_of(const ProjectSpec& project);

/// An executor of a loaded plugin.
class LoadedExecutor final : public Executor {
 public:
  /// Asks the plugin for an executor. `table`, `calls` and `services` must outlive it.
  static Result<std::unique_ptr<LoadedExecutor>> create(const dream_plugin& table, Calls& calls,
                                                        Services& services, const ProjectSpec& project);
  /// All runs are gone; if one isn't, since dream is going down, the plugin's executor is left as it is.
  ~LoadedExecutor() override;
  LoadedExecutor(const LoadedExecutor&) = delete;
  LoadedExecutor& operator=(const LoadedExecutor&) = delete;

  Result<std::unique_ptr<Run>> start(const TaskSpec& task, RunObserver& observer) override;
  Result<std::optional<std::string>> describe(const TaskSpec& task) override;
  [[nodiscard]] bool tells_ready() const override {
    return (table_.abilities & DREAM_PLUGIN_TELLS_READY) != 0;
  }
  [[nodiscard]] bool runs_elsewhere() const override {
    return (table_.abilities & DREAM_PLUGIN_RUNS_ELSEWHERE) != 0;
  }
  [[nodiscard]] bool reaches_inside() const override { return inside().has_value(); }
  [[nodiscard]] bool tells_health() const override { return health().has_value(); }

  /// Before the end of the executor: its blocking work is ended. What still runs at `deadline` has the
  /// plugin's executor left as it is.
  void finish_work(Instant deadline) { work_left_ = !host_.finish_work(deadline); }

 private:
  class LoadedRun;

  // Its extensions, if it has them.
  [[nodiscard]] std::optional<dream_inside> inside() const;
  [[nodiscard]] std::optional<dream_health> health() const;

  LoadedExecutor(const dream_plugin& table, Calls& calls, HostSide& host, std::string project)
      : table_(table), calls_(calls), host_(host), project_(std::move(project)) {}

  const dream_plugin& table_;
  Calls& calls_;
  HostSide& host_;
  std::string project_;
  dream_executor* executor_ = nullptr;
  std::size_t runs_ = 0;  ///< not yet released
  bool work_left_ = false;
};

}  // namespace dream::plugin
