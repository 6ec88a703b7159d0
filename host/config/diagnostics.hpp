#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "config/source_text.hpp"

namespace dream::config {

enum class Severity : std::uint8_t {
  error,    ///< the file can't be used
  warning,  ///< it can, but says something that has no effect
  note,     ///< about the list of problems itself
};

/// One thing that is wrong with a file, told to the person who wrote it.
struct Problem {
  Severity severity = Severity::error;
  SourceOffset offset;  ///< none: about the file as a whole
  std::string pointer;  ///< JSON pointer of the value; empty for the root and for broken syntax
  std::string message;  ///< what was expected and what was found
  std::string hint;     ///< what to do; may be empty
};

/// Collects every problem of a file, up to a limit.
class ProblemList {
 public:
  static constexpr std::size_t limit = 1000;

  void add(Problem problem);
  /// False once the list is full; what would have been added is then counted as left out. Saves the work of
  /// making a problem that nobody would see.
  [[nodiscard]] bool has_room();
  /// In the order of the file; a note ends the list when there were more than the limit.
  [[nodiscard]] std::vector<Problem> take();

 private:
  std::vector<Problem> problems_;
  bool left_out_ = false;
};

[[nodiscard]] bool has_errors(std::span<const Problem> problems);

/// "dream.json:12:7: error: /tasks/dev: message; hint", then the line and a caret under the place. Ends with
/// a line break. A long line is cut around the caret; nothing in it can disturb a terminal.
[[nodiscard]] std::string render_text(const SourceText& source, const Problem& problem);
/// The same of the text that the problem is in.
[[nodiscard]] std::string render_text(const Sources& sources, const Problem& problem);

/// A JSON array of objects with file, line, column, path, severity, message and hint. line and column are
/// null for a problem of the whole file.
[[nodiscard]] std::string render_json(const Sources& sources, std::span<const Problem> problems);

/// "line 3, column 5".
[[nodiscard]] std::string line_and_column(const SourceText& source, SourceOffset offset);

}  // namespace dream::config
