#include "http/engine_thread.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "support/no_threads.hpp"

namespace dream::http {
namespace {

TEST(EngineThread, that_can_not_be_started_is_an_error_and_leaves_the_signals_as_they_were) {
  sigset_t before;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  EngineThread thread;
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

}  // namespace
}  // namespace dream::http
