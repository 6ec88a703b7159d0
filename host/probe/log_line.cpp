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
    if (byte == '\n') {
      std::string_view line = line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      on_line(line);
      line_.clear();
    } else if (is_text && line_.size() < most) {
      line_ += byte;
    }
  }
}

}  // namespace dream::probe
