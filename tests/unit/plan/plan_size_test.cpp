#include <gtest/gtest.h>

#include "build_workspace.hpp"

/// Plans far larger than any workspace. Work that grew faster than the input would not end within the time
/// limit of the test program.
namespace dream {
namespace {

std::string name(std::size_t number) {
  return "./p" + std::to_string(number);
}

TEST(BigPlan, a_chain_of_ten_thousand_steps_needs_no_deep_stack) {
  constexpr std::size_t length = 10'000;
  Workspace workspace;
  for (std::size_t i = 0; i + 1 < length; ++i) depends(workspace, name(i) + ":test", {on(name(i + 1))});
  const auto plan = make_plan(workspace, recursive_request_of("./p0:test"));
  ASSERT_TRUE(plan.has_value());
  ASSERT_EQ(plan->steps.size(), length);
  EXPECT_EQ(to_string(plan->steps.front().id), "./p9999:test");
  EXPECT_EQ(to_string(plan->steps.back().id), "./p0:test");
}

TEST(BigPlan, a_cycle_of_ten_thousand_steps_is_shown_whole) {
  constexpr std::size_t length = 10'000;
  Workspace workspace;
  for (std::size_t i = 0; i < length; ++i) {
    depends(workspace, name(i) + ":test", {on(name((i + 1) % length))});
  }
  const auto plan = make_plan(workspace, recursive_request_of("./p0:test"));
  ASSERT_TRUE(plan.has_error());
  EXPECT_TRUE(plan.error().error.message.ends_with("./p9999:test -> ./p0:test"));
}

TEST(BigPlan, a_tower_of_diamonds_is_walked_once) {
  // 2^1000 paths lead from the top to the bottom.
  constexpr std::size_t height = 1000;
  Workspace workspace;
  for (std::size_t i = 0; i < height; ++i) {
    const std::string level = std::to_string(i);
    const std::string next = "./top" + std::to_string(i + 1);
    depends(workspace, "./top" + level + ":test", {on("./left" + level), on("./right" + level)});
    depends(workspace, "./left" + level + ":test", {on(next)});
    depends(workspace, "./right" + level + ":test", {on(next)});
  }
  const auto plan = make_plan(workspace, recursive_request_of("./top0:test"));
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->steps.size(), 3 * height + 1);
  EXPECT_TRUE(plan->ignored.empty());
}

TEST(BigPlan, ten_thousand_projects_that_each_need_the_thirty_before_them) {
  constexpr std::size_t count = 10'000;
  Workspace workspace;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<Dependency> entries;
    for (std::size_t before = i > 30 ? i - 30 : 0; before < i; ++before) entries.push_back(on(name(before)));
    depends(workspace, name(i) + ":test", std::move(entries));
  }
  const auto plan = make_plan(workspace, recursive_request_of("./p9999:test"));
  ASSERT_TRUE(plan.has_value());
  ASSERT_EQ(plan->steps.size(), count);
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(plan->steps[i].id.project, name(i));
}

}  // namespace
}  // namespace dream
