#include "cli/views/view_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/columns.hpp"
#include "base/text.hpp"

namespace dream::cli {

namespace {

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F;
}

std::string_view code_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::strong:
      return "\x1b[1m";
    case Tone::faint:
      return "\x1b[2m";
    case Tone::warning:
      return "\x1b[33m";
  }
  return "";
}

}  // namespace

void append_toned(std::string& out, std::string_view text, Tone tone, bool colour) {
  const bool coded = colour && tone != Tone::plain && !text.empty();
  if (coded) out += code_of(tone);
  out += text;
  if (coded) out += "\x1b[0m";
}

std::size_t append_toned_printable(std::string& out, std::string_view text, Tone tone, bool colour) {
  if (std::all_of(text.begin(), text.end(), is_plain)) {
    append_toned(out, text, tone, colour);
    return text.size();
  }
  const std::string shown = printable(text);
  append_toned(out, shown, tone, colour);
  return columns(shown);
}

void append_printable(std::string& out, std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_plain)) {
    out += text;
  } else {
    out += printable(text);
  }
}

std::string last_columns(std::string_view text, std::size_t limit) {
  if (columns(text) <= limit) return std::string(text);
  return "…" + std::string(end_within(text, std::max<std::size_t>(limit, 1) - 1));
}

long long milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

const char* word_of(Restart::On on) {
  return on == Restart::On::always ? "always" : on == Restart::On::failure ? "failure" : "no";
}

std::string count_of(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void Table::add(const std::vector<std::string>& cells) {
  DREAM_ASSERT(cells.size() <= tones_.size());
  std::vector<std::string> row;
  row.reserve(cells.size());
  widths_.resize(tones_.size());
  for (std::size_t at = 0; at < cells.size(); ++at) {
    std::string& cell = row.emplace_back();
    append_printable(cell, cells[at]);
    widths_[at] = std::max(widths_[at], columns(cell));
  }
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  std::string out;
  for (const std::vector<std::string>& row : rows_) {
    std::size_t filled = row.size();
    while (filled > 0 && row[filled - 1].empty()) --filled;
    for (std::size_t at = 0; at < filled; ++at) {
      out += "  ";
      append_toned(out, row[at], tones_[at], colour_);
      if (at + 1 < filled) out.append(widths_[at] - columns(row[at]), ' ');
    }
    out += '\n';
  }
  return out;
}

}  // namespace dream::cli
