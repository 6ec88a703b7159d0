#include "cli/views/graph_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace dream::cli {

namespace {

/// All of some steps are waited for by all of others.
struct Arrow {
  std::vector<StepIndex> from;
  std::vector<StepIndex> to;
};

std::vector<Arrow> arrows_of_list(const Plan& plan) {
  std::vector<Arrow> arrows;
  std::optional<StepIndex> last;
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    if (plan.steps[at].finally) continue;
    if (last) arrows.push_back({{*last}, {StepIndex(at)}});
    last = StepIndex(at);
  }
  return arrows;
}

std::vector<Arrow> arrows_of_groups(const Plan& plan) {
  std::vector<Arrow> arrows(plan.barriers.size());
  for (std::size_t at = 0; at < plan.steps.size(); ++at)
    if (const auto after = plan.steps[at].after) arrows[position(*after)].to.push_back(StepIndex(at));
  for (std::size_t at = 0; at < arrows.size(); ++at)
    for (std::optional<BarrierIndex> from(BarrierIndex{static_cast<std::uint32_t>(at)}); from;
         from = plan.barriers[position(*from)].after)
      for (const auto* group :
           {&plan.barriers[position(*from)].steps, &plan.barriers[position(*from)].until_start})
        arrows[at].from.insert(arrows[at].from.end(), group->begin(), group->end());
  for (Arrow& arrow : arrows) {
    std::ranges::sort(arrow.from);
    arrow.from.erase(std::unique(arrow.from.begin(), arrow.from.end()), arrow.from.end());
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
  const std::vector<Arrow> arrows = plan.is_list ? arrows_of_list(plan) : arrows_of_groups(plan);
  return language == GraphLanguage::dot ? dot_of(plan, arrows) : mermaid_of(plan, arrows);
}

}  // namespace dream::cli
