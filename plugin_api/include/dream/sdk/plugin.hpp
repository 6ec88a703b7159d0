#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "executor.hpp"
#include "extensions.hpp"
#include "host.hpp"
#include "task.hpp"

#if __has_include("dream_options_schema.h")
#include "dream_options_schema.h"  // made by dream_add_plugin() from the plugin's SCHEMA
#define DREAM_OPTIONS_SCHEMA std::string_view(dream_options_schema, sizeof(dream_options_schema) - 1)
#else
#define DREAM_OPTIONS_SCHEMA std::string_view(R"({"type": "object", "additionalProperties": false})")
#endif

namespace dream::sdk {

/// The C table of a plugin class, with its Extensions; a static `const void* extension(const char*)` of the
/// class replaces these. Every function catches whatever comes out of the plugin's code.
template <class Class>
class PluginTable {
 public:
  [[nodiscard]] static const dream_plugin* get(std::string_view options_schema) {
    static const dream_plugin table{sizeof(dream_plugin),
                                    DREAM_ABI_MINOR,
                                    view(Class::info.id),
                                    view(Class::info.version),
                                    view(Class::info.summary),
                                    view(Class::info.homepage),
                                    view(options_schema),
                                    &create,
                                    &destroy,
                                    &start,
                                    &wait,
                                    &terminate,
                                    &status,
                                    &release,
                                    &extension,
                                    Class::info.abilities};
    return &table;
  }

 private:
  static Result<std::unique_ptr<Class>> make(const Host& host, Project project) {
    if constexpr (requires { Class::create(host, project); }) {
      return Class::create(host, std::move(project));
    } else {
      return std::make_unique<Class>(host, std::move(project));
    }
  }

  static Executor* cpp(dream_executor* executor) { return reinterpret_cast<Executor*>(executor); }
  static Run* cpp(dream_run* run) { return reinterpret_cast<Run*>(run); }

  static dream_status create(const dream_host* host, const dream_project* project, dream_executor** out,
                             dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      Result<std::unique_ptr<Class>> made = make(Host(host), Project(*project));
      if (!made) return tell(errors, made.failure());
      Executor* executor = made->release();
      *out = reinterpret_cast<dream_executor*>(executor);
      return DREAM_OK;
    });
  }

  static void destroy(dream_executor* executor) noexcept { delete cpp(executor); }

  static dream_status start(dream_executor* executor, const dream_task* task, dream_run** out,
                            dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      if (task->command_kind > DREAM_COMMAND_ARGV) {
        return tell(errors, {DREAM_E_UNSUPPORTED, "this kind of command is not known", "update the plugin"});
      }
      Result<std::unique_ptr<Run>> started = cpp(executor)->start(Task(*task));
      if (!started) return tell(errors, started.failure());
      const bool starting = (*started)->state().phase == Phase::starting;
      *out = reinterpret_cast<dream_run*>(started->release());
      return starting ? DREAM_STARTING : DREAM_OK;
    });
  }

  static dream_status wait(dream_run* run, dream_on_exit on_exit, void* context) noexcept {
    cpp(run)->arm(on_exit, context);
    return DREAM_OK;
  }

  static dream_status terminate(dream_run* run, std::uint32_t urgency, dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      if (urgency > DREAM_FORCE) return tell(errors, {DREAM_E_UNSUPPORTED, "this urgency is not known"});
      const Result<void> asked = cpp(run)->terminate(static_cast<Urgency>(urgency));
      return asked ? DREAM_OK : tell(errors, asked.failure());
    });
  }

  static dream_status status(const dream_run* run, dream_state* state) noexcept {
    try {
      static_cast<void>(reinterpret_cast<const Run*>(run)->fill(*state));
      return DREAM_OK;
    } catch (...) {
      return DREAM_E_INTERNAL;
    }
  }

  static void release(dream_run* run) noexcept { delete cpp(run); }

  static const void* extension(const char* id) noexcept {
    if constexpr (requires { Class::extension(id); }) {
      return Class::extension(id);
    } else {
      return id == nullptr ? nullptr : Extensions<Class>::find(id);
    }
  }
};

}  // namespace dream::sdk

/// Makes `Class` the plugin of this library: a dream::sdk::Executor with a static `info`. Once, in one source
/// file, at namespace scope.
#define DREAM_PLUGIN(Class)                                                                            \
  extern "C" DREAM_EXPORT const dream_plugin* dream_plugin_v1(const dream_handshake*) DREAM_NOEXCEPT { \
    return ::dream::sdk::PluginTable<Class>::get(DREAM_OPTIONS_SCHEMA);                                \
  }
