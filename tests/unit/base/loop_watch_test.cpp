#include "base/loop_watch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace dream {
namespace {

/// The end that is read of a pipe in which something waits.
Descriptor readable() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const Descriptor write(ends[1]);
  EXPECT_EQ(::write(write.get(), "x", 1), 1);
  return Descriptor(ends[0]);
}

/// Two watches, of which the first that is called has something to do with the other, whose call is due.
struct DueWatches : ::testing::Test {
  void run(const std::function<void(std::optional<LoopWatch>& other)>& first_call) {
    const auto watch = [&](std::optional<LoopWatch>& own, std::optional<LoopWatch>& other) {
      own->call_when_readable([&](const boost::system::error_code& error) {
        EXPECT_FALSE(error);
        if (++calls == 1) first_call(other);
      });
    };
    watch(one, two);
    watch(two, one);
    context.run();
  }

  boost::asio::io_context context;
  std::optional<LoopWatch> one{std::in_place, context, readable()};
  std::optional<LoopWatch> two{std::in_place, context, readable()};
  int calls = 0;
};

TEST_F(DueWatches, call_once) {
  run([](auto&) {});
  EXPECT_EQ(calls, 2);
  EXPECT_FALSE(one->is_set());
}

TEST_F(DueWatches, do_not_call_once_they_have_ended) {
  run([](auto& other) { other.reset(); });
  EXPECT_EQ(calls, 1);
}

TEST_F(DueWatches, do_not_call_once_they_are_cancelled) {
  run([](auto& other) { other->cancel(); });
  EXPECT_EQ(calls, 1);
}

TEST_F(DueWatches, may_end_in_their_own_call) {
  std::string called;
  one->call_when_readable([&, text = std::string(100, 'x')](const auto&) {
    one.reset();
    called += text;
  });
  context.run();
  EXPECT_EQ(called, std::string(100, 'x'));
}

TEST_F(DueWatches, leave_open_what_they_release) {
  const int number = one->release();
  one.reset();
  char byte = 0;
  EXPECT_EQ(::read(number, &byte, 1), 1);
  EXPECT_EQ(Descriptor(number).close(), 0);
}

}  // namespace
}  // namespace dream
