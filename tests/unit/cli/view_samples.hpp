#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/columns.hpp"
#include "cli/views/view_text.hpp"
#include "plan/plan.hpp"

/// Plans and helpers that the tests of the views share.
namespace dream::cli {

/// Pretends that every byte is a line of its own.
inline std::string locate_by_byte(SourceOffset where) {
  return "dream.json:" + std::to_string(where.value) + ":1";
}

inline Step foreground(std::string project, int delay_ms = 0) {
  Step step;
  step.id = {std::move(project), "dev"};
  step.delay = std::chrono::milliseconds(delay_ms);
  return step;
}

inline Step background(std::string project, int delay_ms = 0) {
  Step step = foreground(std::move(project), delay_ms);
  step.background = true;
  return step;
}

inline Plan plan_of(std::vector<Step> steps) {
  Plan plan;
  plan.steps = std::move(steps);
  return plan;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The column of the first character that is `glyph`, or npos.
inline std::size_t column_of(const std::string& line, const std::string& glyph) {
  const std::size_t at = line.find(glyph);
  return at == std::string::npos ? at : columns(line.substr(0, at));
}

}  // namespace dream::cli
