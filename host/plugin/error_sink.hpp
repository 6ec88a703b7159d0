#pragma once

#include <dream/abi.h>

#include <optional>

#include "base/error.hpp"
#include "plugin/calls.hpp"

namespace dream::plugin {

/// The dream_errors of one call into a plugin.
class ErrorSink {
 public:
  ErrorSink() : table_{{sizeof(dream_errors), &ErrorSink::fail}, this} {}
  ErrorSink(const ErrorSink&) = delete;
  ErrorSink& operator=(const ErrorSink&) = delete;

  [[nodiscard]] dream_errors* table() { return &table_.base; }

  /// The Error of the call that answered `status`, or none when it succeeded. Reports what the plugin did
  /// wrong in saying so.
  [[nodiscard]] std::optional<Error> finish(dream_status status, CallName name, Calls& calls) const;

 private:
  static dream_status fail(dream_errors* self, dream_status code, dream_str where, dream_str message,
                           dream_str hint) noexcept;

  // The struct that the plugin sees comes first, so that its address is that of the whole.
  struct Table {
    dream_errors base;
    ErrorSink* owner;
  };
  Table table_;
  std::optional<Error> first_;
  int count_ = 0;
};

}  // namespace dream::plugin
