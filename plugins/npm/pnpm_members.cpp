#include "pnpm_members.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "shared/json_file.hpp"

namespace dream::plugins {

namespace {

using sdk::Failure;
using sdk::Result;

constexpr std::string_view blanks = " \t\r";

/// A list of texts in YAML, either form. A plain text ends at a comment, and within brackets at a comma.
class ListReader {
 public:
  explicit ListReader(std::string_view text) : text_(text) {}

  /// False: it can't be understood, from at() on.
  bool read(std::vector<std::string>& items) {
    skip_empty_lines();
    if (peek() == '[') return read_brackets(items) && (++at_, ends_line());
    if (!next_is_dash()) return is_at_key() || ((take("~") || take("null")) && ends_line());
    while (skip_empty_lines(), next_is_dash()) {
      ++at_;
      skip_blanks();
      std::optional<std::string> item = read_item("\n");
      if (!item || !ends_line()) return false;
      items.push_back(std::move(*item));
    }
    return is_at_key();
  }

  /// Whether the file is a block of keys from the first column on, as far as one can see; goes to where it
  /// isn't.
  bool is_block() {
    while (skip_empty_lines(), at_ < text_.size() && is_at_key() && (peek() == '%' || take("---")))
      if (peek() == '%') at_ = std::min(text_.find('\n', at_), text_.size());
    return is_at_key() && std::string_view("{[&!*?|>").find(peek()) == std::string_view::npos;
  }

  [[nodiscard]] std::size_t at() const { return std::min(at_, text_.size()); }
  void go_to(std::size_t at) { at_ = at; }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  bool take(std::string_view text) {
    if (!text_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  /// At the end, or in the first column, where the next key begins.
  [[nodiscard]] bool is_at_key() const { return at_ >= text_.size() || at_ == 0 || text_[at_ - 1] == '\n'; }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size()); }
  void skip_comment() {
    skip_blanks();
    if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
  }
  void skip_empty_lines() {
    while (at_ < text_.size()) {
      skip_comment();
      if (peek() != '\n') return;
      ++at_;
    }
  }
  [[nodiscard]] bool next_is_dash() const {
    return at_ < text_.size() && text_[at_] == '-' &&
           (at_ + 1 == text_.size() || text_[at_ + 1] == '\n' ||
            blanks.find(text_[at_ + 1]) != std::string_view::npos);
  }
  bool ends_line() {
    skip_comment();
    return peek() == '\n';
  }

  bool read_brackets(std::vector<std::string>& items) {
    ++at_;
    while (skip_empty_lines(), peek() != ']') {
      std::optional<std::string> item = read_item(",]\n");
      if (!item) return false;
      items.push_back(std::move(*item));
      skip_empty_lines();
      if (peek() == ',') {
        ++at_;
      } else if (peek() != ']') {
        return false;
      }
    }
    return true;
  }

  std::optional<std::string> read_item(std::string_view ends) {
    const char first = peek();
    if (first == '"' || first == '\'') return read_quoted(first);
    if (std::string_view("[]{}&*!|>,\n").find(first) != std::string_view::npos) return std::nullopt;
    std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    if (const std::size_t comment = text_.find(" #", at_); comment < end) end = comment;
    std::string_view item = text_.substr(at_, end - at_);
    item = item.substr(0, item.find_last_not_of(blanks) + 1);
    if (item.ends_with(':') || item.find(": ") != std::string_view::npos) return std::nullopt;
    at_ = end;
    return std::string(item);
  }

  std::optional<std::string> read_quoted(char quote) {
    std::string item;
    for (std::size_t at = at_ + 1; at < text_.size() && text_[at] != '\n'; ++at) {
      const bool doubled = quote == '\'' && text_.substr(at, 2) == "''";
      const bool escaped = quote == '"' && text_[at] == '\\' && at + 1 < text_.size();
      if (escaped && std::string_view("\\\"/").find(text_[at + 1]) == std::string_view::npos)
        return std::nullopt;
      if (doubled || escaped) {
        item += text_[++at];
      } else if (text_[at] == quote) {
        at_ = at + 1;
        return item;
      } else {
        item += text_[at];
      }
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Behind the colon of the outermost key `packages`; npos: there is none.
std::size_t find_packages(std::string_view text) {
  for (std::size_t line = 0; line < text.size();) {
    for (const std::string_view key : {"packages", "'packages'", "\"packages\""}) {
      if (!text.substr(line).starts_with(key)) continue;
      const std::size_t colon = text.find_first_not_of(blanks, line + key.size());
      if (colon != std::string_view::npos && text[colon] == ':') return colon + 1;
    }
    line = std::min(text.find('\n', line), text.size() - 1) + 1;
  }
  return std::string_view::npos;
}

}  // namespace

Result<std::vector<std::string>> pnpm_members(const std::filesystem::path& file) {
  const Result<std::string> content = read_text(file);
  if (!content) return content.failure();
  std::string_view text = *content;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> patterns;
  ListReader reader(text);
  const auto wrong = [&](const std::string& what) {
    return Failure{DREAM_E_FAILED, file.string() + ":" + place_of(text, reader.at()) + ": " + what};
  };
  if (!reader.is_block()) return wrong("expected keys, each on a line of its own");
  const std::size_t packages = find_packages(text);
  if (packages == std::string_view::npos) return patterns;
  reader.go_to(packages);
  if (!reader.read(patterns)) return wrong("expected a list of patterns");
  std::stable_partition(patterns.begin(), patterns.end(),
                        [](const std::string& one) { return !one.starts_with('!'); });
  return patterns;
}

}  // namespace dream::plugins
