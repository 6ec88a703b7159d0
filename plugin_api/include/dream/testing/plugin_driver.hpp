/// Calls a plugin like the host does, for its unit tests: makes the C values, keeps what was answered.
///
///     FakeHost host;
///     PluginDriver plugin(host, dream_plugin_v1);
///     plugin.create({.directory = "/tmp/web"});
///     FakeRun* run = plugin.start({.name = "dev", .command_line = "vite"});
///     host.exit_child(0, DREAM_EXIT_CODE, 0);
///     assert(run->exits.size() == 1);
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../dream.h"
#include "fake_host.hpp"

namespace dream::testing {

/// What a test hands to create(); owns the strings.
struct FakeProject {
  std::string root = "/workspace";
  std::string path = "./web";
  std::string directory = "/workspace/web";
  std::string options = "{}";
};

/// What a test hands to start(); owns the strings.
struct FakeTask {
  std::string name = "dev";
  std::optional<std::string> command_line = {};
  std::vector<std::string> command_argv = {};  ///< when there is no line, and it isn't empty
  std::vector<std::string> arguments = {};
  std::string directory = "/workspace/web";
  std::vector<std::string> environment = {"PATH=/usr/bin:/bin"};
  std::vector<std::string> own_environment = {};
  std::string options = "{}";
  std::int32_t stop_signal = 15;
  std::uint64_t grace_ms = 5000;
  std::uint32_t flags = DREAM_TASK_PTY;
  std::uint64_t ready_limit_ms = 0;
};

struct FakeExit {
  std::uint32_t kind;
  std::int32_t value;
  std::string text;
};

/// The end of a command that the plugin ran inside a run.
struct FakeInsideEnd {
  FakeExit exit;
  std::string output;
};

/// What the plugin has told of a run's health.
struct FakeHealth {
  bool healthy;
  std::string why;
  bool operator==(const FakeHealth&) const = default;
};

/// A run that the plugin started.
struct FakeRun {
  FakeHost* host = nullptr;
  dream_run* handle = nullptr;
  dream_run_id id = 0;
  dream_status start_status = DREAM_OK;
  std::vector<FakeExit> exits = {};         ///< what was reported
  std::vector<FakeInsideEnd> insides = {};  ///< of run_inside()
  std::vector<FakeHealth> healths = {};     ///< of ask_health()
};

/// A task that a plugin found.
struct FakeFoundTask {
  std::string name;
  std::string summary;
  std::string source;
  bool unusable = false;
  bool operator==(const FakeFoundTask&) const = default;
};

/// A project that another one needs, by a plugin.
struct FakeNeededProject {
  std::string folder;
  std::uint32_t kind = DREAM_NEED_RUNTIME;
  bool operator==(const FakeNeededProject&) const = default;
};

/// What a test hands to reap(); owns the strings.
struct FakeDeadRun {
  std::string session = "11111111-2222-4333-8444-555555555555";
  std::string root = "/workspace";
  std::vector<std::string> options = {"{}"};
  std::uint32_t limit_ms = 10000;
};

/// A dream_errors that keeps what it is told.
class FakeErrors {
 public:
  FakeErrors() = default;
  FakeErrors(const FakeErrors&) = delete;
  FakeErrors& operator=(const FakeErrors&) = delete;

  [[nodiscard]] dream_errors* table() { return &table_.base; }

  dream_status code = DREAM_OK;
  std::string where, message, hint;
  int count = 0;  ///< how often fail was called

 private:
  struct Table {
    dream_errors base;
    FakeErrors* owner;
  };
  static dream_status fail(dream_errors* self, dream_status code, dream_str where, dream_str message,
                           dream_str hint) noexcept {
    FakeErrors& errors = *reinterpret_cast<Table*>(self)->owner;
    errors.code = code;
    errors.where = text(where);
    errors.message = text(message);
    errors.hint = text(hint);
    ++errors.count;
    return code;
  }
  Table table_{{sizeof(dream_errors), &FakeErrors::fail}, this};
};

/// Calls a plugin as dream would, with a FakeHost behind it.
class PluginDriver {
 public:
  PluginDriver(FakeHost& host, const dream_plugin* (*entry)(const dream_handshake*)) : host_(host) {
    handshake_errors_ = std::make_unique<FakeErrors>();
    const dream_handshake handshake{sizeof(dream_handshake), DREAM_ABI_MAJOR, DREAM_ABI_MINOR,
                                    DREAM_STR("fake"), handshake_errors_->table()};
    table_ = entry(&handshake);
  }
  /// Releases and destroys what ended properly.
  ~PluginDriver() {
    bool all_over = true;
    for (const auto& run : runs_) {
      if (run->exits.empty() && !start_failed(*run)) {
        all_over = false;
      } else if (run->handle != nullptr) {
        table_->release(run->handle);
      }
    }
    if (executor_ != nullptr && all_over) table_->destroy(executor_);
  }
  PluginDriver(const PluginDriver&) = delete;
  PluginDriver& operator=(const PluginDriver&) = delete;

