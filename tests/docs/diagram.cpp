#include "docs/diagram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace dream::docs {
namespace {

constexpr double chart_width = 56;

std::string label_of(Instant instant) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch()).count());
}

/// Columns as wide as their labels need, and wider by their share of the whole time.
std::map<Instant, std::size_t> columns_of(const std::set<Instant>& times) {
  std::map<Instant, std::size_t> columns;
  const double total = std::max(1.0, static_cast<double>((*times.rbegin() - *times.begin()).count()));
  std::size_t column = 0;
  for (auto at = times.begin(); at != times.end(); ++at) {
    columns[*at] = column;
    const auto next = std::next(at);
    if (next == times.end()) break;
    const double share = chart_width * static_cast<double>((*next - *at).count()) / total;
    column += std::max(label_of(*at).size() + 1, static_cast<std::size_t>(std::lround(share)));
  }
  return columns;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string draw(const Row& row, const std::map<Instant, std::size_t>& columns) {
  const std::size_t end = columns.at(row.ended);
  if (!row.started) return std::string(end, ' ') + "(skipped)";
  const std::size_t start = columns.at(*row.started);
  std::vector<std::string> cells(end + 1, " ");
  const auto fill = [&](std::size_t from, std::size_t to, const char* glyph) {
    for (std::size_t at = from; at < std::min(to, end); ++at) cells[at] = glyph;
  };
  if (row.waits) fill(columns.at(*row.waits), start, "·");
  fill(start + 1, end, "─");
  if (row.holds_until) fill(start + 1, columns.at(*row.holds_until), "═");
  for (const auto& [over, again] : row.pauses) {
    fill(columns.at(over), columns.at(again), "·");
    cells[columns.at(over)] = "✗";
    if (again < row.ended) cells[columns.at(again)] = "├";
  }
  cells[start] = "├";
  if (row.asked) cells[columns.at(*row.asked)] = "^";
  cells[end] = row.cross ? "✗" : "┤";
  std::string line;
  for (const std::string& cell : cells) line += cell;
  return line;
}

}  // namespace

std::string diagram(const std::vector<Row>& rows, std::set<Instant> times) {
  std::size_t width = 0;
  for (const Row& row : rows) {
    width = std::max(width, row.name.size());
    for (const auto& time : {row.waits, row.started, row.holds_until, row.asked})
      if (time) times.insert(*time);
    times.insert(row.ended);
    for (const auto& [over, again] : row.pauses) times.insert({over, again});
  }
  const std::map<Instant, std::size_t> columns = columns_of(times);
  std::string head = std::string(width + 2, ' ');
  for (const auto& [time, column] : columns) {
    head.resize(width + 2 + column, ' ');
    head += label_of(time);
  }
  std::string text = without_trailing_blanks(head);
  for (const Row& row : rows)
    text += without_trailing_blanks(fmt::format("{:<{}}  {}", row.name, width, draw(row, columns)));
  return text;
}

}  // namespace dream::docs
