#include "arrived_output.hpp"

#include <algorithm>
#include <utility>

namespace dream::docker {

namespace {

std::string_view without_newline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<Piece> ArrivedOutput::take(std::vector<Piece> pieces) {
  std::vector<Piece> all_new;
  for (Piece& piece : pieces) {
    Stream& stream = streams_.at(piece.stream - DREAM_STDOUT);
    piece.bytes.erase(0, pass(stream, piece.bytes));
    if (piece.bytes.empty()) continue;
    count(stream, piece.bytes);
    all_new.push_back(std::move(piece));
  }
  return all_new;
}

/// How much of the begin of `bytes` has been there before.
std::size_t ArrivedOutput::pass(Stream& stream, std::string_view bytes) {
  std::size_t at = 0;
  while (stream.bytes_to_pass > 0 && at < bytes.size())
    if (bytes[at++] != '\n') --stream.bytes_to_pass;
  while (stream.newlines_to_pass > 0 && at < bytes.size() && bytes[at] == '\n') {
    ++at;
    --stream.newlines_to_pass;
  }
  if (at < bytes.size()) stream.newlines_to_pass = 0;
  return at;
}

void ArrivedOutput::count(Stream& stream, std::string_view bytes) {
  const auto newlines = static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
  const std::size_t behind = bytes.size() - (bytes.find_last_not_of('\n') + 1);
  stream.bytes += bytes.size() - newlines;
  stream.newlines = behind + (behind == bytes.size() ? stream.newlines : 0);
  constexpr std::size_t kept = longest_entry + 1;
  stream.end += bytes.substr(bytes.size() - std::min(bytes.size(), kept));
  if (stream.end.size() > 2 * kept) stream.end.erase(0, stream.end.size() - kept);
}

void ArrivedOutput::begin_again() {
  for (Stream& stream : streams_) {
    stream.bytes_to_pass = stream.bytes;
    stream.newlines_to_pass = stream.newlines;
  }
}

bool ArrivedOutput::ends_with(std::uint32_t stream, std::string_view last) const {
  const std::string_view end = without_newline(streams_.at(stream - DREAM_STDOUT).end);
  last = without_newline(last);
  return end.ends_with(last.substr(last.size() - std::min(last.size(), longest_entry)));
}

}  // namespace dream::docker