  [[nodiscard]] const dream_plugin& table() const { return *table_; }

  /// False: it failed, and error() says why.
  bool create(const FakeProject& project = {}) {
    error_ = std::make_unique<FakeErrors>();
    const dream_project wire = wire_of(project);
    return table_->create(host_.table(), &wire, &executor_, error_->table()) >= 0;
  }

  /// Null: it failed, and error() says why. Lives as long as the driver.
  FakeRun* start(const FakeTask& task) {
    error_ = std::make_unique<FakeErrors>();
    auto run = std::make_unique<FakeRun>();
    run->host = &host_;
    run->id = host_.open_run(task.flags);
    const WireTask wire(task, run->id);
    run->start_status = table_->start(executor_, &wire.table, &run->handle, error_->table());
    if (run->start_status < 0) {
      host_.close_run(run->id);
      return nullptr;
    }
    table_->wait(run->handle, &on_exit, run.get());
    runs_.push_back(std::move(run));
    return runs_.back().get();
  }

  /// Null: the plugin doesn't have the extension.
  template <class Extension>
  [[nodiscard]] const Extension* extension(const char* id) const {
    if (table_->extension == nullptr) return nullptr;
    return static_cast<const Extension*>(table_->extension(id));
  }

  /// Begins a command by dream.inside/1; how it ends comes to `run.insides`. False: it failed, and error()
  /// says why.
  bool run_inside(FakeRun& run, const std::vector<std::string>& argv, std::uint32_t limit_ms = 5000) {
    const std::vector<dream_str> words = views(argv);
    const dream_inside_command command{sizeof(dream_inside_command), limit_ms, {words.data(), words.size()}};
    error_ = std::make_unique<FakeErrors>();
    return extension<dream_inside>(DREAM_INSIDE_ID)
               ->run(run.handle, &command, &on_inside, &run, error_->table()) >= 0;
  }

  /// Asks for its health by dream.health/1; the answer comes to `run.healths`. False: it failed, and error()
  /// says why.
  bool ask_health(FakeRun& run, std::uint32_t limit_ms = 5000) {
    error_ = std::make_unique<FakeErrors>();
    return extension<dream_health>(DREAM_HEALTH_ID)
               ->ask(run.handle, limit_ms, &on_health, &run, error_->table()) >= 0;
  }

  /// What dream.describe/1 says of a task; empty: it failed, and error() says why.
  std::string describe(const FakeTask& task) {
    error_ = std::make_unique<FakeErrors>();
    const WireTask wire(task, 0);
    std::string line;
    extension<dream_describe>(DREAM_DESCRIBE_ID)
        ->describe(executor_, &wire.table, &on_line, &line, error_->table());
    return line;
  }

  /// What dream.discover/1 finds in a folder; error() says whether it failed.
  std::vector<FakeFoundTask> discover(const FakeProject& project) {
    error_ = std::make_unique<FakeErrors>();
    const dream_project wire = wire_of(project);
    std::vector<FakeFoundTask> found;
    extension<dream_discover>(DREAM_DISCOVER_ID)
        ->tasks(host_.table(), &wire, &on_found, &found, error_->table());
    return found;
  }

  /// Whether dream.discover/1 finds the executor's tool; error() says what is missing.
  bool tool(const FakeProject& project) {
    error_ = std::make_unique<FakeErrors>();
    const dream_project wire = wire_of(project);
    const auto* extension = this->extension<dream_discover>(DREAM_DISCOVER_ID);
    return extension->tool == nullptr || extension->tool(host_.table(), &wire, error_->table()) >= 0;
  }

  /// What a project needs by dream.depends/1; error() says whether it failed.
  std::vector<FakeNeededProject> needed(const FakeProject& project) {
    error_ = std::make_unique<FakeErrors>();
    const dream_project wire = wire_of(project);
    std::vector<FakeNeededProject> needed;
    extension<dream_depends>(DREAM_DEPENDS_ID)
        ->projects(host_.table(), &wire, &on_needed, &needed, error_->table());
    return needed;
  }

