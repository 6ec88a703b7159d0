#include "output/label.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace dream::output {

namespace {

std::string last_part(const std::string& project) {
  if (project == "./") return "root";
  return project.substr(project.rfind('/') + 1);
}

std::string whole_path(const std::string& project) {
  return project == "./" ? "root" : project.substr(2);
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
  return names;
}

std::vector<std::string> line_labels(const Plan& plan, bool color) {
  constexpr std::array<int, 6> colors{36, 33, 32, 35, 34, 31};  // SGR foregrounds
  std::vector<std::string> labels = short_names(plan);
  std::size_t width = 0;
  for (const std::string& name : labels) width = std::max(width, name.size());
  for (std::size_t at = 0; at < labels.size(); ++at) {
    const std::string text = fmt::format("{:<{}} | ", labels[at], width);
    labels[at] = color ? fmt::format("\033[{}m{}\033[0m", colors[at % colors.size()], text) : text;
  }
  return labels;
}

}  // namespace dream::output
