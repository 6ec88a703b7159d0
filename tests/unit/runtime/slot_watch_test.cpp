#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "unit/runtime/stage.hpp"

namespace dream::runtime {
namespace {

using std::chrono::minutes;

const ExitStatus went_well = ExitedWith{0};

/// Three steps that may run at the same time, of which two may.
class SlotWatchTest : public testing::Test {
 protected:
  SlotWatchTest() {
    for (Step& step : stage.plan.steps) step.background = false;
    stage.plan.is_list = false;
    stage.plan.jobs = 2;
    stage.lowest_level = LogLevel::info;
  }

  /// Plays it, and gives the lines about slots.
  std::string words_on_slots() {
    EXPECT_EQ(stage.play(), 0);
    std::array<char, 1U << 16U> buffer{};
    const ssize_t size = ::read(stage.err.read, buffer.data(), buffer.size());
    const std::string all(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    std::string words;
    for (std::size_t at = 0; at < all.size(); at = all.find('\n', at) + 1) {
      const std::string line = all.substr(at, all.find('\n', at) - at);
      if (line.find("slot") != std::string::npos) words += line;
    }
    return words;
  }

  Stage stage{3};
};

TEST_F(SlotWatchTest, says_once_who_waits_for_a_slot_that_nobody_gives_back) {
  stage.then_pass(minutes(60));
  for (std::size_t step = 0; step < 3; ++step) stage.then_exits(step, went_well);
  EXPECT_THAT(words_on_slots(),
              testing::EndsWith("./c:go waits for one of 2 slots (-j 2); what doesn't end by itself, "
                                "as a server, takes none with \"async\": true"));
}

TEST_F(SlotWatchTest, says_nothing_while_slots_are_given_back) {
  stage.then_pass(minutes(9));
  stage.then_exits(0, went_well);
  stage.then_pass(minutes(60));
  for (std::size_t step = 1; step < 3; ++step) stage.then_exits(step, went_well);
  EXPECT_EQ(words_on_slots(), "");
}

}  // namespace
}  // namespace dream::runtime
