#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../dream.h"
#include "result.hpp"

namespace dream::sdk {

/// A dream_errors of the plugin's own, for service calls: what the service says comes back as a Failure.
class FailureSink {
 public:
  FailureSink() = default;
  FailureSink(const FailureSink&) = delete;
  FailureSink& operator=(const FailureSink&) = delete;

  [[nodiscard]] dream_errors* table() { return &table_.base; }

  /// The Failure of a service call that answered `status`.
  [[nodiscard]] Failure take(dream_status status, std::string_view what) {
    if (failure_.message.empty()) failure_.message = "the host refuses: " + std::string(what);
    failure_.code = status;
    return std::move(failure_);
  }

 private:
  struct Table {
    dream_errors base;
    FailureSink* owner;
  };

  static dream_status fail(dream_errors* self, dream_status code, dream_str where, dream_str message,
                           dream_str hint) noexcept {
    FailureSink& sink = *reinterpret_cast<Table*>(self)->owner;
    sink.failure_ =
        Failure{code, std::string(text(message)), std::string(text(hint)), std::string(text(where))};
    return code;
  }

  Table table_{{sizeof(dream_errors), &FailureSink::fail}, this};
  Failure failure_;
};

/// The host and its services; a copyable view, valid as long as the executor.
class Host {
 public:
  explicit Host(const dream_host* host)
      : host_(host),
        log_(service<dream_log>(DREAM_LOG_ID)),
        output_(service<dream_output>(DREAM_OUTPUT_ID)),
        process_(service<dream_process>(DREAM_PROCESS_ID)),
        timer_(service<dream_timer>(DREAM_TIMER_ID)) {}

  /// [any thread] One line for people; `level` is DREAM_LOG_*.
  void log(std::uint32_t level, std::string_view message) const {
    if (log_ != nullptr) log_->write(host_, level, view(message));
  }

  /// [any thread] The process of a run whose status was "starting" runs now.
  void started(dream_run_id run) const { host_->started(host_, run); }

  /// [any thread] Whether this host knows of starts that fail later. Run::report_start_failure() asks by
  /// itself.
  [[nodiscard]] bool knows_failed_starts() const { return DREAM_HAS(host_, start_failed); }
  /// [any thread] A run whose status was "starting" will never run. Only where knows_failed_starts().
  void start_failed(dream_run_id run, const Failure& failure) const {
    host_->start_failed(host_, run, failure.code, view(failure.where), view(failure.message),
                        view(failure.hint));
  }

  /// [any thread] Something of this run outlives it, which `what` says in one line, and which reap() is to
  /// remove later. Before the run's end is reported. A host of version 1.0 keeps no record of it: false.
  bool left_behind(dream_run_id run, std::string_view what) const {
    if (!DREAM_HAS(host_, left_behind)) return false;
    host_->left_behind(host_, run, view(what));
    return true;
  }

  /// [any thread] A run of a task that wants_ready() is ready now. Once, after its start and before its end.
  void ready(dream_run_id run) const {
    if (DREAM_HAS(host_, ready)) host_->ready(host_, run);
  }

  /// Does `blocking` on a thread of the host's, which has few of them, and `done` on the loop after it:
  /// DREAM_OK, or why `blocking` wasn't called or threw (dream_on_done). `done` comes once, and before the
  /// executor is deleted.
  [[nodiscard]] Result<void> work(std::function<void()> blocking,
                                  std::function<void(dream_status)> done) const {
    const auto* service = this->service<dream_work>(DREAM_WORK_ID);
    if (service == nullptr) return Failure{DREAM_E_UNSUPPORTED, "this host has no threads for work"};
    auto job = std::make_unique<Job>(Job{std::move(blocking), std::move(done)});
    const dream_status status = service->run(host_, &Job::run, &Job::finish, job.get());
    if (status < 0) return Failure{status, "the host refuses work"};
    static_cast<void>(job.release());  // finish() takes it back
    return {};
  }
  /// [any thread] The executor is about to be deleted: `blocking` functions should return.
  [[nodiscard]] bool stopping() const {
    const auto* service = this->service<dream_work>(DREAM_WORK_ID);
    return service != nullptr && service->stopping(host_) != 0;
  }

  /// The plugin's own folders for all workspaces and runs, which exist then.
  [[nodiscard]] Result<std::string> state_folder() const { return folder(&dream_paths::state); }
  [[nodiscard]] Result<std::string> cache_folder() const { return folder(&dream_paths::cache); }
  /// The id of this run of dream, for what a reap() must find again; empty when the host doesn't tell.
  [[nodiscard]] std::string session() const {
    const auto* service = this->service<dream_paths>(DREAM_PATHS_ID);
    return service == nullptr ? std::string() : std::string(text(service->session(host_)));
  }

  /// The services themselves; nullptr when the host doesn't have one.
  [[nodiscard]] const dream_output* output() const { return output_; }
  [[nodiscard]] const dream_process* process() const { return process_; }
  [[nodiscard]] const dream_timer* timer() const { return timer_; }
  [[nodiscard]] const dream_post* post() const { return service<dream_post>(DREAM_POST_ID); }
  [[nodiscard]] const dream_host* raw() const { return host_; }

  /// A service by its id; nullptr when the host doesn't have it.
  template <class Service>
  [[nodiscard]] const Service* service(const char* id) const {
    return static_cast<const Service*>(host_->service(host_, id));
  }

 private:
  struct Job {
    std::function<void()> blocking;
    std::function<void(dream_status)> done;
    dream_status thrown = DREAM_OK;

    static void run(void* context) noexcept {
      auto& job = *static_cast<Job*>(context);
      try {
        job.blocking();
      } catch (...) {
        job.thrown = DREAM_E_INTERNAL;
      }
    }
    static void finish(void* context, dream_status status) noexcept {
      const std::unique_ptr<Job> job(static_cast<Job*>(context));
      if (job->done) job->done(job->thrown == DREAM_OK ? status : job->thrown);
    }
  };

  using Folder = dream_status (*dream_paths::*)(const dream_host*, dream_str*, dream_errors*) DREAM_NOEXCEPT;
  [[nodiscard]] Result<std::string> folder(Folder which) const {
    const auto* service = this->service<dream_paths>(DREAM_PATHS_ID);
    if (service == nullptr) return Failure{DREAM_E_UNSUPPORTED, "this host has no folders for plugins"};
    dream_str path{};
    FailureSink errors;
    const dream_status status = (service->*which)(host_, &path, errors.table());
    if (status < 0) return errors.take(status, "a folder");
    return std::string(text(path));
  }

  const dream_host* host_;
  const dream_log* log_;
  const dream_output* output_;
  const dream_process* process_;
  const dream_timer* timer_;
};

}  // namespace dream::sdk
