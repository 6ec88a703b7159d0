#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace dream {
namespace {

using std::chrono::milliseconds;

TEST(SteadyClock, rings_no_earlier_than_asked_when_time_was_left_out) {
  boost::asio::io_context context;
  SteadyClock clock(context);
  const auto alarm = clock.make_alarm();
  const Instant begin = read_clock();
  const Instant moment = clock.now() + milliseconds(10);
  int times = 0;
  alarm->set(moment, [&] {
    ++times;
    EXPECT_GE(clock.now(), moment);
  });
  clock.leave_out(milliseconds(30));
  EXPECT_LT(clock.now(), moment);
  context.run();
  EXPECT_EQ(times, 1);
  EXPECT_GE(read_clock() - begin, milliseconds(40));
}

TEST(SteadyClock, has_alarms_of_what_never_comes) {
  boost::asio::io_context context;
  SteadyClock clock(context);
  clock.leave_out(milliseconds(1));
  const auto alarm = clock.make_alarm();
  alarm->set(Instant::max(), [] { FAIL(); });
  EXPECT_EQ(context.poll(), 0U);
}

}  // namespace
}  // namespace dream
