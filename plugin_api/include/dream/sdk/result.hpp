#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "../abi.h"

namespace dream::sdk {

/// `text` as the interface passes it; borrows it.
[[nodiscard]] inline dream_str view(std::string_view text) {
  return {text.data(), text.size()};
}

/// What the interface passed; borrowed.
[[nodiscard]] inline std::string_view text(dream_str view) {
  return view.data == nullptr ? std::string_view() : std::string_view(view.data, view.size);
}

/// Why something can't be done, for the user: what, where, and what to do about it.
struct Failure {
  dream_status code = DREAM_E_FAILED;  ///< DREAM_E_*
  std::string message = {};            ///< one sentence without a full stop
  std::string hint = {};               ///< what to do; may be empty
  std::string where = {};              ///< for DREAM_E_OPTIONS a JSON pointer into the options: "/image"
};

/// A value, or the Failure that explains why there is none.
template <class Value>
class Result {
 public:
  Result(Value value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : content_(std::in_place_index<1>, std::move(failure)) {}

  [[nodiscard]] explicit operator bool() const { return content_.index() == 0; }
  [[nodiscard]] Value& operator*() { return *std::get_if<0>(&content_); }
  [[nodiscard]] const Value& operator*() const { return *std::get_if<0>(&content_); }
  [[nodiscard]] Value* operator->() { return std::get_if<0>(&content_); }
  [[nodiscard]] const Value* operator->() const { return std::get_if<0>(&content_); }
  [[nodiscard]] const Failure& failure() const { return *std::get_if<1>(&content_); }

 private:
  std::variant<Value, Failure> content_;
};

/// Done, or why not.
template <>
class Result<void> {
 public:
  Result() = default;
  Result(Failure failure) : failure_(std::move(failure)) {}

  [[nodiscard]] explicit operator bool() const { return !failure_; }
  [[nodiscard]] const Failure& failure() const { return *failure_; }

 private:
  std::optional<Failure> failure_;
};

}  // namespace dream::sdk
