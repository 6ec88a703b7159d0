#include "config/env_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "config/diagnostics.hpp"
#include "config/read_file.hpp"
#include "config/source_text.hpp"

namespace dream::config {

namespace {

constexpr std::string_view blank = " \t\r\v\f";

/// Names as shells and their users have them, and as compose takes them: also letters of other scripts.
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80 || std::string_view("_.-[]").find(c) != std::string_view::npos;
}

/// In double quotes: what a letter behind a backslash means; '\0': the two stay as they are.
char meaning_of_escape(char c) {
  constexpr std::string_view letters = "abfnrtv\"\\";
  constexpr std::string_view meanings = "\a\b\f\n\r\t\v\"\\";
  const std::size_t at = letters.find(c);
  return at == std::string_view::npos ? '\0' : meanings[at];
}

class EnvParser {
 public:
  EnvParser(const SourceText& source, const Lookup& environment, Variables before, BrokenLines broken)
      : source_(source),
        text_(source.text()),
        at_(source.begin()),
        environment_(environment),
        broken_(broken) {
    file_.variables = std::move(before);
  }

  Result<EnvFile> parse() {
    const std::size_t nul = text_.find('\0');
    if (nul != std::string_view::npos) {
      if (Result<void> whole = pass_over(error(nul, "a NUL byte in the file", {}), "the file is"); !whole)
        return whole.error();
      at_ = text_.size();
    }
    while (at_ < text_.size()) {
      skip(blank);
      const std::size_t start = at_;
      if (!at_line_end() && text_[at_] != '#') {
        if (Result<void> line = parse_line(); !line) {
          if (Result<void> passed = pass_over(line.error(), "the line is"); !passed) return passed.error();
          at_ = start;  // a quote that is never closed has taken the others, too
        }
      }
      at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1;
    }
    return std::move(file_);
  }

 private:
  Result<void> pass_over(const Error& error, std::string_view what) {
    if (broken_ == BrokenLines::refused) return error;
    file_.warnings.push_back(fmt::format("{}; {} left out", to_string(error), what));
    return {};
  }

  Result<void> parse_line() {
    skip_export();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    const std::string name(text_.substr(start, at_ - start));
    skip(blank);
    if (name.empty()) return error(start, "expected NAME=VALUE", "a comment begins with #");
    if (at_line_end()) {
      if (const auto value = environment_(name)) file_.variables[name] = *value;
      return {};
    }
    if (text_[at_] != '=' && text_[at_] != ':')
      return error(at_, fmt::format(R"(expected "=" after {})", in_quotes(name)), {});
    ++at_;
    skip(blank);
    Result<std::string> value = parse_value();
    if (!value) return value.error();
    file_.variables[name] = std::move(*value);
    return {};
  }

  Result<std::string> parse_value() {
    const std::size_t start = at_;
    const char quote = at_line_end() ? '\0' : text_[at_];
    if (quote != '"' && quote != '\'') return expanded(start, bare_value());
    std::optional<std::string> value = quoted_value(quote);
    if (!value) return error(start, "the quote is never closed", {});
    skip(blank);
    if (!at_line_end() && text_[at_] != '#') {
      return error(at_, "expected the end of the line after the closing quote",
                   fmt::format(R"(\{} is a quote within the value)", quote));
    }
    if (quote == '"') return expanded(start, *value);
    return std::move(*value);
  }

  std::string_view bare_value() const {
    std::string_view value = text_.substr(at_, text_.find('\n', at_) - at_);
    value = value.substr(0, value.find(" #"));
    return value.substr(0, value.find_last_not_of(blank) + 1);
  }

  /// The value and at_ after its closing quote, or nothing without one. Escaped dollars are doubled.
  std::optional<std::string> quoted_value(char quote) {
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == quote) {
        ++at_;
        return value;
      }
      const char next = c == '\\' && at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      if (next == quote) {
        value += next;
        ++at_;
      } else if (next == '\0') {
        value += c;
      } else {
        ++at_;
        value += quote == '"' ? escape(next) : std::string{c, next};
      }
    }
    return std::nullopt;
  }

  /// What stands for `\` and the character at at_; takes the digits of a number, too.
  std::string escape(char c) {
    if (c == '$') return "$$";
    if (const char meaning = meaning_of_escape(c); meaning != '\0') return {meaning};
    const std::string_view digits = text_.substr(at_ + 1, 3);
    const auto is_octal = [](char digit) { return digit >= '0' && digit <= '7'; };
    if (c == '0' && digits.size() == 3 && std::ranges::all_of(digits, is_octal)) {
      int code = 0;
      for (const char digit : digits) code = code * 8 + (digit - '0');
      if (code > 0 && code < 0x80) {
        at_ += digits.size();
        return {static_cast<char>(code)};
      }
    }
    return {'\\', c};
  }

  Result<std::string> expanded(std::size_t start, std::string_view value) {
    const auto lookup = [this](const std::string& name) -> std::optional<std::string_view> {
      if (const auto stronger = environment_(name)) return stronger;
      const auto found = file_.variables.find(name);
      if (found == file_.variables.end()) return std::nullopt;
      return found->second;
    };
    Result<Expanded> result = expand(value, lookup, max_env_file_size - made_);
    if (!result) return error(start, result.error().message, result.error().hint);
    made_ += result->text.size();
    for (const std::string& name : result->unset) {
      if (file_.warnings.size() >= ProblemList::limit) break;
      file_.warnings.push_back(
          fmt::format("{}: {} is not set, and counts as empty (write $$ for a dollar, or 'single quotes')",
                      printable(source_.place({start})), printable("$" + name)));
    }
    return std::move(result->text);
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

  void skip(std::string_view characters) {
    at_ = std::min(text_.find_first_not_of(characters, at_), text_.size());
  }

  [[nodiscard]] bool at_line_end() const { return at_ >= text_.size() || text_[at_] == '\n'; }

  [[nodiscard]] Error error(std::size_t offset, std::string message, std::string hint) const {
    return {ErrorCode::configuration, std::move(message), printable(source_.place({offset})),
            std::move(hint)};
  }

  const SourceText& source_;
  std::string_view text_;
  std::size_t at_;
  const Lookup& environment_;
  BrokenLines broken_;
  EnvFile file_;
  std::size_t made_ = 0;  ///< bytes of values that were expanded
};

}  // namespace

Result<EnvFile> parse_env_file(std::string name, std::string text, const Lookup& environment,
                               Variables before, BrokenLines broken) {
  const SourceText source(std::move(name), std::move(text));
  return EnvParser(source, environment, std::move(before), broken).parse();
}

Result<std::string> read_env_file(const std::filesystem::path& file, const FileRule& rule,
                                  std::chrono::milliseconds pipe_time) {
  const auto found = rule.find(file);
  if (!found) return found.error();
  if (!*found) return no_such_file(file);
  const mode_t mode = (*found)->status.st_mode;
  if (pipe_time.count() == 0 && (S_ISFIFO(mode) || S_ISCHR(mode))) return std::string();
  return read_file(**found, file, {.size = max_env_file_size, .time = pipe_time});
}

}  // namespace dream::config
