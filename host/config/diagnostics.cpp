#include "config/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
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

/// Without the user and password of the URLs in it.
std::string without_passwords(std::string text) {
  constexpr std::string_view scheme_end = "://";
  for (std::size_t from = text.find(scheme_end); from != std::string::npos;
       from = text.find(scheme_end, from)) {
    from += scheme_end.size();
    const std::string authority = text.substr(from, text.find_first_of("/?# \t\"", from) - from);
    const std::size_t at = authority.rfind('@');
    if (at != std::string::npos) text.replace(from, at, mask);
  }
  return text;
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

/// The line of the position with a caret below it.
std::string excerpt(const Position& position) {
  // Bytes that are far away can't be among the characters shown: a line of megabytes is not copied. A
  // character that is torn apart here is cut off below.
  constexpr std::size_t far = 8 * max_width;
  const std::size_t start = position.byte_in_line - std::min(position.byte_in_line, far);
  const auto shown = [](std::string_view part) { return without_passwords(printable_with_tabs(part)); };
  std::string_view begin = position.line_text.substr(start, position.byte_in_line - start);
  std::string_view end = position.line_text.substr(position.byte_in_line, far);
  std::string before = shown(begin);
  std::string after = shown(end);
  const std::size_t scheme = begin.rfind("://");
  const std::size_t at = end.find('@');
  const bool may_be_within = scheme != std::string_view::npos && at != std::string_view::npos;
  if (may_be_within && shown(position.line_text.substr(start, begin.size() + end.size())) != before + after) {
    before = shown(begin.substr(0, scheme + 3)).append(mask);
    after = shown(end.substr(at));
  }
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
  problem.message = without_passwords(std::move(problem.message));
  problem.hint = without_passwords(std::move(problem.hint));
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
