#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Reads C and C++ just well enough to check the rules of the house: no preprocessor, no types.
namespace dream::tidy {

/// `text` with the contents of comments, strings and characters turned into blanks. Every line stays where it
/// is.
[[nodiscard]] std::string without_comments_and_strings(std::string_view text);

/// Lines of `text`; a last one without a newline counts.
[[nodiscard]] std::size_t count_lines(std::string_view text);

/// Lines that hold more than comment.
[[nodiscard]] std::size_t count_code_lines(std::string_view text);

/// An `#include` line.
struct Include {
  std::string path;
  bool quoted = false;   ///< with quotes, not angle brackets
  std::size_t line = 0;  ///< from 1
};
[[nodiscard]] std::vector<Include> includes_of(std::string_view text);

/// A function with a body, from the first line of its head to its closing brace.
struct Function {
  std::string head;
  std::size_t line = 0;  ///< from 1
  std::size_t lines = 0;
};
[[nodiscard]] std::vector<Function> functions_of(std::string_view text);

/// A class, struct, union or enum that is defined at the level of a namespace.
struct Type {
  std::string name;
  std::size_t line = 0;  ///< from 1
  std::size_t lines = 0;
  bool documented = false;  ///< the line before it (and its template line) starts with `///`
};
[[nodiscard]] std::vector<Type> types_of(std::string_view text);

/// The lines, from 1, on which `word` stands alone, outside comments and strings.
[[nodiscard]] std::vector<std::size_t> lines_with_word(std::string_view text, std::string_view word);

}  // namespace dream::tidy
