#include "init/toml.hpp"

#include <algorithm>

#include "init/files.hpp"

namespace dream::init {

namespace {

constexpr std::string_view toml_blanks = " \t\r\n";

/// What is left of a text.
class TomlText {
 public:
  explicit TomlText(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool starts_with(std::string_view words) const { return rest_.starts_with(words); }

  void skip(std::size_t count) { rest_.remove_prefix(std::min(count, rest_.size())); }
  void skip_line() { skip(std::min(rest_.find('\n'), rest_.size())); }

  /// Blanks, ends of lines, comments and `others`.
  void skip_blanks(std::string_view others = {}) {
    while (!rest_.empty() && (toml_blanks.find(rest_[0]) != std::string_view::npos || rest_[0] == '#' ||
                              others.find(rest_[0]) != std::string_view::npos)) {
      if (rest_[0] == '#')
        skip_line();
      else
        skip(1);
    }
  }

  /// A text in quotes, with them; on several lines with three of them.
  std::string_view quoted() {
    const char quote = rest_[0];
    const std::string_view three = quote == '"' ? R"(""")" : "'''";
    const std::string_view end = rest_.starts_with(three) ? three : three.substr(0, 1);
    std::size_t at = end.size();
    while (at < rest_.size() && !rest_.substr(at).starts_with(end) && (end.size() > 1 || rest_[at] != '\n'))
      at += quote == '"' && rest_[at] == '\\' ? 2 : 1;
    while (end.size() > 1 && at + 1 < rest_.size() && rest_.substr(at + 1).starts_with(end))
      ++at;  // quotes before the three
    return take(at + end.size());
  }

  /// `a."b.c"`, up to what follows it.
  std::vector<std::string> key() {
    std::vector<std::string> parts;
    while (!rest_.empty()) {
      skip(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
      const bool in_quotes = rest_.starts_with('"') || rest_.starts_with('\'');
      const std::string_view part = in_quotes ? quoted() : take(rest_.find_first_of(" \t\r\n.=]{}[,#"));
      if (part.empty()) break;
      parts.push_back(toml_text(part));
      skip(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
      if (!rest_.starts_with('.')) break;
      skip(1);
    }
    return parts;
  }

  /// As it is written: to the end of the line, or of the brackets that begin it.
  std::string_view value() {
    const std::string_view all = rest_;
    int levels = 0;
    while (!rest_.empty()) {
      const char c = rest_[0];
      if (c == '"' || c == '\'') {
        quoted();
        continue;
      }
      if (levels == 0 && std::string_view("\n#,]}").find(c) != std::string_view::npos) break;
      if (c == '#') {
        skip_line();
        continue;
      }
      if (c == '[' || c == '{') ++levels;
      if (c == ']' || c == '}') --levels;
      skip(1);
    }
    return all.substr(0, all.size() - rest_.size());
  }

 private:
  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    skip(taken.size());
    return taken;
  }

  std::string_view rest_;
};

/// `key = value`; of an inline table each member, too.
void add_entry(TomlText& text, const std::vector<std::string>& table, int levels,
               std::vector<TomlEntry>& entries) {
  constexpr int most_levels = 8;
  TomlEntry entry{table};
  const std::vector<std::string> own = text.key();
  entry.key.insert(entry.key.end(), own.begin(), own.end());
  if (own.empty() || !text.starts_with("=")) return text.skip_line();
  text.skip(1);
  entry.value = trimmed(text.value());
  entries.push_back(entry);
  if (!entry.value.starts_with('{') || levels == most_levels) return;
  TomlText members(std::string_view(entry.value).substr(1));
  for (members.skip_blanks(",}"); !members.at_end(); members.skip_blanks(",}"))
    add_entry(members, entry.key, levels + 1, entries);
}

}  // namespace

std::vector<TomlEntry> toml_entries(std::string_view text) {
  std::vector<TomlEntry> entries;
  std::vector<std::string> table;
  TomlText rest(text);
  for (rest.skip_blanks(); !rest.at_end(); rest.skip_blanks()) {
    if (!rest.starts_with("[")) {
      add_entry(rest, table, 0, entries);
      continue;
    }
    rest.skip(rest.starts_with("[[") ? 2 : 1);
    table = rest.key();
    entries.push_back({table});
    rest.skip_line();
  }
  return entries;
}

std::string toml_text(std::string_view value) {
  for (const std::string_view quote : {R"(""")", "'''", "\"", "'"}) {
    if (value.size() >= 2 * quote.size() && value.starts_with(quote) && value.ends_with(quote)) {
      value = value.substr(quote.size(), value.size() - 2 * quote.size());
      if (quote[0] == '\'') break;
      std::string text;
      for (std::size_t at = 0; at < value.size(); ++at) {
        if (value[at] == '\\' && at + 1 < value.size() && (value[at + 1] == '"' || value[at + 1] == '\\'))
          ++at;
        text += value[at];
      }
      return text;
    }
  }
  return std::string(value);
}

std::vector<std::string> toml_texts(std::string_view value) {
  if (!value.starts_with('[')) return {toml_text(value)};
  std::vector<std::string> texts;
  TomlText rest(value.substr(1));
  for (rest.skip_blanks(",]"); !rest.at_end(); rest.skip_blanks(",]")) {
    const std::string one = trimmed(rest.value());
    if (one.empty()) break;
    texts.push_back(toml_text(one));
  }
  return texts;
}

}  // namespace dream::init