  /// Whether dream.reap/1 succeeds; error() says why not.
  bool reap(const FakeDeadRun& run) {
    error_ = std::make_unique<FakeErrors>();
    const std::vector<dream_str> options = views(run.options);
    const dream_dead_run wire{sizeof(dream_dead_run),
                              run.limit_ms,
                              view(run.session),
                              view(run.root),
                              {options.data(), options.size()}};
    return extension<dream_reap>(DREAM_REAP_ID)->reap(host_.table(), &wire, error_->table()) >= 0;
  }

  dream_status terminate(FakeRun& run, std::uint32_t urgency) {
    error_ = std::make_unique<FakeErrors>();
    return table_->terminate(run.handle, urgency, error_->table());
  }

  /// Whether its start failed after all, as host.start_failures() has it.
  [[nodiscard]] bool start_failed(const FakeRun& run) const {
    const auto& failures = host_.start_failures();
    return std::any_of(failures.begin(), failures.end(),
                       [&](const FakeStartFailure& failure) { return failure.run == run.id; });
  }

  /// `detail` is valid until the next call for this run.
  dream_state status(const FakeRun& run) {
    dream_state state{};
    state.size = sizeof(state);
    table_->status(run.handle, &state);
    return state;
  }

  /// What the last call that can fail said.
  [[nodiscard]] const FakeErrors& error() const { return *error_; }

 private:
  static dream_str view(const std::string& text) { return {text.data(), text.size()}; }
  static std::vector<dream_str> views(const std::vector<std::string>& texts) {
    std::vector<dream_str> result;
    result.reserve(texts.size());
    for (const std::string& one : texts) result.push_back(view(one));
    return result;
  }
  static dream_project wire_of(const FakeProject& project) {
    return {sizeof(dream_project), view(project.root), view(project.path), view(project.directory),
            view(project.options)};
  }

  /// A dream_task and what it borrows.
  struct WireTask {
    WireTask(const FakeTask& task, dream_run_id run)
        : argv(views(task.command_argv)),
          arguments(views(task.arguments)),
          environment(views(task.environment)),
          own_environment(views(task.own_environment)) {
      table.size = sizeof(table);
      table.flags = task.flags;
      table.run = run;
      table.name = view(task.name);
      table.stop_signal = task.stop_signal;
      table.grace_ms = task.grace_ms;
      if (task.command_line) {
        table.command_kind = DREAM_COMMAND_LINE;
        table.command_line = view(*task.command_line);
      } else if (!argv.empty()) {
        table.command_kind = DREAM_COMMAND_ARGV;
        table.command_argv = {argv.data(), argv.size()};
      }
      table.arguments = {arguments.data(), arguments.size()};
      table.directory = view(task.directory);
      table.environment = {environment.data(), environment.size()};
      table.options = view(task.options);
      table.own_environment = {own_environment.data(), own_environment.size()};
      table.ready_limit_ms = task.ready_limit_ms;
    }

    std::vector<dream_str> argv, arguments, environment, own_environment;
    dream_task table{};
  };

  static void on_line(void* context, dream_str line) noexcept {
    *static_cast<std::string*>(context) = text(line);
  }
  static void on_found(void* context, const dream_found_task* task) noexcept {
    static_cast<std::vector<FakeFoundTask>*>(context)->push_back(
        {text(task->name), text(task->summary), text(task->source), task->unusable != 0});
  }
  static void on_needed(void* context, const dream_needed_project* needed) noexcept {
    static_cast<std::vector<FakeNeededProject>*>(context)->push_back({text(needed->folder), needed->kind});
  }
  static void on_exit(void* context, const dream_exit* exit) noexcept {
    FakeRun& run = *static_cast<FakeRun*>(context);
    static_cast<void>(run.host->end_run(run.id));
    run.exits.push_back({exit->kind, exit->value, text(exit->text)});
  }

  static void on_inside(void* context, const dream_exit* exit, dream_str output) noexcept {
    static_cast<FakeRun*>(context)->insides.push_back(
        {{exit->kind, exit->value, text(exit->text)}, text(output)});
  }

  static void on_health(void* context, std::uint32_t healthy, dream_str why) noexcept {
    static_cast<FakeRun*>(context)->healths.push_back({healthy != 0, text(why)});
  }

  FakeHost& host_;
  std::unique_ptr<FakeErrors> handshake_errors_;
  std::unique_ptr<FakeErrors> error_;
  const dream_plugin* table_ = nullptr;
  dream_executor* executor_ = nullptr;
  std::vector<std::unique_ptr<FakeRun>> runs_;
};

}  // namespace dream::testing
