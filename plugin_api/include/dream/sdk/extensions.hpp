#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "executor.hpp"
#include "host.hpp"
#include "task.hpp"

namespace dream::sdk {

/// A task that an executor finds in a project's folder by itself.
struct FoundTask {
  std::string name;
  std::string summary = {};  ///< what it runs, one line
  std::string source = {};   ///< the file it stands in, from the project's folder: "package.json"
  bool unusable = false;     ///< it is there, but command() refuses it: a file that isn't executable
};

/// Another project of the workspace that a project needs.
struct NeededProject {
  std::string folder;                       ///< absolute
  std::uint32_t kind = DREAM_NEED_RUNTIME;  ///< DREAM_NEED_*
  bool operator==(const NeededProject&) const = default;
};

/// A run of dream that died, and may have left things outside of this machine's processes.
struct DeadRun {
  std::string session;               ///< Host::session() of that run
  std::string root;                  ///< of its workspace; may be gone
  std::vector<std::string> options;  ///< of its tasks with this executor: JSON objects, each once
  std::uint32_t limit_ms = 0;        ///< the process is killed after this time
};

/// A command that is to run where a run lives.
class InsideCommand {
 public:
  InsideCommand(const dream_inside_command& command, dream_on_inside on_inside, void* context)
      : argv(texts(command.argv)), limit_ms(command.limit_ms), on_inside_(on_inside), context_(context) {}

  std::vector<std::string> argv;
  std::uint32_t limit_ms = 0;  ///< after this time nobody needs the answer; 0: it is waited for

  /// [any thread] It is over: once, and not after the run was deleted. `output`: the last of what it wrote.
  void end(const Exit& exit, std::string_view output = {}) const {
    const dream_exit wire{sizeof(dream_exit), exit.kind, exit.value, view(exit.text)};
    on_inside_(context_, &wire, view(output));
  }

 private:
  dream_on_inside on_inside_;
  void* context_;
};

/// Whether a run is healthy is to be told.
class HealthQuestion {
 public:
  HealthQuestion(std::uint32_t limit, dream_on_health on_health, void* context)
      : limit_ms(limit), on_health_(on_health), context_(context) {}

  std::uint32_t limit_ms = 0;  ///< after this time nobody needs the answer

  /// [any thread] Once, and not after the run was deleted. The message of a Failure is why it isn't healthy.
  void answer(const Result<void>& health) const {
    on_health_(context_, health ? 1 : 0, health ? dream_str{} : view(health.failure().message));
  }

 private:
  dream_on_health on_health_;
  void* context_;
};

/// Tells dream of a Failure, through the interface.
inline dream_status tell(dream_errors* errors, const Failure& failure) {
  return errors->fail(errors, failure.code, view(failure.where), view(failure.message), view(failure.hint));
}

/// Does `body`; an exception becomes a failure with its message.
template <class Body>
dream_status guarded(dream_errors* errors, Body&& body) noexcept {
  try {
    return body();
  } catch (const std::exception& exception) {
    return errors->fail(errors, DREAM_E_INTERNAL, {}, dream_text(exception.what()), {});
  } catch (...) {
    return errors->fail(errors, DREAM_E_INTERNAL, {}, dream_text("an exception of an unknown type"), {});
  }
}

/// The extensions that a plugin class has, by the public functions that it declares. None is required:
///
/// - static Result<std::vector<FoundTask>> discover(const Host&, const Project&): what the folder offers
/// - static Result<void> tool(const Host&, const Project&): whether the tool is there; only beside discover
/// - static Result<std::vector<NeededProject>> depends(const Host&, const Project&): what the project needs
/// - Result<std::string> describe(const Task&): what start would run, one line
/// - static Result<void> inside(Run&, InsideCommand): begins to run a command where the run lives
/// - static Result<void> health(Run&, HealthQuestion): begins to find out whether the run is healthy
/// - static Result<void> reap(const Host&, const DeadRun&): may block; in a process of its own
template <class Class>
class Extensions {
 public:
  /// The table of an extension, or nullptr.
  [[nodiscard]] static const void* find(std::string_view id) {
    if constexpr (requires { &Class::discover; }) {
      static const dream_discover table{sizeof(dream_discover), &tasks, tool_function()};
      if (id == DREAM_DISCOVER_ID) return &table;
    }
    if constexpr (requires { &Class::depends; }) {
      static constexpr dream_depends table{sizeof(dream_depends), &projects};
      if (id == DREAM_DEPENDS_ID) return &table;
    }
    if constexpr (requires { &Class::describe; }) {
      static constexpr dream_describe table{sizeof(dream_describe), &describe};
      if (id == DREAM_DESCRIBE_ID) return &table;
    }
    if constexpr (requires { &Class::inside; }) {
      static constexpr dream_inside table{sizeof(dream_inside), &inside};
      if (id == DREAM_INSIDE_ID) return &table;
    }
    if constexpr (requires { &Class::health; }) {
      static constexpr dream_health table{sizeof(dream_health), &health};
      if (id == DREAM_HEALTH_ID) return &table;
    }
    if constexpr (requires { &Class::reap; }) {
      static constexpr dream_reap table{sizeof(dream_reap), &reap};
      if (id == DREAM_REAP_ID) return &table;
    }
    return nullptr;
  }

