#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "output/screen_line.hpp"

using namespace dream;
using output::ScreenLine;

namespace {

/// All that a stream gives: its lines, and the unfinished one as it was seen before the end.
std::vector<std::string> lines_of(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> lines;
  const auto take = [&](std::string_view line) { lines.emplace_back(line); };
  ScreenLine stream;
  stream.set_width(80);
  while (!bytes.empty()) {
    stream.write(bytes.substr(0, piece), take);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  lines.push_back(stream.text());
  stream.end(take);
  return lines;
}

/// A style (`ESC [ numbers m`) or a link (`ESC ] 8 ; visible ASCII ESC \`) that a line begins with; its
/// length.
std::size_t allowed_sequence(std::string_view line, bool& link) {
  if (line.starts_with("\x1b[")) {
    const std::size_t end = line.find_first_not_of("0123456789;:", 2);
    DREAM_ASSERT(end != std::string_view::npos && line[end] == 'm');
    return end + 1;
  }
  DREAM_ASSERT(line.starts_with("\x1b]8;"));
  const std::size_t end = line.find('\x1b', 1);
  DREAM_ASSERT(end != std::string_view::npos && line.substr(end, 2) == "\x1b\\");
  link = line.substr(0, end) != "\x1b]8;;";
  for (const char c : line.substr(1, end - 1)) DREAM_ASSERT(c >= ' ' && c <= '~');
  return end + 2;
}

/// Nothing but text, styles and links; the line leaves the terminal as it found it.
void check_line(std::string_view line) {
  bool link = false;
  bool styled = false;
  while (!line.empty()) {
    const auto first = static_cast<unsigned char>(line.front());
    std::size_t length = utf8_length(line);
    if (first == 0x1B) {
      const bool is_style = line.starts_with("\x1b[");
      length = allowed_sequence(line, link);
      if (is_style) styled = line.substr(0, length) != "\x1b[0m";
    } else if (length == 0) {
      DREAM_ASSERT(first >= 0xA0);
      length = 1;
    } else {
      DREAM_ASSERT(first >= ' ' && first != 0x7F);
      DREAM_ASSERT(first != 0xC2 || static_cast<unsigned char>(line[1]) >= 0xA0);
    }
    line.remove_prefix(length);
  }
  DREAM_ASSERT(!link && !styled);
}

}  // namespace

/// Any bytes are lines that a terminal can only show, the same however they come in pieces.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> lines = lines_of(bytes, std::string_view::npos);
  for (const std::string& line : lines) check_line(line);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{64}}) {
    DREAM_ASSERT(lines_of(bytes, piece) == lines);
  }
  return 0;
}
