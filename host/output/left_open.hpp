#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/escape_scanner.hpp"
#include "output/text_style.hpp"

namespace dream::output {

/// Follows what a terminal is told, and knows what would change the text behind it, or the prompt: a sequence
/// without an end, a link, a style, a mode (no cursor, the other screen, the mouse, another character set).
class LeftOpen {
 public:
  void follow(std::string_view bytes);
  /// What ends that; empty where nothing is open. It has been followed.
  [[nodiscard]] std::string take_end();

 private:
  void apply();
  void apply_modes(std::string_view parameters, bool on);
  /// It differs from how a program finds the terminal, or doesn't any more; `back` takes it back.
  void mark(std::string_view mode, bool differs, std::string back);

  EscapeScanner scanner_;
  std::string sequence_;  ///< the one that has begun; of a long one, the begin
  char before_ = 0;       ///< the last byte
  bool has_link_ = false;
  TextStyle style_;
  std::map<std::string, std::string, std::less<>> modes_;  ///< those that differ: what takes each back
};

}  // namespace dream::output
