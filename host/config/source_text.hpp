#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace dream::config {

/// A place in a text, as editors count: from 1, a column is a character (a tab is one).
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
  std::string_view line_text;    ///< the whole line, without its end
  std::size_t byte_in_line = 0;  ///< where in `line_text` the place is
};

/// The text of a file together with the name that messages give it. Lines are counted when the first place
/// is asked for; one thread only.
class SourceText {
 public:
  SourceText(std::string name, std::string text);
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The whole file as it was read. The byte after its last one is NUL.
  [[nodiscard]] std::string_view text() const { return text_; }
  /// Where the text begins: after a byte order mark, if there is one.
  [[nodiscard]] std::size_t begin() const { return begin_; }

  /// An offset past the end is taken for the end.
  [[nodiscard]] Position position(std::size_t offset) const;
  /// "dream.json:12:7"; the name alone for an unknown offset.
  [[nodiscard]] std::string place(SourceOffset offset) const;

 private:
  std::string name_;
  std::string text_;
  std::size_t begin_;
  mutable std::vector<std::size_t> line_starts_;
};

}  // namespace dream::config