 private:
  static constexpr auto tool_function() -> decltype(dream_discover::tool) {
    if constexpr (requires { &Class::tool; }) {
      return &tool;
    } else {
      return nullptr;
    }
  }

  static dream_status tasks(const dream_host* host, const dream_project* project, dream_on_found on_found,
                            void* context, dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      const Result<std::vector<FoundTask>> found = Class::discover(Host(host), Project(*project));
      if (!found) return tell(errors, found.failure());
      for (const FoundTask& task : *found) {
        const dream_found_task wire{sizeof(dream_found_task), 0,
                                    view(task.name),          view(task.summary),
                                    view(task.source),        task.unusable ? 1U : 0U};
        on_found(context, &wire);
      }
      return DREAM_OK;
    });
  }

  static dream_status tool(const dream_host* host, const dream_project* project,
                           dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      const Result<void> there = Class::tool(Host(host), Project(*project));
      return there ? DREAM_OK : tell(errors, there.failure());
    });
  }

  static dream_status projects(const dream_host* host, const dream_project* project,
                               dream_on_needed on_needed, void* context, dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      const Result<std::vector<NeededProject>> needed = Class::depends(Host(host), Project(*project));
      if (!needed) return tell(errors, needed.failure());
      for (const NeededProject& one : *needed) {
        const dream_needed_project wire{sizeof(dream_needed_project), one.kind, view(one.folder)};
        on_needed(context, &wire);
      }
      return DREAM_OK;
    });
  }

  static dream_status describe(dream_executor* executor, const dream_task* task, dream_on_line on_line,
                               void* context, dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      auto& object = static_cast<Class&>(*reinterpret_cast<Executor*>(executor));
      const Result<std::string> line = object.describe(Task(*task));
      if (!line) return tell(errors, line.failure());
      on_line(context, view(*line));
      return DREAM_OK;
    });
  }

  static dream_status inside(dream_run* run, const dream_inside_command* command, dream_on_inside on_inside,
                             void* context, dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      const Result<void> begun =
          Class::inside(*reinterpret_cast<Run*>(run), InsideCommand(*command, on_inside, context));
      return begun ? DREAM_OK : tell(errors, begun.failure());
    });
  }

  static dream_status health(dream_run* run, std::uint32_t limit_ms, dream_on_health on_health, void* context,
                             dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      const Result<void> begun =
          Class::health(*reinterpret_cast<Run*>(run), HealthQuestion(limit_ms, on_health, context));
      return begun ? DREAM_OK : tell(errors, begun.failure());
    });
  }

  static dream_status reap(const dream_host* host, const dream_dead_run* run, dream_errors* errors) noexcept {
    return guarded(errors, [&] {
      const Result<void> reaped = Class::reap(Host(host), DeadRun{.session = std::string(text(run->session)),
                                                                  .root = std::string(text(run->root)),
                                                                  .options = texts(run->options),
                                                                  .limit_ms = run->limit_ms});
      return reaped ? DREAM_OK : tell(errors, reaped.failure());
    });
  }
};

}  // namespace dream::sdk
