#include "task_log.hpp"

#include <algorithm>
#include <utility>

#include "shared/rfc3339.hpp"

namespace dream::docker {

std::vector<Piece> TaskLog::take(std::string_view bytes) {
  std::vector<Piece> pieces;
  const auto size = [this] {
    return frame_header_size + (frame_.size() < frame_header_size ? 0 : size_in_frame(frame_));
  };
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, size() - frame_.size() - dropped_);
    const std::string_view kept = part.substr(0, longest_frame - frame_.size());
    frame_ += kept;
    dropped_ += part.size() - kept.size();
    bytes.remove_prefix(part.size());
    if (frame_.size() + dropped_ < size()) continue;
    const auto number = static_cast<std::uint32_t>(static_cast<unsigned char>(frame_.front()));
    take_frame(number, std::string_view(frame_).substr(frame_header_size), pieces);
    frame_.clear();
    dropped_ = 0;
  }
  return pieces;
}

void TaskLog::take_frame(std::uint32_t number, std::string_view text, std::vector<Piece>& pieces) {
  if (number == engine_error_stream) error_ = text;
  if (number != DREAM_STDOUT && number != DREAM_STDERR) return;
  const std::size_t space = std::min(text.find(' '), text.size());
  const std::string time(text.substr(0, space));
  text.remove_prefix(std::min(space + 1, text.size()));
  Stream& stream = streams_.at(number - DREAM_STDOUT);
  if (time < stream.newest) return;
  if (time > stream.newest) {
    stream.newest = time;
    stream.same = stream.same_again = 0;
  }
  if (stream.same_again < stream.same) {
    ++stream.same_again;
    return;
  }
  stream.same = ++stream.same_again;
  stream.ends_a_line = text.ends_with('\n');
  newest_ = time;
  if (pieces.empty() || pieces.back().stream != number) pieces.push_back({number, {}});
  pieces.back().bytes += text;
}

std::int64_t TaskLog::begin_again() {
  frame_.clear();
  dropped_ = 0;
  std::string from = newest_;
  for (Stream& stream : streams_) {
    // Its next frame has the same time, as all frames of a line have.
    if (!stream.ends_a_line) from = std::min(from, stream.newest);
    stream.same_again = 0;
  }
  // Two streams that are written at once may be in the log in another order than that of their times.
  constexpr std::int64_t margin_s = 1;
  return std::max<std::int64_t>(0, plugins::seconds_of(from) - margin_s);
}

std::string TaskLog::take_error() {
  return std::exchange(error_, {});
}

}  // namespace dream::docker
