#include "select/dependents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dream::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Words = std::vector<std::string>;

/// "project" of a selected one, "project > what it needs" of another.
Words dependents(const Words& selected, const Needs& needs) {
  Words words;
  for (const Dependent& one : with_dependents(selected, needs)) {
    words.push_back(one.needs.empty() ? one.project : one.project + " > " + one.needs);
  }
  return words;
}

TEST(Dependents, come_directly_and_through_others) {
  EXPECT_THAT(dependents({"./c"}, {{"./a", {"./b"}}, {"./b", {"./c"}}, {"./c", {"./d"}}, {"./x", {"./d"}}}),
              ElementsAre("./c", "./b > ./c", "./a > ./b"));
}

TEST(Dependents, the_nearest_come_first_and_then_by_name) {
  EXPECT_THAT(dependents({"./z"}, {{"./c", {"./z"}}, {"./b", {"./c"}}, {"./a", {"./c"}}, {"./d", {"./z"}}}),
              ElementsAre("./z", "./c > ./z", "./d > ./z", "./a > ./c", "./b > ./c"));
}

TEST(Dependents, the_selected_keep_their_order_and_come_once) {
  EXPECT_THAT(dependents({"./b", "./a", "./b"}, {{"./a", {"./b"}}}), ElementsAre("./b", "./a"));
}

TEST(Dependents, a_cycle_does_no_harm) {
  EXPECT_THAT(dependents({"./a"}, {{"./a", {"./a", "./b"}}, {"./b", {"./a"}}}),
              ElementsAre("./a", "./b > ./a"));
}

TEST(Dependents, one_that_is_reached_twice_comes_once) {
  EXPECT_THAT(dependents({"./d"}, {{"./a", {"./b", "./c"}}, {"./b", {"./d"}}, {"./c", {"./d", "./d"}}}),
              ElementsAre("./d", "./b > ./d", "./c > ./d", "./a > ./b"));
}

TEST(Dependents, nothing_selected_brings_nothing) {
  EXPECT_THAT(dependents({}, {{"./a", {"./b"}}}), IsEmpty());
}

TEST(Dependents, a_large_workspace_is_done_at_once) {
  Needs needs;
  const int count = 10'000;
  for (int at = 0; at < count; ++at) {
    Words& needed = needs["./p" + std::to_string(at)];
    for (int number = 1; number <= 5; ++number)
      needed.push_back("./p" + std::to_string((at + number * number) % count));
  }
  EXPECT_EQ(dependents({"./p7"}, needs).size(), 10'000U);
}

TEST(Dependents, a_long_chain_is_followed_to_its_end) {
  Needs needs;
  for (int at = 1; at < 50'000; ++at) needs["./p" + std::to_string(at)] = {"./p" + std::to_string(at - 1)};
  EXPECT_EQ(dependents({"./p0"}, needs).size(), 50'000U);
}

}  // namespace
}  // namespace dream::select
