#include "config/env_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "config/read_file.hpp"
#include "config/source_text.hpp"

namespace dream::config {

namespace {

constexpr std::string_view blanks = " \t\r";

/// Names as shells and their users have them; `.` and `-` occur in the wild.
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-';
}

class EnvParser {
 public:
  explicit EnvParser(const SourceText& source) : source_(source), text_(source.text()), at_(source.begin()) {}

  Result<Environment> parse() {
    const std::size_t nul = text_.find('\0');
    if (nul != std::string_view::npos) return error(nul, "a NUL byte in the file", {});
    Environment environment;
    while (at_ < text_.size()) {
      skip(blanks);
      if (!at_line_end() && text_[at_] != '#') {
        auto variable = parse_line();
        if (!variable) return variable.error();
        environment.push_back(std::move(*variable));
      }
      at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1;
    }
    return environment;
  }

 private:
  using Variable = Environment::value_type;

  Result<Variable> parse_line() {
    skip_export();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    skip(blanks);
    if (name.empty()) return error(start, "expected NAME=VALUE", "a comment begins with #");
    if (at_line_end() || text_[at_] != '=') {
      return error(at_, fmt::format(R"(expected "=" after "{}")", name), {});
    }
    if (name.front() >= '0' && name.front() <= '9') {
      return error(start, fmt::format("\"{}\" can't be a name: it begins with a digit", name), {});
    }
    ++at_;
    skip(" \t");
    auto value = parse_value();
    if (!value) return value.error();
    return Variable(name, std::move(*value));
  }

  Result<std::string> parse_value() {
    const std::size_t start = at_;
    const char quote = at_line_end() ? '\0' : text_[at_];
    if (quote != '"' && quote != '\'') return bare_value();
    std::optional<std::string> value = quoted_value(quote);
    if (!value) return error(start, "the quote is never closed", {});
    const bool had_blank = skip(blanks);
    if (!at_line_end() && !(had_blank && text_[at_] == '#')) {
      return error(at_, "expected the end of the line after the closing quote", {});
    }
    return std::move(*value);
  }

  std::string bare_value() {
    const std::string_view line = text_.substr(at_, text_.find('\n', at_) - at_);
    std::size_t end = 0;
    while (end < line.size()) {
      const bool after_blank = end == 0 || blanks.find(line[end - 1]) != std::string_view::npos;
      if (line[end] == '#' && after_blank) break;
      ++end;
    }
    const std::string_view value = line.substr(0, end);
    return std::string(value.substr(0, value.find_last_not_of(blanks) + 1));
  }

  /// The value and at_ after its closing quote, or nothing without one.
  std::optional<std::string> quoted_value(char quote) {
    constexpr std::string_view escapes = "nrt\"\\";
    constexpr std::string_view meanings = "\n\r\t\"\\";
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == quote) {
        ++at_;
        return value;
      }
      const bool may_escape = quote == '"' && c == '\\' && at_ + 1 < text_.size();
      const std::size_t escape = may_escape ? escapes.find(text_[at_ + 1]) : std::string_view::npos;
      const bool line_end = c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
      if (escape != std::string_view::npos) {
        value += meanings[escape];
        ++at_;
      } else if (!line_end) {
        value += c;
      }
    }
    return std::nullopt;
  }

  void skip_export() {
    constexpr std::string_view word = "export";
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with(word) || rest.size() == word.size()) return;
    const std::size_t next = rest.find_first_not_of(" \t", word.size());
    const bool is_prefix =
        next != std::string_view::npos && next > word.size() && is_name_character(rest[next]);
    if (is_prefix) at_ += next;
  }

  /// True when there was something to skip.
  bool skip(std::string_view characters) {
    const std::size_t start = at_;
    at_ = std::min(text_.find_first_not_of(characters, at_), text_.size());
    return at_ > start;
  }

  [[nodiscard]] bool at_line_end() const { return at_ >= text_.size() || text_[at_] == '\n'; }

  [[nodiscard]] Error error(std::size_t offset, std::string message, std::string hint) const {
    return {ErrorCode::configuration, std::move(message), printable(source_.place({offset})),
            std::move(hint)};
  }

  const SourceText& source_;
  std::string_view text_;
  std::size_t at_;
};

}  // namespace

Result<Environment> parse_env_file(std::string name, std::string text) {
  const SourceText source(std::move(name), std::move(text));
  return EnvParser(source).parse();
}

Result<Environment> read_env_file(const std::filesystem::path& file, const FileRule& rule,
                                  std::chrono::milliseconds pipe_time) {
  const auto found = rule.find(file);
  if (!found) return found.error();
  if (!*found) return no_such_file(file);
  const mode_t mode = (*found)->status.st_mode;
  if (pipe_time.count() == 0 && (S_ISFIFO(mode) || S_ISCHR(mode))) return Environment{};
  auto text = read_file(**found, file, {.size = max_env_file_size, .time = pipe_time});
  if (!text) return text.error();
  return parse_env_file(file.string(), std::move(*text));
}

}  // namespace dream::config
