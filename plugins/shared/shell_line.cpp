#include "shared/shell_line.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace dream::plugins {

namespace {

using sdk::Failure;
using sdk::Result;

template <std::size_t Size>
bool is_one_of(std::string_view word, const std::array<std::string_view, Size>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// NAME=VALUE before a command.
bool is_assignment(std::string_view word) {
  const auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const auto* const end = std::find_if_not(word.begin(), word.end(), in_name);
  return end != word.begin() && end != word.end() && *end == '=' &&
         (*word.begin() < '0' || *word.begin() > '9');
}

/// Reads a line as far as it must be known where its commands end and which words are the shell's arguments.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) {}

  Result<std::string> with_arguments() {
    while (at_ < line_.size()) step();
    end_command({});
    if (refers_) return std::string(line_);
    if (depth_ > deepest) return no_place("more is nested in it than anybody writes");
    if (broken_) return no_place("something in it is never closed");
    if (!unfinished_.empty()) return no_place("it ends in " + unfinished_);
    std::size_t last = commands_.size();
    while (last > 1 && commands_[last - 1].after_or && commands_[last - 1].takes_none()) --last;
    if (last == 0) return no_place("it has no command");
    const Command& command = commands_[last - 1];
    if (command.takes_none()) return no_place("its last command is " + command.name + ", which takes none");
    if (command.name.empty()) return no_place("its last command is none");
    if (command.closes) return no_place("it ends in " + command.name);
    std::string text(line_);
    text.insert(command.end, " \"$@\"");
    return text;
  }

 private:
  struct Command {
    std::string name = {};
    std::size_t end = 0;
    std::vector<std::string> words = {};  ///< behind the name
    bool after_or = false;                ///< stands behind `||`
    bool closes = false;                  ///< ends several commands: `done`

    /// `for NAME` without `in`, `getopts WORD NAME` without words to read, and `shift` do.
    [[nodiscard]] bool goes_through_arguments() const {
      constexpr std::size_t of_getopts = 2;
      return (name == "for" && !words.empty() && (words.size() == 1 || words[1] == "do")) ||
             (name == "getopts" && words.size() <= of_getopts) || name == "shift";
    }
    [[nodiscard]] bool takes_none() const {
      constexpr std::array<std::string_view, 8> all{":",      "true",  "false",    "exit",
                                                    "return", "break", "continue", "wait"};
      return is_one_of(name, all);
    }
  };
  struct HereDocument {
    std::string delimiter;
    bool quoted = false;
    bool tabs = false;  ///< before the delimiter are passed over
  };

  static Failure no_place(const std::string& why) {
    return {DREAM_E_NOT_EXECUTABLE, "there is no place for arguments behind the command's line: " + why,
            R"(write "$@" into the line where they belong)"};
  }

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < line_.size() ? line_[at_ + ahead] : '\0';
  }
  bool take(std::string_view text) {
    if (!line_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }

  void step() {
    const char c = peek();
    if (is_blank(c)) {
      ++at_;
    } else if (take("\\\n")) {
    } else if (c == '#') {
      at_ = std::min(line_.find('\n', at_), line_.size());
    } else if (c == '\n') {
      ++at_;
      end_command("\n");
      skip_here_documents();
    } else if (take("&>>") || take("&>")) {
      target_next_ = true;
    } else if (c == '<' || c == '>') {
      redirect();
    } else if (c == '(') {
      open_group();
    } else if (c == ')') {
      ++at_;
      command_ = {};  // of a pattern
    } else if (c == ';' || c == '&' || c == '|') {
      for (const std::string_view sign : {"&&", "||", ";;", "|&", ";", "&", "|"}) {
        if (!take(sign)) continue;
        end_command(sign);
        break;
      }
    } else {
      word();
    }
  }

  void end_command(std::string_view sign) {
    const bool is_something = command_.end > 0;
    refers_ = refers_ || (function_depth_ == 0 && command_.goes_through_arguments());
    if (is_something) commands_.push_back(command_);
    const bool joins = sign == "&&" || sign == "||" || sign == "|" || sign == "|&";
    if (joins) unfinished_ = sign;
    if (!joins && is_something) unfinished_.clear();
    const bool keeps = !is_something && sign == "\n";
    command_ = {.after_or = sign == "||" || (keeps && command_.after_or)};
  }

  void redirect() {
    for (const std::string_view sign : {"<<<", "<<-", "<<"}) {
      if (!take(sign)) continue;
      if (sign != "<<<") here_documents_.push_back({.delimiter = {}, .quoted = false, .tabs = sign == "<<-"});
      delimiter_next_ = sign != "<<<";
      target_next_ = true;
      return;
    }
    ++at_;
    if (peek() == '(') {
      skip_nested(')');
      command_.end = at_;
      return;
    }
    if (peek() == '>' || peek() == '&' || peek() == '|') ++at_;
    target_next_ = true;
  }

  void open_group() {
    const bool of_function = function_next_;
    function_next_ = false;
    function_depth_ += of_function ? 1 : 0;
    skip_nested(')');
    function_depth_ -= of_function ? 1 : 0;
    command_.closes = command_.closes || command_.name.empty();
    if (command_.name.empty()) command_.name = ")";
    command_.end = at_;
  }

  void word() {
    const std::size_t start = at_;
    while (at_ < line_.size() && !is_blank(peek()) &&
           std::string_view("\n;&|<>()").find(peek()) == std::string_view::npos)
      character();
    const std::string_view raw = line_.substr(start, at_ - start);
    const bool number = raw.find_first_not_of("0123456789") == std::string_view::npos;
    if (number && (peek() == '<' || peek() == '>')) return;  // a descriptor
    if (std::exchange(target_next_, false)) {
      if (std::exchange(delimiter_next_, false)) set_delimiter(raw);
    } else if (std::exchange(name_next_, false)) {
      return;
    } else if (peek() == '(') {
      parenthesis_in_word(raw);
      return;
    } else if (command_.name.empty()) {
      first_word(raw);
      if (command_.name.empty() && !is_assignment(raw)) return;
    } else {
      command_.words.emplace_back(raw);
    }
    command_.end = at_;
  }

  /// A function `name()`, or `name=(words)`.
  void parenthesis_in_word(std::string_view raw) {
    const std::size_t inside = line_.find_first_not_of(" \t", at_ + 1);
    if (inside != std::string_view::npos && line_[inside] == ')' && !raw.ends_with('=')) {
      at_ = inside + 1;
      function_next_ = true;
      command_ = {};
      return;
    }
    skip_nested(')');
    if (command_.name.empty() && !is_assignment(raw)) command_.name = raw;
    command_.end = at_;
  }

  void first_word(std::string_view raw) {
    constexpr std::array<std::string_view, 9> openers{"if",    "then", "elif", "else", "while",
                                                      "until", "do",   "!",    "time"};
    constexpr std::array<std::string_view, 4> closers{"fi", "done", "esac", "}"};
    if (raw == "function") {
      function_next_ = name_next_ = true;
    } else if (raw == "{") {
      ++braces_;
      if (std::exchange(function_next_, false)) {
        function_braces_.push_back(braces_);
        ++function_depth_;
      }
    } else if (!is_one_of(raw, openers) && !is_assignment(raw)) {
      command_.name = raw;
      command_.closes = is_one_of(raw, closers);
      if (raw != "}") return;
      if (!function_braces_.empty() && function_braces_.back() == braces_) {
        function_braces_.pop_back();
        --function_depth_;
      }
      if (braces_ > 0) --braces_;
    }
  }

  /// What is nested deeper is not read: it would take the whole stack.
  void character() {
    if (++depth_ > deepest) {
      at_ = line_.size();
      return;
    }
    read_character();
    if (depth_ <= deepest) --depth_;
  }

  void read_character() {
    const char c = line_[at_++];
    if (c == '\\') {
      if (at_ == line_.size()) broken_ = true;
      ++at_;
    } else if (c == '\'') {
      skip_to('\'');
    } else if (c == '"') {
      double_quotes();
    } else if (c == '`') {
      backquotes();
    } else if (c == '$') {
      dollar();
    }
  }

  /// Behind a `$`.
  void dollar() {
    const bool braced = peek() == '{';
    // ${#1} and ${!1} are about $1.
    const bool of_another = braced && (peek(1) == '#' || peek(1) == '!') && peek(2) != '}';
    const char c = peek(of_another ? 2 : braced ? 1 : 0);
    if ((c >= '1' && c <= '9') || c == '@' || c == '*' || c == '#') refers_ = refers_ || function_depth_ == 0;
    if (c == '$') {
      ++at_;  // the shell's process
    } else if (c == '(') {
      skip_nested(')');
    } else if (braced) {
      skip_nested('}');
    } else if (peek() == '\'') {
      for (++at_; at_ < line_.size() && peek() != '\''; ++at_) at_ += peek() == '\\' ? 1 : 0;
      close();
    }
  }

  /// From an opening bracket behind the closing one.
  void skip_nested(char closing) {
    const char opening = line_[at_++];
    for (std::size_t depth = 1; at_ < line_.size();) {
      if (peek() == opening) ++depth;
      if (peek() == closing && --depth == 0) break;
      character();
    }
    close();
  }

  void double_quotes() {
    while (at_ < line_.size() && peek() != '"') {
      if (peek() == '\'') {
        ++at_;
      } else {
        character();
      }
    }
    close();
  }

  void backquotes() {
    while (at_ < line_.size() && peek() != '`') character();
    close();
  }

  void skip_to(char end) {
    at_ = std::min(line_.find(end, at_), line_.size());
    close();
  }

  /// At what closes something, or at the end without it.
  void close() {
    broken_ = broken_ || at_ >= line_.size();
    at_ = std::min(at_ + 1, line_.size());
  }

  void set_delimiter(std::string_view raw) {
    HereDocument& document = here_documents_.back();
    for (const char c : raw) {
      if (c == '\'' || c == '"' || c == '\\') {
        document.quoted = true;
      } else {
        document.delimiter += c;
      }
    }
  }

  void skip_here_documents() {
    for (const HereDocument& document : std::exchange(here_documents_, {})) {
      for (bool over = false; !over && at_ < line_.size();) {
        const std::size_t end = std::min(line_.find('\n', at_), line_.size());
        std::string_view text = line_.substr(at_, end - at_);
        while (document.tabs && text.starts_with('\t')) text.remove_prefix(1);
        over = text == document.delimiter;
        while (!over && !document.quoted && at_ < end) {
          const char c = line_[at_++];
          if (c == '\\') ++at_;
          if (c == '$') dollar();
        }
        at_ = std::min(std::max(at_, end) + 1, line_.size());
      }
    }
  }

  static constexpr int deepest = 500;

  std::string_view line_;
  std::size_t at_ = 0;
  int depth_ = 0;  ///< stays beyond the deepest
  std::vector<Command> commands_;
  Command command_;
  std::vector<HereDocument> here_documents_;  ///< whose text begins in the next line
  bool target_next_ = false;                  ///< a file or a delimiter
  bool delimiter_next_ = false;
  bool name_next_ = false;  ///< of a function
  bool function_next_ = false;
  std::size_t braces_ = 0;
  std::vector<std::size_t> function_braces_;
  std::size_t function_depth_ = 0;  ///< in functions, $1 is theirs
  std::string unfinished_;          ///< a sign behind which a command has to come
  bool broken_ = false;
  bool refers_ = false;
};

}  // namespace

Result<std::string> line_with_arguments(std::string_view line) {
  return LineReader(line).with_arguments();
}

Result<std::vector<std::string>> words_of_line(std::string_view line,
                                               const std::vector<std::string>& arguments,
                                               const std::string& shell) {
  if (arguments.empty()) return std::vector<std::string>{shell, "-c", std::string(line)};
  Result<std::string> whole = line_with_arguments(line);
  if (!whole) return whole.failure();
  std::vector<std::string> words{shell, "-c", *std::move(whole), "sh"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace dream::plugins
