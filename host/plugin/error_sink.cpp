#include "plugin/error_sink.hpp"

#include <fmt/format.h>

#include "plugin/c_values.hpp"

namespace dream::plugin {

dream_status ErrorSink::fail(dream_errors* self, dream_status code, dream_str where, dream_str message,
                             dream_str hint) noexcept {
  ErrorSink& sink = *reinterpret_cast<Table*>(self)->owner;
  ++sink.count_;
  if (!sink.first_) {
    sink.first_ = Error{error_code(code), line_of(message), line_of(where), line_of(hint)};
  }
  return code;
}

std::optional<Error> ErrorSink::finish(dream_status status, CallName name, Calls& calls) const {
  if (status >= 0) {
    if (count_ > 0) calls.fault(name, "said that it failed, and then succeeded; taken for a success");
    return std::nullopt;
  }
  if (status == Calls::threw) {
    return Error{ErrorCode::internal,
                 fmt::format("the plugin {} threw an exception in {}", calls.plugin(), name.function), "",
                 "tell the author of the plugin"};
  }
  if (count_ > 1) calls.fault(name, "said more than once why it failed; only the first is shown");
  if (first_ && !first_->message.empty()) return first_;
  calls.fault(name, "failed without saying why");
  return Error{
      error_code(status),
      fmt::format("the plugin {} failed without saying why ({})", calls.plugin(), status_name(status)), "",
      "tell the author of the plugin"};
}

}  // namespace dream::plugin
