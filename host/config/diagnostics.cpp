#include "config/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/columns.hpp"
#include "base/cut_off.hpp"
#include "base/text.hpp"
#include "config/secrets.hpp"

namespace dream::config {

namespace {

/// The widest line that is shown, in columns.
constexpr std::size_t max_width = 120;
/// Of a line that is cut: how much stands before the caret.
constexpr std::size_t width_before_caret = 60;

/// Like printable(), but tabs stay tabs.
std::string printable_with_tabs(std::string_view text) {
  std::string shown;
  while (true) {
    const std::size_t tab = text.find('\t');
    shown += printable(text.substr(0, tab));
    if (tab == std::string_view::npos) return shown;
    shown += '\t';
    text.remove_prefix(tab + 1);
  }
}

/// The end of `text`, with a mark when something was left out.
std::string end_of(const std::string& text, std::size_t limit) {
  const std::string_view end = end_within(text, limit);
  return end.size() == text.size() ? text : "…" + std::string(end);
}

/// The begin of `text`, with a mark when something was left out.
std::string begin_of(const std::string& text, std::size_t limit) {
  const std::string_view begin = begin_within(text, limit);
  return begin.size() == text.size() ? text : std::string(begin) + "…";
}

/// As many blanks as `text` has columns; its tabs.
std::string blanks_below(std::string_view text) {
  std::string blanks;
  while (true) {
    const std::size_t tab = text.find('\t');
    blanks.append(columns(text.substr(0, tab)), ' ');
    if (tab == std::string_view::npos) return blanks;
    blanks += '\t';
    text.remove_prefix(tab + 1);
  }
}

/// The end of the text in quotes that begins at `from`, behind the first quote.
std::size_t end_of_text(std::string_view line, std::size_t from) {
  for (; from < line.size() && line[from] != '"'; ++from)
    if (line[from] == '\\') ++from;
  return std::min(from, line.size());
}

/// The value of `"API_TOKEN": "value"`, whose name begins at `from`; none: it is no text. The quote behind
/// the name may be what is missing.
std::optional<TextPart> value_of_member(std::string_view line, std::size_t from) {
  constexpr std::string_view blanks = " \t";
  const auto is_of_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  std::size_t at = from;
  while (at < line.size() && is_of_name(line[at])) ++at;
  if (!names_secret(line.substr(from, at - from))) return std::nullopt;
  if (line.substr(at).starts_with('"')) ++at;
  at = std::min(line.find_first_not_of(blanks, at), line.size());
  if (!line.substr(at).starts_with(':')) return std::nullopt;
  at = std::min(line.find_first_not_of(blanks, at + 1), line.size());
  if (!line.substr(at).starts_with('"')) return std::nullopt;
  return TextPart{at + 1, end_of_text(line, at + 1)};
}

/// Users and passwords of URLs, and values whose names say that they are secret: in texts, in comments, and
/// in what is no JSON.
std::vector<TextPart> private_parts(std::string_view line) {
  std::vector<TextPart> parts = users_of_urls(line);
  for (std::size_t quote = line.find('"'); quote != std::string_view::npos; quote = line.find('"', quote + 1))
    if (const auto value = value_of_member(line, quote + 1)) parts.push_back(*value);
  std::ranges::sort(parts, {}, &TextPart::begin);
  return parts;
}

/// The line of the position with a caret below it.
std::string excerpt(const Position& position) {
  // Bytes that are far away can't be among the characters shown: a line of megabytes is not copied. A
  // character that is torn apart here is cut off below.
  constexpr std::size_t far = 8 * max_width;
  const std::size_t start = position.byte_in_line - std::min(position.byte_in_line, far);
  const std::size_t looked_from = start - std::min(start, far);  // what is private may begin further away
  const std::string_view line = std::string_view(position.line_text).substr(0, position.byte_in_line + far);
  std::string before, after;
  std::size_t at = start;  // what stands before it is shown
  const auto show = [&](std::size_t end) {
    const std::size_t middle = std::clamp(position.byte_in_line, at, end);
    before += printable_with_tabs(line.substr(at, middle - at));
    after += printable_with_tabs(line.substr(middle, end - middle));
    at = end;
  };
  for (const TextPart& part : private_parts(line.substr(looked_from))) {
    const std::size_t end = looked_from + part.end;
    if (end <= at) continue;
    const std::size_t begin = std::max(looked_from + part.begin, at);
    show(begin);
    (begin < position.byte_in_line ? before : after) += mask;
    at = end;
  }
  show(line.size());
  if (columns(before) + columns(after) > max_width) {
    before = end_of(before, width_before_caret);
    after = begin_of(after, max_width - 2 - std::min(columns(before), max_width - 2));
  }
  return before + after + "\n" + blanks_below(before) + "^\n";
}

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
  }
  return {};
}

}  // namespace

bool ProblemList::has_room() {
  left_out_ = left_out_ || problems_.size() >= limit;
  return !left_out_;
}

void ProblemList::add(Problem problem) {
  if (!has_room()) return;
  constexpr std::size_t longest = 2000;
  problem.message = without_passwords(std::move(problem.message), Users::all);
  problem.hint = without_passwords(std::move(problem.hint), Users::all);
  if (problem.message.size() > longest) problem.message = cut_off(problem.message, longest);
  if (problem.hint.size() > longest) problem.hint = cut_off(problem.hint, longest);
  problems_.push_back(std::move(problem));
}

std::vector<Problem> ProblemList::take() {
  std::stable_sort(problems_.begin(), problems_.end(),
                   [](const Problem& a, const Problem& b) { return a.offset.value < b.offset.value; });
  if (left_out_) {
    problems_.push_back({Severity::note,
                         {},
                         {},
                         fmt::format("there are more than {} problems", limit),
                         "correct these first"});
  }
  return std::exchange(problems_, {});
}

bool has_errors(std::span<const Problem> problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Severity::error; });
}

std::string render_text(const SourceText& source, const Problem& problem) {
  std::string text =
      fmt::format("{}: {}: ", printable(source.place(problem.offset)), name_of(problem.severity));
  if (!problem.pointer.empty()) text += printable(problem.pointer) + ": ";
  text += printable(problem.message);
  if (!problem.hint.empty()) text += "; " + printable(problem.hint);
  text += "\n";
  if (problem.offset.known()) text += excerpt(source.position(problem.offset.value));
  return text;
}

std::string render_text(const Sources& sources, const Problem& problem) {
  return render_text(sources.holding(problem.offset), problem);
}

std::string render_json(const Sources& sources, std::span<const Problem> problems) {
  std::string json = "[";
  for (const Problem& problem : problems) {
    const SourceText& source = sources.holding(problem.offset);
    std::string line = "null", column = "null";
    if (problem.offset.known()) {
      const Position at = source.position(problem.offset.value);
      line = std::to_string(at.line);
      column = std::to_string(at.column);
    }
    json += fmt::format(
        R"({}{{"file":{},"line":{},"column":{},"path":{},"severity":"{}","message":{},"hint":{}}})",
        json.size() == 1 ? "\n  " : ",\n  ", json_string(source.name()), line, column,
        json_string(problem.pointer), name_of(problem.severity), json_string(problem.message),
        json_string(problem.hint));
  }
  return json + (problems.empty() ? "]" : "\n]");
}

std::string line_and_column(const SourceText& source, SourceOffset offset) {
  const Position at = source.position(offset.value);
  return fmt::format("line {}, column {}", at.line, at.column);
}

}  // namespace dream::config
