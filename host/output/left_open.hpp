#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/escape_scanner.hpp"
#include "output/text_style.hpp"

namespace dream::output {

/// Follows what a terminal is told, and knows what would change the text behind it, or the prompt: a sequence
/// without an end, a link, a style, a mode (no cursor, the other screen, the mouse, another character set).
/// So it knows what makes another terminal like this one, too.
class LeftOpen {
 public:
  void follow(std::string_view bytes);
  /// What ends that; empty where nothing is open. It has been followed.
  [[nodiscard]] std::string take_end();
  /// What sets the modes and the style on a terminal as a program finds it; empty where it is still so.
  [[nodiscard]] std::string begin() const;
  /// A program has the whole screen, and behind it is the one with the prompt.
  [[nodiscard]] bool has_other_screen() const;

 private:
  struct Mode {
    std::string set;
    std::string back;
  };

  void apply();
  void apply_modes(std::string_view parameters, bool on);
  /// It differs from how a program finds the terminal, or doesn't any more.
  void mark(std::string_view name, bool differs, Mode mode);

  EscapeScanner scanner_;
  std::string sequence_;  ///< the one that has begun; of a long one, the begin
  char before_ = 0;       ///< the last byte
  bool has_link_ = false;
  TextStyle style_;
  std::map<std::string, Mode, std::less<>> modes_;  ///< those that differ, in the order to set them in
};

}  // namespace dream::output
