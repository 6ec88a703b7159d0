#include "json_lines.hpp"

namespace dream::http {

void JsonLines::take(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    too_long_ = too_long_ || begun_.size() + part.size() > longest_line;
    if (!too_long_) begun_ += part;
    if (end == std::string_view::npos) return;
    piece.remove_prefix(end + 1);
    const std::string line = std::exchange(begun_, {});
    if (!std::exchange(too_long_, false) && line.size() > 1)
      on_line_(line);  // a lone carriage return is none
  }
}

}  // namespace dream::http
