#include "output/label.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/columns.hpp"
#include "base/text.hpp"

namespace dream::output {

namespace {

std::string last_part(const std::string& project) {
  if (project == "./") return "root";
  return project.substr(project.rfind('/') + 1);
}

std::string whole_path(const std::string& project) {
  return project == "./" ? project : project.substr(2);
}

/// Colons within the names of projects and tasks can make two alike; then ids, and at last numbers, tell them
/// apart.
void make_unique(std::vector<std::string>& names, const Plan& plan) {
  if (std::set<std::string_view>(names.begin(), names.end()).size() == names.size()) return;
  std::map<std::string, std::size_t> uses;
  for (const std::string& name : names) ++uses[name];
  std::set<std::string> taken;
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (uses[names[at]] > 1) names[at] = to_string(plan.steps[at].id);
    const std::string name = names[at];
    for (std::size_t number = 2; !taken.insert(names[at]).second; ++number) {
      names[at] = fmt::format("{} ({})", name, number);
    }
  }
}

}  // namespace

std::vector<std::string> short_names(const Plan& plan) {
  std::map<std::string, std::set<std::string>> projects_by_last_part;
  std::map<std::string, std::size_t> steps_of_project;
  for (const Step& step : plan.steps) {
    projects_by_last_part[last_part(step.id.project)].insert(step.id.project);
    ++steps_of_project[step.id.project];
  }
  std::vector<std::string> names;
  names.reserve(plan.steps.size());
  for (const Step& step : plan.steps) {
    const std::string last = last_part(step.id.project);
    std::string name = projects_by_last_part[last].size() > 1 ? whole_path(step.id.project) : last;
    if (steps_of_project[step.id.project] > 1) name += ":" + step.id.task;
    names.push_back(std::move(name));
  }
  make_unique(names, plan);
  return names;
}

std::vector<std::string> line_labels(const Plan& plan, bool color) {
  constexpr std::array<int, 6> colors{36, 33, 32, 35, 34, 31};  // SGR foregrounds
  std::vector<std::string> labels = short_names(plan);
  std::size_t width = 0;
  for (std::string& name : labels) {
    if (!is_printable(name)) name = printable(name);
    width = std::max(width, columns(name));
  }
  for (std::size_t at = 0; at < labels.size(); ++at) {
    const std::string text = labels[at] + std::string(width - columns(labels[at]), ' ') + " | ";
    labels[at] = color ? fmt::format("\033[{}m{}\033[0m", colors[at % colors.size()], text) : text;
  }
  return labels;
}

std::size_t columns_beside_label(std::size_t window_columns, std::size_t label_columns) {
  constexpr std::size_t least = 20;
  return std::max(window_columns - std::min(window_columns, label_columns), least);
}

}  // namespace dream::output
