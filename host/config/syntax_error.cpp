#include "config/syntax_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "config/scanner.hpp"

namespace dream::config {

namespace {

/// What a scan of the whole text knows about a place.
struct Surroundings {
  std::optional<Token> token;   ///< the one that begins at the place
  std::optional<Token> scalar;  ///< a number or word that the parser stopped in, or just behind
  std::optional<Token> last;    ///< the last of the text
  std::vector<std::size_t> open_brackets;
  std::optional<std::size_t> open_comment;
};

Surroundings look_around(std::string_view text, std::size_t begin, std::size_t offset) {
  Surroundings found;
  Scanner scanner(text.substr(begin));
  while (auto token = scanner.next()) {
    token->offset += begin;
    const bool holds_place = token->offset < offset && offset <= token->offset + token->size;
    if (token->offset == offset) found.token = token;
    if (token->kind == Token::Kind::scalar && holds_place) found.scalar = token;
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
  if (around.token) token = text.substr(offset, around.token->size);
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
  if (c == ',' || c == '}' || c == ']') return "a value is missing, or there is a comma too many";
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
    problem.message = R"(expected four hexadecimal digits after "\u")";
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
  Problem problem{Severity::error, {offset}, {}, {}, {}};
  problem.message = fmt::format("expected {}, found {}", expected, found_text(source, around, offset));
  if (offset >= source.text().size() && !around.open_brackets.empty()) {
    problem.hint = fmt::format("the \"{}\" at {} is never closed", source.text()[around.open_brackets.back()],
                               line_and_column(source, {around.open_brackets.back() + source.base()}));
  }
  return problem;
}

/// An error inside a value: where the value begins.
Problem bad_value(const SourceText& source, Surroundings around, std::size_t offset,
                  std::string_view expected) {
  if (around.scalar) {
    offset = around.scalar->offset;
    around.token = around.scalar;
  }
  Problem problem = unexpected(source, around, offset, expected);
  if (problem.hint.empty()) problem.hint = hint_of_value(source.text(), offset);
  return problem;
}

Problem bad_key(const SourceText& source, const Surroundings& around, std::size_t offset) {
  Problem problem = unexpected(source, around, offset, "a key in double quotes");
  constexpr std::size_t longest = 40;
  if (around.token && around.token->kind == Token::Kind::scalar && around.token->size <= longest)
    problem.message = fmt::format("expected a key in double quotes, found {} without quotes",
                                  source.text().substr(offset, around.token->size));
  return problem;
}

/// Its place counts from the begin of its own text.
Problem error_in_text(const Tree& tree) {
  const SourceText& source = tree.source();
  const std::size_t offset = std::min(tree.error_offset(), source.text().size());
  if (tree.is_too_deep()) {
    // The parser was stopped behind the bracket.
    return {Severity::error,
            {offset - 1},
            {},
            fmt::format("values are nested more than {} levels deep", max_depth),
            {}};
  }
  const Surroundings around = look_around(source.text(), source.begin(), offset);
  const auto expected = [&](std::string_view what) { return unexpected(source, around, offset, what); };
  const auto expected_value = [&](std::string_view what) { return bad_value(source, around, offset, what); };
  const auto never_closed = [&](std::string_view what, std::size_t start, std::string hint) {
    return Problem{
        Severity::error, {start}, {}, fmt::format("the {} is never closed", what), std::move(hint)};
  };
  const bool ends_in_string =
      around.last && around.last->kind == Token::Kind::string && offset + 1 >= source.text().size();
  // Of 01 or 0x10 the parser takes the 0 for a whole number.
  const bool in_scalar = around.scalar && offset < around.scalar->offset + around.scalar->size;
  switch (in_scalar ? rapidjson::kParseErrorValueInvalid : tree.error()) {
    case rapidjson::kParseErrorDocumentEmpty:
      return {Severity::error, {offset}, {}, "the file is empty", "the smallest configuration is {}"};
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return expected("the end of the file");
    case rapidjson::kParseErrorValueInvalid:
      return expected_value("a value");
    case rapidjson::kParseErrorNumberMissFraction:
      return expected_value("a number with digits after its point");
    case rapidjson::kParseErrorNumberMissExponent:
      return expected_value("a number with digits in its exponent");
    case rapidjson::kParseErrorNumberTooBig:
      return {Severity::error, {offset}, {}, "the number is too large", {}};
    case rapidjson::kParseErrorObjectMissName:
      return bad_key(source, around, offset);
    case rapidjson::kParseErrorObjectMissColon:
      return expected("\":\" after the key");
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return expected(R"("," or "}" after the value)");
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return expected(R"("," or "]" after the value)");
    case rapidjson::kParseErrorUnspecificSyntaxError:
      if (around.open_comment) return never_closed("comment", *around.open_comment, "end it with */");
      return {Severity::error, {offset - 1}, {}, "a single \"/\"", "a comment begins with // or /*"};
    default:
      if (ends_in_string) return never_closed("string", around.last->offset, {});
      return in_string(source, tree.error(), offset);
  }
}

}  // namespace

Problem syntax_error(const Tree& tree) {
  Problem problem = error_in_text(tree);
  problem.offset.value += tree.source().base();
  return problem;
}

}  // namespace dream::config
