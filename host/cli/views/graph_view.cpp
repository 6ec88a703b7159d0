#include "cli/views/graph_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "plan/before.hpp"

namespace dream::cli {

namespace {

/// All of some steps are waited for by all of others.
struct Arrow {
  std::vector<StepIndex> from;
  std::vector<StepIndex> to;
};

void make_a_set(std::vector<StepIndex>& steps) {
  std::ranges::sort(steps);
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
}

/// Those behind one barrier have one arrow together.
std::vector<Arrow> arrows_of(const Plan& plan) {
  std::vector<Arrow> arrows(plan.barriers.size());
  for (std::size_t at = 0; at < arrows.size(); ++at) {
    for_each_before(plan, std::optional(BarrierIndex(at)),
                    [&](StepIndex before, Release) { arrows[at].from.push_back(before); });
    make_a_set(arrows[at].from);
  }
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    if (step.after) arrows[position(*step.after)].to.push_back(StepIndex(at));
    std::vector<StepIndex> own = step.after_ready;
    if (step.after)
      std::erase_if(own, [&](StepIndex before) {
        return std::ranges::binary_search(arrows[position(*step.after)].from, before);
      });
    if (const auto before = before_in_list(plan, StepIndex(at))) own.push_back(*before);
    make_a_set(own);
    if (!own.empty()) arrows.push_back({std::move(own), {StepIndex(at)}});
  }
  std::erase_if(arrows, [](const Arrow& arrow) { return arrow.to.empty(); });
  return arrows;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string dot_of(const Plan& plan, const std::vector<Arrow>& arrows) {
  const auto name = [&](StepIndex step) { return quoted(to_string(plan.steps[position(step)].id)); };
  const auto set = [&](const std::vector<StepIndex>& steps) {
    std::string out = "{";
    for (const StepIndex step : steps) out += (out.size() == 1 ? "" : " ") + name(step);
    return out + "}";
  };
  std::string out = "digraph plan {\n  rankdir=LR;\n  node [shape=box];\n";
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    std::string style;
    if (step.background) style = "rounded";
    if (step.finally) style = "dashed";
    if (step.requested) style += style.empty() ? "bold" : ",bold";
    out += "  " + name(StepIndex(at)) + (style.empty() ? "" : " [style=\"" + style + "\"]") + ";\n";
  }
  for (const Arrow& arrow : arrows) out += "  " + set(arrow.from) + " -> " + set(arrow.to) + ";\n";
  return out + "}\n";
}

/// Its names are numbers: what an id may have, Mermaid can't.
std::string mermaid_of(const Plan& plan, const std::vector<Arrow>& arrows) {
  const auto set = [](const std::vector<StepIndex>& steps) {
    std::string out;
    for (const StepIndex step : steps)
      out += fmt::format("{}s{}", out.empty() ? "" : " & ", position(step) + 1);
    return out;
  };
  std::string out = "flowchart LR\n";
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    std::string label;
    for (const char c : printable(to_string(step.id))) {
      if (c == '"')
        label += "#quot;";
      else
        label += c;
    }
    const auto [left, right] = step.background ? std::pair('(', ')') : std::pair('[', ']');
    out += fmt::format("  s{}{}\"{}\"{}\n", at + 1, left, label, right);
    if (step.finally) out += fmt::format("  style s{} stroke-dasharray: 5\n", at + 1);
    if (step.requested) out += fmt::format("  style s{} stroke-width: 3px\n", at + 1);
  }
  for (const Arrow& arrow : arrows) out += "  " + set(arrow.from) + " --> " + set(arrow.to) + "\n";
  return out;
}

}  // namespace

std::string plan_graph(const Plan& plan, GraphLanguage language) {
  const std::vector<Arrow> arrows = arrows_of(plan);
  return language == GraphLanguage::dot ? dot_of(plan, arrows) : mermaid_of(plan, arrows);
}

}  // namespace dream::cli
