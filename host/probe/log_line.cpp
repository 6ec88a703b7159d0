#include "probe/log_line.hpp"

#include <utility>

namespace dream::probe {

LinePattern::LinePattern(std::string_view text) {
  std::string piece;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '*') {
      pieces_.push_back(std::exchange(piece, {}));
    } else {
      const bool escaped = text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '*';
      piece += escaped ? text[++at] : text[at];
    }
  }
  pieces_.push_back(std::move(piece));
}

bool LinePattern::is_in(std::string_view line) const {
  std::size_t from = 0;
  for (const std::string& piece : pieces_) {
    const std::size_t found = line.find(piece, from);
    if (found == std::string_view::npos) return false;
    from = found + piece.size();
  }
  return true;
}

void LineReader::take(std::string_view bytes, const std::function<void(std::string_view line)>& on_line) {
  for (const char byte : bytes) {
    const bool is_text = scanner_.is_text(byte);
    // A spinner's line ends with the return after which the next one is written over it.
    const bool returned = std::exchange(has_returned_, byte == '\r' && is_text);
    if (byte == '\n' || (returned && !has_returned_)) {
      on_line(line_);
      line_.clear();
    }
    if (is_text && byte != '\n' && byte != '\r' && line_.size() < most) line_ += byte;
  }
}

}  // namespace dream::probe
