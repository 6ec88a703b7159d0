#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/escape_scanner.hpp"

namespace dream::probe {

/// A text to look for in lines, in which `*` is anything and `\*` a star.
class LinePattern {
 public:
  explicit LinePattern(std::string_view text);
  [[nodiscard]] bool is_in(std::string_view line) const;

 private:
  std::vector<std::string> pieces_;  ///< between the stars
};

/// Makes whole lines of bytes, without their ends and without escape sequences. A carriage return ends a
/// line, too. Of a line that is longer than `most` bytes, the beginning.
class LineReader {
 public:
  static constexpr std::size_t most = 65536;

  void take(std::string_view bytes, const std::function<void(std::string_view line)>& on_line);
  /// What there is of a line whose end hasn't come: of a prompt it never does.
  [[nodiscard]] std::string_view begun() const { return line_; }

 private:
  std::string line_;
  bool has_returned_ = false;  ///< the last byte was a carriage return
  EscapeScanner scanner_;
};

}  // namespace dream::probe
