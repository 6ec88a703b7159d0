#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dream::config {

/// What stands at a place of a JSON text with comments.
struct Token {
  enum class Kind : std::uint8_t { string, scalar, open, close, separator };
  Kind kind{};
  std::size_t offset = 0;
  std::size_t size = 0;
};

/// Splits a JSON text into tokens without judging it: RapidJSON parses, this only finds places again once a
/// message needs one. Works on broken text, too: an unknown character is a separator.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  /// The next token, or nothing at the end of the text (or of its last closed comment).
  [[nodiscard]] std::optional<Token> next();

  /// After next() gave nothing: where a comment begins that is never closed.
  [[nodiscard]] std::optional<std::size_t> open_comment() const { return open_comment_; }

 private:
  void skip_blanks_and_comments();

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::size_t> open_comment_;
};

/// From anywhere inside a string: where it ends, behind its closing quote; the end of the text without one.
[[nodiscard]] std::size_t end_of_json_string(std::string_view text, std::size_t at);

}  // namespace dream::config
