/// Calls a plugin like the host does, for its unit tests: makes the C values, keeps what was answered.
///
///     FakeHost host;
///     PluginDriver plugin(host, dream_plugin_v1);
///     plugin.create({.directory = "/tmp/web"});
///     FakeRun* run = plugin.start({.name = "dev", .command_line = "vite"});
///     host.exit_child(0, DREAM_EXIT_CODE, 0);
///     assert(run->exits.size() == 1);
#pragma once

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
  std::string options = "{}";
  std::int32_t stop_signal = 15;
  std::uint64_t grace_ms = 5000;
  std::uint32_t flags = DREAM_TASK_PTY;
};

struct FakeExit {
  std::uint32_t kind;
  std::int32_t value;
  std::string text;
};

/// A run that the plugin started.
struct FakeRun {
  dream_run* handle = nullptr;
  dream_run_id id = 0;
  dream_status start_status = DREAM_OK;
  std::vector<FakeExit> exits = {};  ///< what was reported
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
      if (run->exits.empty()) {
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
    const dream_project wire{sizeof(dream_project), view(project.root), view(project.path),
                             view(project.directory), view(project.options)};
    return table_->create(host_.table(), &wire, &executor_, error_->table()) >= 0;
  }

  /// Null: it failed, and error() says why. Lives as long as the driver.
  FakeRun* start(const FakeTask& task) {
    error_ = std::make_unique<FakeErrors>();
    const std::vector<dream_str> argv = views(task.command_argv);
    const std::vector<dream_str> arguments = views(task.arguments);
    const std::vector<dream_str> environment = views(task.environment);
    auto run = std::make_unique<FakeRun>();
    run->id = ++last_run_;
    dream_task wire{};
    wire.size = sizeof(wire);
    wire.flags = task.flags;
    wire.run = run->id;
    wire.name = view(task.name);
    wire.stop_signal = task.stop_signal;
    wire.grace_ms = task.grace_ms;
    if (task.command_line) {
      wire.command_kind = DREAM_COMMAND_LINE;
      wire.command_line = view(*task.command_line);
    } else if (!argv.empty()) {
      wire.command_kind = DREAM_COMMAND_ARGV;
      wire.command_argv = {argv.data(), argv.size()};
    }
    wire.arguments = {arguments.data(), arguments.size()};
    wire.directory = view(task.directory);
    wire.environment = {environment.data(), environment.size()};
    wire.options = view(task.options);
    run->start_status = table_->start(executor_, &wire, &run->handle, error_->table());
    if (run->start_status < 0) return nullptr;
    table_->wait(run->handle, &on_exit, run.get());
    runs_.push_back(std::move(run));
    return runs_.back().get();
  }

  dream_status terminate(FakeRun& run, std::uint32_t urgency) {
    error_ = std::make_unique<FakeErrors>();
    return table_->terminate(run.handle, urgency, error_->table());
  }

  /// `detail` is valid until the next call for this run.
  dream_state status(const FakeRun& run) {
    dream_state state{};
    state.size = sizeof(state);
    table_->status(run.handle, &state);
    return state;
  }

  /// What the last create, start or terminate said.
  [[nodiscard]] const FakeErrors& error() const { return *error_; }

 private:
  static dream_str view(const std::string& text) { return {text.data(), text.size()}; }
  static std::vector<dream_str> views(const std::vector<std::string>& texts) {
    std::vector<dream_str> result;
    result.reserve(texts.size());
    for (const std::string& one : texts) result.push_back(view(one));
    return result;
  }
  static void on_exit(void* context, const dream_exit* exit) noexcept {
    static_cast<FakeRun*>(context)->exits.push_back({exit->kind, exit->value, text(exit->text)});
  }

  FakeHost& host_;
  std::unique_ptr<FakeErrors> handshake_errors_;
  std::unique_ptr<FakeErrors> error_;
  const dream_plugin* table_ = nullptr;
  dream_executor* executor_ = nullptr;
  dream_run_id last_run_ = 0;
  std::vector<std::unique_ptr<FakeRun>> runs_;
};

}  // namespace dream::testing
