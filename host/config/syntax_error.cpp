#include "config/syntax_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "config/scanner.hpp"

namespace dream::config {

namespace {

/// What a scan of the whole text knows about a place.
struct Surroundings {
  std::optional<Token> token;  ///< the one that holds the place
  std::optional<Token> last;   ///< the last of the text
  std::vector<std::size_t> open_brackets;
  std::optional<std::size_t> open_comment;
};

Surroundings look_around(std::string_view text, std::size_t begin, std::size_t offset) {
  Surroundings found;
  Scanner scanner(text.substr(begin));
  while (auto token = scanner.next()) {
    token->offset += begin;
    if (token->offset <= offset && offset < token->offset + token->size) found.token = token;
    if (token->kind == Token::Kind::open) found.open_brackets.push_back(token->offset);
    if (token->kind == Token::Kind::close && !found.open_brackets.empty()) found.open_brackets.pop_back();
    found.last = token;
  }
  if (scanner.open_comment()) found.open_comment = *scanner.open_comment() + begin;
  return found;
}

/// The token (or the character that is none) at the place, as it is quoted in a message.
std::string found_text(const SourceText& source, const Surroundings& around, std::size_t offset) {
  constexpr std::size_t longest = 40;
  const std::string_view text = source.text();
  if (offset >= text.size()) return "the end of the file";
  std::string_view token = text.substr(offset, 1);
  if (around.token && around.token->offset == offset) token = text.substr(offset, around.token->size);
  if (token.size() == 1)
    token = text.substr(offset, std::max<std::size_t>(1, utf8_length(text.substr(offset))));
  if (token.front() == '"') return token.size() <= longest ? fmt::format("the string {}", token) : "a string";
  if (token.size() > longest) return fmt::format("\"{}…\"", token.substr(0, longest));
  return token == "'" ? "a single quote" : fmt::format("\"{}\"", token);
}

std::string hint_of_value(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return {};
  const char c = text[offset];
  if (c == '\'') return "strings stand in double quotes";
  if (c == ',' || c == '}' || c == ']')
    return "there is a comma or colon too many before it, or a value missing";
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  return letter ? "strings stand in double quotes; true, false and null are lower case" : "";
}

Problem in_string(const SourceText& source, rapidjson::ParseErrorCode code, std::size_t offset) {
  const std::string_view text = source.text();
  Problem problem{Severity::error, {offset}, {}, {}, {}};
  const char c = offset < text.size() ? text[offset] : '\0';
  if (code == rapidjson::kParseErrorStringUnicodeSurrogateInvalid) {
    problem.message = "half of a surrogate pair in the string";
    problem.hint = "write the character itself";
  } else if (code == rapidjson::kParseErrorStringUnicodeEscapeInvalidHex) {
    problem.message = "expected four hexadecimal digits after \"\\u\"";
  } else if (c == '\n' || c == '\r') {
    problem.message = "a line break in a string";
    problem.hint = "close the string before it, or write \\n";
  } else if (c == '\\') {
    const std::size_t size = offset + 1 < text.size() ? utf8_length(text.substr(offset + 1)) : 0;
    problem.message = fmt::format("unknown escape \"{}\" in a string", text.substr(offset, 1 + size));
    problem.hint = "a backslash itself is written \\\\";
  } else {
    problem.message =
        fmt::format("a control character (0x{:02x}) in a string", static_cast<unsigned char>(c));
    problem.hint = c == '\t' ? "write \\t" : fmt::format("write \\u{:04x}", static_cast<unsigned char>(c));
  }
  return problem;
}

/// An error of the grammar: `expected` this, found something else.
Problem unexpected(const SourceText& source, const Surroundings& around, std::size_t offset,
                   std::string_view expected) {
  // The parser stops in the middle of a word that it takes for a number or a literal.
  if (around.token && around.token->kind == Token::Kind::scalar) offset = around.token->offset;
  Problem problem{Severity::error, {offset}, {}, {}, {}};
  problem.message = fmt::format("expected {}, found {}", expected, found_text(source, around, offset));
  if (offset >= source.text().size() && !around.open_brackets.empty()) {
    problem.hint = fmt::format("the \"{}\" at {} is never closed", source.text()[around.open_brackets.back()],
                               line_and_column(source, {around.open_brackets.back()}));
  } else if (expected.starts_with("a ")) {
    problem.hint = hint_of_value(source.text(), offset);
  }
  return problem;
}

}  // namespace

Problem syntax_error(const Tree& tree) {
  const SourceText& source = tree.source();
  const std::size_t offset = std::min(tree.error_offset(), source.text().size());
  const Surroundings around = look_around(source.text(), source.begin(), offset);
  const auto expected = [&](std::string_view what) { return unexpected(source, around, offset, what); };
  switch (tree.error()) {
    case rapidjson::kParseErrorDocumentEmpty:
      if (around.last) return expected("a configuration, an object in braces");
      return {Severity::error, {offset}, {}, "the file is empty", "the smallest configuration is {}"};
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return expected("the end of the file");
    case rapidjson::kParseErrorValueInvalid:
      return expected("a value");
    case rapidjson::kParseErrorObjectMissName:
      return expected("a key in double quotes");
    case rapidjson::kParseErrorObjectMissColon:
      return expected("\":\" after the key");
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return expected("\",\" or \"}\" after the value");
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return expected("\",\" or \"]\" after the value");
    case rapidjson::kParseErrorNumberMissFraction:
      return expected("a number with digits after its point");
    case rapidjson::kParseErrorNumberMissExponent:
      return expected("a number with digits in its exponent");
    case rapidjson::kParseErrorNumberTooBig:
      return {Severity::error, {offset}, {}, "the number is too large", {}};
    case rapidjson::kParseErrorStringMissQuotationMark:
      return {Severity::error,
              {around.last ? around.last->offset : offset},
              {},
              "the string is never closed",
              {}};
    case rapidjson::kParseErrorUnspecificSyntaxError:
      if (!around.open_comment)
        return {Severity::error, {offset - 1}, {}, "a single \"/\"", "a comment begins with // or /*"};
      return {Severity::error, {*around.open_comment}, {}, "the comment is never closed", "end it with */"};
    default:
      return in_string(source, tree.error(), offset);
  }
}

}  // namespace dream::config
