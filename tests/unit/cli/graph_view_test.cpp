#include "cli/views/graph_view.hpp"

#include <gtest/gtest.h>

#include "view_samples.hpp"

namespace dream::cli {
namespace {

/// From the line of the first one on.
std::string arrows_in(const std::string& text) {
  const std::size_t last = text.rfind('\n', text.find("-->"));
  return last == std::string::npos ? "" : text.substr(last + 1);
}

/// ./a in the background; ./b, ./c and ./d in front, in a list.
Plan list_of_four() {
  Plan plan = plan_of({background("./a"), foreground("./b"), foreground("./c"), foreground("./d")});
  plan.steps[0].ready = {PortProbe{{1}}};
  return plan;
}

TEST(TheGraph, of_a_list_is_a_chain_without_what_runs_at_the_end) {
  Plan plan = list_of_four();
  plan.steps[1].finally = true;
  EXPECT_EQ(arrows_in(plan_graph(plan, GraphLanguage::mermaid)), "  s1 --> s3\n  s3 --> s4\n");
}

TEST(TheGraph, has_an_arrow_for_what_must_be_ready_whatever_the_list_waits_for) {
  Plan plan = list_of_four();
  plan.steps[0].ready_needed = true;
  plan.steps[3].after_ready = {StepIndex(0)};
  EXPECT_EQ(arrows_in(plan_graph(plan, GraphLanguage::mermaid)),
            "  s1 --> s2\n  s2 --> s3\n  s1 & s3 --> s4\n");
}

TEST(TheGraph, of_groups_has_that_arrow_once) {
  Plan plan = list_of_four();
  plan.is_list = false;
  plan.barriers = {{.steps = {StepIndex(0), StepIndex(1)}, .until_start = {}, .after = {}}};
  plan.steps[3].after = BarrierIndex(0);
  plan.steps[2].after_ready = plan.steps[3].after_ready = {StepIndex(0)};
  EXPECT_EQ(arrows_in(plan_graph(plan, GraphLanguage::mermaid)), "  s1 & s2 --> s4\n  s1 --> s3\n");
}

}  // namespace
}  // namespace dream::cli
