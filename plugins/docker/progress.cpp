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
  for (std::size_t end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
    begun_ += piece.substr(0, end);
    piece.remove_prefix(end + 1);
    const std::string line = std::exchange(begun_, {});
    if (line.size() > 1) on_line_(line);  // a lone carriage return is none
  }
  begun_ += piece;
}

PullProgress::PullProgress(std::function<void(std::string_view)> on_line)
    : on_line_(std::move(on_line)), lines_([this](std::string_view line) { read(line); }) {}

void PullProgress::read(std::string_view line) {
  const auto message = parse_json(line);
  if (const std::string error = error_in(message); !error.empty()) error_ = error;
  const std::string status = json_text(message, {"status"});
  const bool of_a_layer = !json_text(message, {"id"}).empty() && !status.starts_with("Pulling from");
  if (!status.empty() && !of_a_layer) on_line_(status);
}

BuildProgress::BuildProgress(std::function<void(std::string_view)> on_text)
    : on_text_(std::move(on_text)), lines_([this](std::string_view line) { read(line); }) {}

void BuildProgress::read(std::string_view line) {
  const auto message = parse_json(line);
  if (const std::string error = error_in(message); !error.empty()) error_ = error;
  if (const std::string id = json_text(message, {"aux", "ID"}); !id.empty()) image_id_ = id;
  if (const std::string text = json_text(message, {"stream"}); !text.empty()) on_text_(text);
}

}  // namespace dream::docker
