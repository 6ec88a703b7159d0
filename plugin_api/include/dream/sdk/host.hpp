#pragma once

#include <string>
#include <string_view>
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

  /// The services themselves; nullptr when the host doesn't have one.
  [[nodiscard]] const dream_output* output() const { return output_; }
  [[nodiscard]] const dream_process* process() const { return process_; }
  [[nodiscard]] const dream_timer* timer() const { return timer_; }
  [[nodiscard]] const dream_host* raw() const { return host_; }

  /// A service by its id; nullptr when the host doesn't have it.
  template <class Service>
  [[nodiscard]] const Service* service(const char* id) const {
    return static_cast<const Service*>(host_->service(host_, id));
  }

 private:
  const dream_host* host_;
  const dream_log* log_;
  const dream_output* output_;
  const dream_process* process_;
  const dream_timer* timer_;
};

}  // namespace dream::sdk
