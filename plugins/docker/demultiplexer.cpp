#include "demultiplexer.hpp"

#include <algorithm>
#include <utility>

namespace dream::docker {

namespace {

constexpr std::size_t longest_error = 4096;

}  // namespace

std::size_t size_in_frame(std::string_view header) {
  constexpr std::size_t size_begin = 4;
  std::size_t size = 0;
  for (const char c : header.substr(size_begin, frame_header_size - size_begin))
    size = size * 256 + static_cast<unsigned char>(c);
  return size;
}

std::vector<Piece> Demultiplexer::take(std::string_view bytes) {
  std::vector<Piece> pieces;
  while (!bytes.empty()) {
    if (left_ == 0) {
      const std::size_t missing = std::min(frame_header_size - header_.size(), bytes.size());
      header_ += bytes.substr(0, missing);
      bytes.remove_prefix(missing);
      if (header_.size() < frame_header_size) break;
      left_ = size_in_frame(header_);
      if (left_ == 0) header_.clear();
      continue;
    }
    const std::string_view part = bytes.substr(0, left_);
    bytes.remove_prefix(part.size());
    left_ -= part.size();
    add(pieces, part);
    if (left_ == 0) header_.clear();
  }
  return pieces;
}

void Demultiplexer::add(std::vector<Piece>& pieces, std::string_view part) {
  const auto stream = static_cast<std::uint32_t>(static_cast<unsigned char>(header_.front()));
  if (stream == engine_error_stream)
    error_ += part.substr(0, longest_error - std::min(longest_error, error_.size()));
  if (stream != DREAM_STDOUT && stream != DREAM_STDERR) return;
  if (pieces.empty() || pieces.back().stream != stream) pieces.push_back({stream, {}});
  bool& lacks_newline = lacks_newline_.at(stream - DREAM_STDOUT);
  if (std::exchange(lacks_newline, false)) pieces.back().bytes += '\n';
  pieces.back().bytes += part;
  lacks_newline = frames_ == Frames::entries && left_ == 0 && size_in_frame(header_) < longest_entry &&
                  !part.ends_with('\n');
}

std::string Demultiplexer::take_error() {
  const bool is_whole = left_ == 0 || header_.front() != static_cast<char>(engine_error_stream);
  return is_whole ? std::exchange(error_, {}) : std::string();
}

}  // namespace dream::docker
