#include "config/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/scanner.hpp"

namespace dream::config {

namespace {

constexpr std::size_t block_size = 1024;

/// Characters, not bytes: what continues a UTF-8 sequence doesn't count.
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

}  // namespace

SourceText::SourceText(std::string name, std::string text, std::size_t base)
    : name_(std::move(name)),
      base_(base),
      text_(std::move(text)),
      begin_(text_.starts_with("\xEF\xBB\xBF") ? 3 : 0) {}

std::string& SourceText::lend_to_parser() {
  // From the first backslash of a string to its end everything may move. A backslash in a comment looks the
  // same from here, and only makes a piece that nothing needs.
  std::size_t at = text_.find('\\');
  while (at != std::string::npos) {
    const std::size_t end = end_of_json_string(text_, at);
    escaped_.emplace_back(at, text_.substr(at, end - at));
    at = text_.find('\\', end);
  }
  lent_ = std::exchange(text_, {});
  return lent_;
}

bool SourceText::has_unicode_escapes() const {
  return std::any_of(escaped_.begin(), escaped_.end(),
                     [](const auto& piece) { return piece.second.find("\\u") != std::string::npos; });
}

std::string_view SourceText::text() const {
  if (text_.empty() && !lent_.empty()) {
    text_ = lent_;
    // Every string without escapes has only lost its closing quote.
    std::replace(text_.begin(), text_.end(), '\0', '"');
    for (const auto& [offset, piece] : escaped_) text_.replace(offset, piece.size(), piece);
  }
  return text_;
}

std::string_view SourceText::layout() const {
  return text_.empty() && escaped_.empty() ? lent_ : text();
}

const std::vector<std::size_t>& SourceText::line_starts() const {
  if (!line_starts_.empty()) return line_starts_;
  const std::string_view all = layout();
  line_starts_.push_back(begin_);
  for (std::size_t at = all.find('\n', begin_); at != std::string_view::npos; at = all.find('\n', at + 1)) {
    line_starts_.push_back(at + 1);
  }
  return line_starts_;
}

std::size_t SourceText::characters_before(std::size_t offset) const {
  const std::string_view all = layout();
  if (characters_.empty()) {
    characters_.reserve(all.size() / block_size + 1);
    std::size_t count = 0;
    for (std::size_t at = 0; at <= all.size(); at += block_size) {
      characters_.push_back(count);
      count += count_characters(all.substr(at, block_size));
    }
  }
  const std::size_t block = offset / block_size;
  return characters_[block] + count_characters(all.substr(block * block_size, offset % block_size));
}

Position SourceText::position(std::size_t offset) const {
  const std::string_view all = text();
  offset = std::clamp(offset - std::min(base_, offset), begin_, all.size());
  const auto next_line = std::upper_bound(line_starts().begin(), line_starts().end(), offset);
  const std::size_t start = *(next_line - 1);
  std::size_t end = next_line == line_starts_.end() ? all.size() : *next_line - 1;
  if (end > start && all[end - 1] == '\r') --end;

  Position position;
  position.line = static_cast<std::size_t>(next_line - line_starts_.begin());
  position.line_text = all.substr(start, end - start);
  position.byte_in_line = std::min(offset, end) - start;
  position.column = 1 + characters_before(start + position.byte_in_line) - characters_before(start);
  return position;
}

/// Without the line itself, whose text may have to be made again.
std::string SourceText::place(SourceOffset offset) const {
  if (!offset.known()) return name_;
  const std::string_view all = layout();
  const std::size_t at = std::clamp(offset.value - std::min(base_, offset.value), begin_, all.size());
  const auto next_line = std::upper_bound(line_starts().begin(), line_starts().end(), at);
  const std::size_t start = *(next_line - 1);
  return fmt::format("{}:{}:{}", name_, next_line - line_starts_.begin(),
                     1 + characters_before(at) - characters_before(start));
}

SourceText& Sources::add(std::string name, std::string text) {
  // The end of one is no place of the next.
  const std::size_t base = all_.empty() ? 0 : all_.back()->base() + all_.back()->layout().size() + 1;
  return *all_.emplace_back(std::make_unique<SourceText>(std::move(name), std::move(text), base));
}

const SourceText& Sources::holding(SourceOffset offset) const {
  if (!offset.known()) return *all_.front();
  const auto next =
      std::ranges::upper_bound(all_, offset.value, {}, [](const auto& text) { return text->base(); });
  return **(next - 1);
}

}  // namespace dream::config
