#include "config/scanner.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dream::config {

namespace {

constexpr std::string_view scalar_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._$";

}  // namespace

std::size_t end_of_json_string(std::string_view text, std::size_t at) {
  while (true) {
    at = std::min(text.find_first_of("\"\\", at), text.size());
    if (at == text.size()) return at;
    if (text[at] == '"') return at + 1;
    at = std::min(at + 2, text.size());
  }
}

void Scanner::skip_blanks_and_comments() {
  while (true) {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (rest.starts_with("/*")) {
      const std::size_t end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) open_comment_ = at_;
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    } else {
      return;
    }
  }
}

std::optional<Token> Scanner::next() {
  skip_blanks_and_comments();
  if (at_ == text_.size()) return std::nullopt;
  Token token{Token::Kind::separator, at_, 1};
  const char first = text_[at_];
  if (first == '"') {
    token.kind = Token::Kind::string;
    token.size = end_of_json_string(text_, at_ + 1) - at_;
  } else if (first == '{' || first == '[') {
    token.kind = Token::Kind::open;
  } else if (first == '}' || first == ']') {
    token.kind = Token::Kind::close;
  } else if (scalar_characters.find(first) != std::string_view::npos) {
    token.kind = Token::Kind::scalar;
    token.size = std::min(text_.find_first_not_of(scalar_characters, at_), text_.size()) - at_;
  }
  at_ += token.size;
  return token;
}

}  // namespace dream::config
