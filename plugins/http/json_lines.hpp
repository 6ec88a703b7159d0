#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace dream::http {

/// The JSON lines that an engine sends while it works: cut anywhere, one message each.
class JsonLines {
 public:
  explicit JsonLines(std::function<void(std::string_view)> on_line) : on_line_(std::move(on_line)) {}
  void take(std::string_view piece);

  /// A longer one is no message of an engine, and is dropped.
  static constexpr std::size_t longest_line = std::size_t{1024} * 1024;

 private:
  std::function<void(std::string_view)> on_line_;
  std::string begun_;
  bool too_long_ = false;
};

}  // namespace dream::http
