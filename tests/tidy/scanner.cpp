#include "scanner.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace dream::tidy {

namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_blank(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// Where the literal or comment that starts at `from` ends (one past it), or `from` when none starts there.
std::size_t end_of_quoted(std::string_view text, std::size_t from) {
  const std::string_view rest = text.substr(from);
  const auto past = [&](std::string_view closing, std::size_t after) {
    const std::size_t found = text.find(closing, from + after);
    return found == std::string_view::npos ? text.size() : found + closing.size();
  };
  if (rest.starts_with("//")) return std::min(text.find('\n', from), text.size());
  if (rest.starts_with("/*")) return past("*/", 2);
  if (rest.starts_with("R\"") && (from == 0 || !is_word(text[from - 1]))) {
    const std::size_t open = rest.find('(');
    if (open == std::string_view::npos) return text.size();
    return past(")" + std::string(rest.substr(2, open - 2)) + "\"", open);
  }
  const char quote = rest.front();
  // 10'000: between digits a quote separates.
  const bool separator = quote == '\'' && from > 0 && is_word(text[from - 1]);
  if ((quote != '"' && quote != '\'') || separator) return from;
  std::size_t at = from + 1;
  while (at < text.size() && text[at] != quote && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

/// Preprocessor lines, with those that a backslash continues, as blanks.
void blank_preprocessor(std::string& text) {
  bool at_line_start = true;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '#' && at_line_start) {
      while (at < text.size() && !(text[at] == '\n' && text[at - 1] != '\\')) {
        if (text[at] != '\n') text[at] = text[at] == '\\' ? '\\' : ' ';
        ++at;
      }
    }
    at_line_start = at < text.size() && (text[at] == '\n' || (at_line_start && is_blank(text[at])));
  }
}

std::size_t line_at(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The word at the start, which is cut off; empty when there is none.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  std::size_t length = 0;
  while (length < text.size() && is_word(text[length])) ++length;
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

/// What follows the bracket that closes the one at the start of `text`.
std::string_view after_brackets(std::string_view text, char open, char close) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == open) ++depth;
    if (text[at] == close && --depth == 0) return text.substr(at + 1);
  }
  return {};
}

/// A head without what may stand before the word that tells what it is: access, template, attributes.
std::string_view without_prefix(std::string_view head) {
  for (;;) {
    std::string_view rest = head = trimmed(head);
    if (head.starts_with("[[")) {
      head = after_brackets(head, '[', ']');
      continue;
    }
    const std::string_view word = take_word(rest);
    rest = trimmed(rest);
    const bool access = word == "public" || word == "private" || word == "protected";
    if (access && rest.starts_with(':')) {
      head = rest.substr(1);
    } else if (word == "template" && rest.starts_with('<')) {
      head = after_brackets(rest, '<', '>');
    } else if (word == "typedef" || word == "static" || word == "inline" || word == "constexpr") {
      head = rest;
    } else {
      return head;
    }
  }
}

/// A head without a macro call that needs no semicolon: DREAM_PLUGIN(Example) namespace …
std::string_view without_macro(std::string_view head) {
  std::string_view rest = head;
  const std::string_view word = take_word(rest);
  rest = trimmed(rest);
  const bool lower = std::any_of(word.begin(), word.end(),
                                 [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; });
  if (word.empty() || lower || !rest.starts_with('(')) return head;
  rest = trimmed(after_brackets(rest, '(', ')'));
  return !rest.empty() && is_word(rest.front()) ? rest : head;
}

enum class Block : std::uint8_t {
  scope,        ///< namespace, extern "C": its content is read at the same level
  type,         ///< class, struct, union, enum: the same, for its member functions
  function,     ///< skipped as a whole
  initialiser,  ///< a value in braces: the statement goes on behind it
};

/// Whether `head` is a constructor's up to a member's `name{`: behind a `) :`.
bool is_in_member_list(std::string_view head) {
  int depth = 0;
  char before = ' ';
  for (std::size_t at = 0; at < head.size(); ++at) {
    const char c = head[at];
    if (c == ':' && depth == 0 && before == ')' && (at + 1 == head.size() || head[at + 1] != ':')) {
      return is_word(head.back()) || head.back() == '>';
    }
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (!is_blank(c)) before = c;
  }
  return false;
}

Block kind_of(std::string_view whole_head) {
  const std::string_view head = without_prefix(without_macro(whole_head));
  std::string_view rest = head;
  const std::string_view word = take_word(rest);
  const bool called = !head.empty() && head.back() == ')';
  if (word == "namespace" || (word == "extern" && head.find('(') == std::string_view::npos)) {
    return Block::scope;
  }
  const bool type = word == "class" || word == "struct" || word == "union" || word == "enum";
  if (type && !called) return Block::type;
  if (head.empty() || head.find('(') == std::string_view::npos || head.back() == '=' || head.back() == ',' ||
      head.back() == '(' || is_in_member_list(head)) {
    return Block::initialiser;
  }
  return Block::function;
}

std::size_t end_of_block(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at;
  }
  return text.size() - 1;
}

