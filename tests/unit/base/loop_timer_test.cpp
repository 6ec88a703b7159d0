#include "base/loop_timer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace dream {
namespace {

/// Two timers, of which the first has something to do with the second when both are due.
struct DueTimers : ::testing::Test {
  void run(std::function<void()> first_call) {
    first.call_at(Instant{}, [this, call = std::move(first_call)] {
      called += "first ";
      call();
    });
    second->call_at(Instant{}, [this] { called += "second "; });
    context.run();
  }

  boost::asio::io_context context;
  LoopTimer first{context};
  std::optional<LoopTimer> second{std::in_place, context};
  std::string called;
};

TEST_F(DueTimers, call) {
  run([] {});
  EXPECT_EQ(called, "first second ");
  EXPECT_FALSE(first.is_set());
}

TEST_F(DueTimers, do_not_call_once_they_have_ended) {
  run([this] { second.reset(); });
  EXPECT_EQ(called, "first ");
}

TEST_F(DueTimers, do_not_call_once_they_are_cancelled) {
  run([this] { second->cancel(); });
  EXPECT_EQ(called, "first ");
}

TEST_F(DueTimers, make_only_the_call_that_was_set_last) {
  run([this] { second->call_at(Instant{}, [this] { called += "third "; }); });
  EXPECT_EQ(called, "first third ");
}

TEST_F(DueTimers, may_end_in_their_own_call) {
  second->call_at(Instant{}, [this, text = std::string(100, 'x')] {
    second.reset();
    called += text;
  });
  context.run();
  EXPECT_EQ(called, std::string(100, 'x'));
}

}  // namespace
}  // namespace dream
