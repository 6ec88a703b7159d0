#include "http/engine_thread.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <stdexcept>
#include <string>

#include "support/no_threads.hpp"

namespace dream::http {
namespace {

void told_nothing(const std::string& thrown) {
  ADD_FAILURE() << thrown;
}

TEST(EngineThread, that_can_not_be_started_is_an_error_and_leaves_the_signals_as_they_were) {
  sigset_t before;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  EngineThread thread(told_nothing);
  {
    const NoThreads none;
    const auto executor = thread.executor();
    ASSERT_FALSE(executor);
    EXPECT_EQ(executor.failure().message, "no thread can be started: Resource temporarily unavailable");
  }
  sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  EXPECT_EQ(::sigismember(&after, SIGTERM), ::sigismember(&before, SIGTERM));
  EXPECT_TRUE(thread.executor());
}

TEST(EngineThread, tells_what_is_thrown_there_and_goes_on) {
  std::promise<std::string> told;
  std::promise<void> went_on;
  EngineThread thread([&](const std::string& thrown) { told.set_value(thrown); });
  const auto executor = thread.executor();
  ASSERT_TRUE(executor);
  asio::post(*executor, [] { throw std::runtime_error("too much"); });
  asio::post(*executor, [&] { went_on.set_value(); });
  EXPECT_EQ(told.get_future().get(), "too much");
  went_on.get_future().get();
}

}  // namespace
}  // namespace dream::http
