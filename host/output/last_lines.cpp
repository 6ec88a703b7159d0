#include "output/last_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/escape_scanner.hpp"
#include "output/left_open.hpp"

namespace dream::output {

void LastLines::Line::append(std::string_view bytes) {
  // One byte more tells whether a character goes on.
  begin += bytes.substr(0, most_of_a_line + 1 - std::min(begin.size(), most_of_a_line + 1));
  size += bytes.size();
}

std::string LastLines::Line::shown() const {
  if (size <= most_of_a_line) return begin;
  EscapeScanner scanner;
  std::size_t whole = 0;  // up to here no escape sequence is open
  for (std::size_t at = 0; at < most_of_a_line; ++at) {
    static_cast<void>(scanner.is_text(begin[at]));
    if (!scanner.is_within()) whole = at + 1;
  }
  while (whole > 0 && (static_cast<unsigned char>(begin[whole]) & 0xC0U) == 0x80U) --whole;
  const std::string text = begin.substr(0, whole);
  LeftOpen open;
  open.follow(text);
  return text + "…" + open.take_end() + fmt::format(" ({} more bytes)", size - whole);
}

void LastLines::keep(Line line) {
  if (lines_.size() < most_lines) {
    lines_.push_back(std::move(line));
  } else {
    lines_[oldest_] = std::move(line);
    oldest_ = (oldest_ + 1) % most_lines;
  }
}

void LastLines::add(Stream stream, std::string_view bytes) {
  Line& open = open_[stream == Stream::out ? 0 : 1];
  // Of many lines at once only the last ones are looked at.
  std::size_t begin = bytes.size();
  for (std::size_t newlines = 0; newlines <= most_lines && begin != std::string_view::npos; ++newlines)
    begin = begin == 0 ? std::string_view::npos : bytes.rfind('\n', begin - 1);
  if (begin != std::string_view::npos) {
    open = {};
    bytes.remove_prefix(begin + 1);
  }
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    open.append(bytes.substr(0, end));
    keep(std::exchange(open, {}));
    bytes.remove_prefix(end + 1);
  }
  open.append(bytes);
}

std::string LastLines::take() {
  for (Line& line : lines_) line.begin = line.shown() + "\n";
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < lines_.size(); ++at)
    texts.push_back(std::move(lines_[(oldest_ + at) % lines_.size()].begin));
  for (const Line& line : open_) {
    if (line.size == 0) continue;
    if (!texts.empty() && !texts.back().ends_with('\n')) texts.back() += '\n';
    texts.push_back(line.shown());
  }
  *this = {};
  std::string all;
  for (std::size_t at = texts.size() - std::min(texts.size(), most_lines); at < texts.size(); ++at)
    all += texts[at];
  return all;
}

}  // namespace dream::output
