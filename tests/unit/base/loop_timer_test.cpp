#include "base/loop_timer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace dream {
namespace {

/// Two timers, of which the first has something to do with the second when both are due: when they are set,
/// or at the same later moment.
struct DueTimers : ::testing::TestWithParam<Duration> {
  void run(std::function<void()> first_call) {
    first.call_at(due, [this, call = std::move(first_call)] {
      called += "first ";
      call();
    });
    second->call_at(due, [this] { called += "second "; });
    context.run();
  }

  const Instant due = read_clock() + GetParam();
  boost::asio::io_context context;
  LoopTimer first{context};
  std::optional<LoopTimer> second{std::in_place, context};
  std::string called;
};

TEST_P(DueTimers, call) {
  run([] {});
  EXPECT_EQ(called, "first second ");
  EXPECT_FALSE(first.is_set());
}

TEST_P(DueTimers, do_not_call_once_they_have_ended) {
  run([this] { second.reset(); });
  EXPECT_EQ(called, "first ");
}

TEST_P(DueTimers, do_not_call_once_they_are_cancelled) {
  run([this] { second->cancel(); });
  EXPECT_EQ(called, "first ");
}

TEST_P(DueTimers, make_only_the_call_that_was_set_last) {
  run([this] { second->call_at(due, [this] { called += "third "; }); });
  EXPECT_EQ(called, "first third ");
}

TEST_P(DueTimers, may_end_in_their_own_call) {
  second->call_at(due, [this, text = std::string(100, 'x')] {
    second.reset();
    called += text;
  });
  context.run();
  EXPECT_EQ(called, std::string(100, 'x'));
}

INSTANTIATE_TEST_SUITE_P(AtOnceAndLater, DueTimers,
                         ::testing::Values(Duration::zero(), std::chrono::milliseconds(1)));

}  // namespace
}  // namespace dream
