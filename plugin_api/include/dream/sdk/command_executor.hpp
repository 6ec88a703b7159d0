#pragma once

#include <memory>
#include <string>
#include <utility>

#include "child_run.hpp"
#include "command_line.hpp"
#include "executor.hpp"
#include "host.hpp"
#include "task.hpp"

namespace dream::sdk {

/// An executor whose runs are one command each: says which, the rest comes for free.
class CommandExecutor : public Executor {
 public:
  CommandExecutor(const Host& host, Project project) : host_(host), project_(std::move(project)) {}

  /// What to execute for a task.
  [[nodiscard]] virtual Result<Command> command(const Task& task) = 0;

  /// That command, for `dream plan`.
  [[nodiscard]] virtual Result<std::string> describe(const Task& task) {
    const Result<Command> wanted = command(task);
    if (!wanted) return wanted.failure();
    return shell_line(wanted->argv);
  }

  Result<std::unique_ptr<Run>> start(const Task& task) final {
    const Result<Command> wanted = command(task);
    if (!wanted) return wanted.failure();
    auto run = std::make_unique<ChildRun>(host_);
    if (const Result<void> spawned = run->spawn(task, *wanted); !spawned) return spawned.failure();
    return std::unique_ptr<Run>(std::move(run));
  }

 protected:
  [[nodiscard]] const Host& host() const { return host_; }
  [[nodiscard]] const Project& project() const { return project_; }

 private:
  Host host_;
  Project project_;
};

}  // namespace dream::sdk
