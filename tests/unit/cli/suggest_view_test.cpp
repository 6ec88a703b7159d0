#include "cli/views/suggest_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace dream::cli {
namespace {

using std::chrono::milliseconds;
using ::testing::EndsWith;

/// What is said at the end, of steps with these delays that would be ready after these times.
std::string end_of_suggest(const std::vector<std::pair<int, int>>& delays_and_times) {
  Plan plan;
  std::vector<suggest::Suggestion> suggestions;
  suggest::NewText text;
  for (const auto& [delay, time] : delays_and_times) {
    suggestions.push_back({.step = StepIndex(static_cast<std::uint32_t>(plan.steps.size())),
                           .ready = PortProbe{{80}},
                           .after = milliseconds(time),
                           .why = "listens on port 80",
                           .doubt = {}});
    plan.steps.push_back({.id = {"./a", "go"}, .background = true, .delay = milliseconds(delay)});
    text.written.push_back({.is_in = true, .why_not = {}, .elsewhere = {}, .others = {}});
  }
  plan.steps.push_back({.id = {"./c", "dev"}});
  return suggest_text({plan, suggestions, text, true, true}, [](SourceOffset) { return std::string(); });
}

TEST(SuggestView, tells_what_a_start_takes_less_or_more_in_all) {
  EXPECT_THAT(end_of_suggest({{1500, 500}, {1000, 300}}), EndsWith("and each start is 1.7 s shorter\n"));
  EXPECT_THAT(end_of_suggest({{1500, 500}, {0, 600}, {100, 400}}),
              EndsWith("and each start is 100 ms shorter\n"));
  EXPECT_THAT(end_of_suggest({{100, 500}}),
              EndsWith("and each start takes 400 ms more: steps were started too early\n"));
  EXPECT_THAT(end_of_suggest({{1000, 500}, {0, 500}}), EndsWith("it is in dream.json now\n"));
}

}  // namespace
}  // namespace dream::cli
