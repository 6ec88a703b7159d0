#pragma once

#include <cstdint>
#include <string>

#include "plan/plan.hpp"

namespace dream::cli {

enum class GraphLanguage : std::uint8_t { dot, mermaid };

/// A plan as a graph: an arrow from each step to those that wait for it. Rounded: in the background; dashed:
/// at the end; bold: requested. In the language of Graphviz or of Mermaid.
[[nodiscard]] std::string plan_graph(const Plan& plan, GraphLanguage language);

}  // namespace dream::cli
