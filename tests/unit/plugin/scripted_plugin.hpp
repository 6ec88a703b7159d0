#pragma once

#include <dream/dream.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fake_services.hpp"
#include "plugin/loaded_executor.hpp"

namespace dream::plugin {

/// A plugin whose every function does what a test says; one at a time. Unless told otherwise it starts runs
/// that do nothing, until finish().
struct ScriptedPlugin {
  ScriptedPlugin() { current = this; }
  ~ScriptedPlugin() { current = nullptr; }
  ScriptedPlugin(const ScriptedPlugin&) = delete;
  ScriptedPlugin& operator=(const ScriptedPlugin&) = delete;

  std::function<dream_status(dream_executor**, dream_errors*)> create = [this](auto** executor, auto*) {
    *executor = reinterpret_cast<dream_executor*>(this);
    return DREAM_OK;
  };
  std::function<dream_status(const dream_task*, dream_run**, dream_errors*)> start = [this](auto*, auto** run,
                                                                                            auto*) {
    *run = reinterpret_cast<dream_run*>(this);
    return DREAM_OK;
  };
  std::function<dream_status()> wait = [] { return DREAM_OK; };
  std::function<dream_status(std::uint32_t, dream_errors*)> terminate = [](auto, auto*) { return DREAM_OK; };
  std::function<dream_status(dream_state*)> status = [](dream_state* state) {
    state->phase = DREAM_PHASE_RUNNING;
    return DREAM_OK;
  };
  std::function<void()> release = [] {};
  std::function<const void*(std::string_view)> extension = [](auto) { return nullptr; };

  /// Reports that the run's start has failed.
  void fail_start(dream_status code, const char* message, const char* where = "",
                  const char* hint = "") const {
    host->start_failed(host, run_id, code, dream_text(where), dream_text(message), dream_text(hint));
  }

  void tell_ready() const { host->ready(host, run_id); }

  /// Reports the end of the run.
  void finish(std::uint32_t kind, std::int32_t value, const std::string& text = "") const {
    const dream_exit exit{sizeof(dream_exit), kind, value, {text.data(), text.size()}};
    on_exit(context, &exit);
  }

  template <class Service>
  [[nodiscard]] const Service& service(const char* id) const {
    return *static_cast<const Service*>(host->service(host, id));
  }

  const dream_host* host = nullptr;
  dream_run_id run_id = 0;
  dream_on_exit on_exit = nullptr;
  void* context = nullptr;
  std::vector<std::string> calls;  ///< the names of the functions that were called

  static const dream_plugin& table() {
    static const dream_plugin plugin{
        .size = sizeof(dream_plugin),
        .abi_minor = DREAM_ABI_MINOR,
        .id = DREAM_STR("scripted"),
        .version = DREAM_STR("1"),
        .summary = {},
        .homepage = {},
        .options_schema = {},
        .create =
            [](const dream_host* the_host, const dream_project*, dream_executor** executor,
               dream_errors* errors) noexcept {
              current->calls.emplace_back("create");
              current->host = the_host;
              return current->create(executor, errors);
            },
        .destroy = [](dream_executor*) noexcept { current->calls.emplace_back("destroy"); },
        .start =
            [](dream_executor*, const dream_task* task, dream_run** run, dream_errors* errors) noexcept {
              current->calls.emplace_back("start");
              current->run_id = task->run;
              return current->start(task, run, errors);
            },
        .wait =
            [](dream_run*, dream_on_exit callback, void* its_context) noexcept {
              current->calls.emplace_back("wait");
              current->on_exit = callback;
              current->context = its_context;
              return current->wait();
            },
        .terminate =
            [](dream_run*, std::uint32_t urgency, dream_errors* errors) noexcept {
              current->calls.emplace_back("terminate");
              return current->terminate(urgency, errors);
            },
        .status = [](const dream_run*, dream_state* state) noexcept { return current->status(state); },
        .release =
            [](dream_run*) noexcept {
              current->calls.emplace_back("release");
              current->release();
            },
        .extension = [](const char* id) noexcept { return current->extension(id); },
        .abilities = DREAM_PLUGIN_TELLS_READY};
    return plugin;
  }

 private:
  static inline ScriptedPlugin* current = nullptr;
};

/// A host around a scripted plugin, with one executor.
struct ScriptedHost {
  ScriptedHost() {
    auto created =
        LoadedExecutor::create(ScriptedPlugin::table(), calls, services, {"/w", "./web", "/w/web", "{}"});
    if (created) executor = std::move(*created);
  }

  Result<std::unique_ptr<Run>> start() {
    TaskSpec task;
    task.step = StepIndex{0};
    task.name = "dev";
    task.directory = "/w/web";
    task.options_json = "{}";
    return executor->start(task, observer);
  }

  ScriptedPlugin plugin;
  FakeServices services;
  Calls calls{"scripted", services};
  RecordingObserver observer;
  std::unique_ptr<LoadedExecutor> executor;
};

}  // namespace dream::plugin
