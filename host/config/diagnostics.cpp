#include "config/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/cut_off.hpp"
#include "base/text.hpp"

namespace dream::config {

namespace {

/// The widest line that is shown, in characters.
constexpr std::size_t max_width = 120;
/// Of a line that is cut: how much stands before the caret.
constexpr std::size_t width_before_caret = 60;

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

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

/// The last `count` characters, with a mark when some were left out.
std::string last_characters(std::string_view text, std::size_t count) {
  std::size_t start = text.size();
  while (start > 0 && count > 0) {
    --start;
    if (!continues_character(text[start])) --count;
  }
  return start == 0 ? std::string(text) : "…" + std::string(text.substr(start));
}

/// The first `count` characters, with a mark when some were left out.
std::string first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (end < text.size() && (count > 0 || continues_character(text[end]))) {
    if (!continues_character(text[end])) --count;
    ++end;
  }
  return end == text.size() ? std::string(text) : std::string(text.substr(0, end)) + "…";
}

/// The line of the position with a caret below it.
std::string excerpt(const Position& position) {
  // Bytes that are far away can't be among the characters shown: a line of megabytes is not copied. A
  // character that is torn apart here is cut off below.
  constexpr std::size_t far = 8 * max_width;
  const std::size_t start = position.byte_in_line - std::min(position.byte_in_line, far);
  std::string before = printable_with_tabs(position.line_text.substr(start, position.byte_in_line - start));
  std::string after = printable_with_tabs(position.line_text.substr(position.byte_in_line, far));
  if (count_characters(before) + count_characters(after) > max_width) {
    before = last_characters(before, width_before_caret);
    after = first_characters(after, max_width - 2 - std::min(count_characters(before), max_width - 2));
  }
  std::string indent;
  for (const char c : before) {
    if (!continues_character(c)) indent += c == '\t' ? '\t' : ' ';
  }
  return before + after + "\n" + indent + "^\n";
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

std::string render_json(const SourceText& source, std::span<const Problem> problems) {
  std::string json = "[";
  for (const Problem& problem : problems) {
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
