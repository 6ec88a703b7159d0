#pragma once

#include <string>
#include <string_view>

#include "base/escape_scanner.hpp"
#include "output/text_style.hpp"

namespace dream::output {

/// Follows what a terminal is told, and knows what would change the text behind it: a sequence without an
/// end, a link, a style.
class LeftOpen {
 public:
  void follow(std::string_view bytes);
  /// What ends that; empty where nothing is open. It has been followed.
  [[nodiscard]] std::string take_end();

 private:
  void apply();

  EscapeScanner scanner_;
  std::string sequence_;  ///< the one that has begun; of a long one, the begin
  char before_ = 0;       ///< the last byte
  bool has_link_ = false;
  TextStyle style_;
};

}  // namespace dream::output