struct FoundBlock {
  Block kind = Block::scope;
  std::size_t head = 0;   ///< offset of the head's first character
  std::size_t open = 0;   ///< offset of the brace
  std::size_t close = 0;  ///< offset of its counterpart
  std::size_t types = 0;  ///< how many types it is nested in
};

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// Every block but those inside functions. `code` has no comments, strings and preprocessor lines.
std::vector<FoundBlock> blocks_of(std::string_view code) {
  std::vector<FoundBlock> blocks;
  std::vector<Block> around;
  std::size_t head = skip_blanks(code, 0);
  for (std::size_t at = 0; at < code.size(); ++at) {
    if (code[at] == ';') head = skip_blanks(code, at + 1);
    if (code[at] == '}') {
      if (!around.empty()) around.pop_back();
      head = skip_blanks(code, at + 1);
    }
    if (code[at] != '{') continue;
    const std::size_t close = end_of_block(code, at);
    const Block kind = kind_of(trimmed(code.substr(head, at > head ? at - head : 0)));
    const auto types = static_cast<std::size_t>(std::count(around.begin(), around.end(), Block::type));
    if (kind == Block::scope || kind == Block::type) {
      blocks.push_back({kind, head, at, close, types});
      around.push_back(kind);
      head = skip_blanks(code, at + 1);
    } else {
      if (kind == Block::function) blocks.push_back({kind, head, at, close, types});
      at = close;
      if (kind == Block::function) head = skip_blanks(code, at + 1);
    }
  }
  return blocks;
}

std::string readable_code(std::string_view text) {
  std::string code = without_comments_and_strings(text);
  blank_preprocessor(code);
  return code;
}

/// The line with this number, from 1.
std::string_view line_of(std::string_view text, std::size_t number) {
  std::size_t from = 0;
  for (; number > 1; --number) from = text.find('\n', from) + 1;
  return text.substr(from, text.find('\n', from) - from);
}

std::string name_of_type(std::string_view head) {
  std::string_view rest = without_prefix(without_macro(head));
  std::string_view name;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (word != "final") name = word;
    rest = trimmed(rest);
    if (rest.starts_with("[[")) rest = after_brackets(rest, '[', ']');
  }
  return std::string(name);
}

}  // namespace

std::string without_comments_and_strings(std::string_view text) {
  std::string code(text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_quoted(text, at);
    for (std::size_t inside = at; inside < end; ++inside) {
      if (code[inside] != '\n') code[inside] = ' ';
    }
    // A literal stays visible as one, so that `f("a")` keeps its shape.
    if (end > at && text[at] != '/') code[at] = '0';
    at = std::max(end, at + 1);
  }
  return code;
}

std::size_t count_lines(std::string_view text) {
  const auto newlines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return newlines + (text.empty() || text.back() == '\n' ? 0 : 1);
}

std::size_t count_code_lines(std::string_view text) {
  const std::string code = without_comments_and_strings(text);
  std::size_t count = 0;
  for (std::size_t number = 1; number <= count_lines(text); ++number) {
    const bool was_blank = trimmed(line_of(text, number)).empty();
    if (was_blank || !trimmed(line_of(code, number)).empty()) ++count;
  }
  return count;
}

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> includes;
  const std::string code = without_comments_and_strings(text);
  for (std::size_t number = 1; number <= count_lines(text); ++number) {
    // Strings are blanked in `code`: it tells only that the line is no comment.
    if (!trimmed(line_of(code, number)).starts_with('#')) continue;
    std::string_view line = trimmed(line_of(text, number)).substr(1);
    if (take_word(line) != "include") continue;
    line = trimmed(line);
    const bool quoted = line.starts_with('"');
    const std::size_t end = line.find(quoted ? '"' : '>', 1);
    if (line.empty() || end == std::string_view::npos) continue;
    includes.push_back({std::string(line.substr(1, end - 1)), quoted, number});
  }
  return includes;
}

std::vector<Function> functions_of(std::string_view text) {
  std::vector<Function> functions;
  const std::string code = readable_code(text);
  for (const FoundBlock& block : blocks_of(code)) {
    if (block.kind != Block::function) continue;
    const std::string_view head =
        without_prefix(std::string_view(code).substr(block.head, block.open - block.head));
    const std::size_t from = line_at(code, block.head);
    functions.push_back(
        {std::string(head.substr(0, head.find('\n'))), from, line_at(code, block.close) - from + 1});
  }
  return functions;
}

std::vector<Type> types_of(std::string_view text) {
  std::vector<Type> types;
  const std::string code = readable_code(text);
  for (const FoundBlock& block : blocks_of(code)) {
    if (block.kind != Block::type || block.types > 0) continue;
    const std::string_view head = std::string_view(code).substr(block.head, block.open - block.head);
    const std::size_t from = line_at(code, block.head);
    const bool documented = from > 1 && trimmed(line_of(text, from - 1)).starts_with("///");
    types.push_back({name_of_type(head.substr(0, head.find(" :"))), from,
                     line_at(code, block.close) - from + 1, documented});
  }
  return types;
}

std::vector<std::size_t> lines_with_word(std::string_view text, std::string_view word) {
  const std::string code = without_comments_and_strings(text);
  std::vector<std::size_t> lines;
  for (std::size_t at = code.find(word); at != std::string::npos; at = code.find(word, at + word.size())) {
    const std::size_t end = at + word.size();
    const bool alone = (at == 0 || !is_word(code[at - 1])) && (end == code.size() || !is_word(code[end]));
    if (alone) lines.push_back(line_at(code, at));
  }
  return lines;
}

}  // namespace dream::tidy
