#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "plan/workspace.hpp"

/// What the views have in common.
namespace dream::cli {

/// Turns a place in dream.json into "dream.json:12:7". Only called with known offsets.
using Locate = std::function<std::string(SourceOffset)>;

/// Empty where it is nowhere.
[[nodiscard]] inline std::string place_of(SourceOffset where, const Locate& locate) {
  return where.known() ? locate(where) : std::string();
}

/// How text is laid out for people.
struct TextStyle {
  bool colour = false;
  std::size_t width = 100;  ///< columns for diagrams; taken as 60 when less
};

/// The few looks that text can have.
enum class Tone : std::uint8_t { plain, strong, faint, warning };

/// Appends `text` in a tone; escape codes only when `colour` is true. `text` must be printable().
void append_toned(std::string& out, std::string_view text, Tone tone, bool colour);

/// Appends printable(text) in a tone; its columns, without the codes.
std::size_t append_toned_printable(std::string& out, std::string_view text, Tone tone, bool colour);

/// Appends printable(text), without its cost for plain ASCII.
void append_printable(std::string& out, std::string_view text);

/// `text`, or its end after a `…` when it has more than `limit` columns. The end of a path tells it apart.
[[nodiscard]] std::string last_columns(std::string_view text, std::size_t limit);

/// Whole milliseconds.
[[nodiscard]] long long milliseconds(Duration duration);

/// As dream.json writes it.
[[nodiscard]] const char* word_of(Restart::On on);

/// "1 step", "2 steps".
[[nodiscard]] std::string count_of(std::size_t count, std::string_view noun);

/// Rows of cells whose columns line up, two spaces between them; the last cell of a row is not padded.
class Table {
 public:
  /// One tone a column.
  Table(std::vector<Tone> tones, bool colour) : tones_(std::move(tones)), colour_(colour) {}

  /// At most as many cells as there are tones. Anything that can't be printed is made visible.
  void add(const std::vector<std::string>& cells);

  /// Every row on a line of its own, indented by two spaces.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Tone> tones_;
  bool colour_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

}  // namespace dream::cli
