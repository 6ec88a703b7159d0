#include "progress.hpp"

#include <utility>

#include "transport.hpp"

namespace dream::docker {

namespace {

std::string error_in(const Json& message) {
  std::string error = json_text(message, {"errorDetail", "message"});
  return error.empty() ? json_text(message, {"error"}) : error;
}

}  // namespace

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
