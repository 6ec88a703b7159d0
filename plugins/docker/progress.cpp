#include "progress.hpp"

#include <utility>

#include "json.hpp"

namespace dream::docker {

namespace {

std::string error_in(const Json& message) {
  std::string error = json_text(message, {"errorDetail", "message"});
  return error.empty() ? json_text(message, {"error"}) : error;
}

}  // namespace

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

std::string PullProgress::take(std::string_view piece) {
  lines_.take(piece);
  return std::exchange(text_, {});
}

void PullProgress::read(std::string_view line) {
  const auto message = parse_json(line);
  if (const std::string error = error_in(message); !error.empty()) error_ = error;
  const std::string status = json_text(message, {"status"});
  const bool of_a_layer = !json_text(message, {"id"}).empty() && !status.starts_with("Pulling from");
  if (!status.empty() && !of_a_layer) text_ += status + "\n";
}

std::string BuildProgress::take(std::string_view piece) {
  lines_.take(piece);
  return std::exchange(text_, {});
}

void BuildProgress::read(std::string_view line) {
  const auto message = parse_json(line);
  if (const std::string error = error_in(message); !error.empty()) error_ = error;
  if (const std::string id = json_text(message, {"aux", "ID"}); !id.empty()) image_id_ = id;
  text_ += json_text(message, {"stream"});
}

}  // namespace dream::docker
