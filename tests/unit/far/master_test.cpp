#include "ssh/master.hpp"

#include <gmock/gmock.h>

#include <dream/testing/fake_host.hpp>
#include <string>

#include "support/no_threads.hpp"

namespace dream::ssh {
namespace {

using ::testing::HasSubstr;

TEST(Master, that_gets_no_thread_tells_so_and_is_over) {
  testing::FakeHost host;
  sdk::LoopQueue loop{sdk::Host(host.table())};
  const Options options{.host = "far"};
  std::string told;
  {
    const NoThreads none;
    Master master(options, "/nowhere/1");
    EXPECT_FALSE(master.usable());
    master.when_ready(&host, loop, [&](const sdk::Result<void>& ready) {
      told = ready ? "ready" : ready.failure().message;
    });
    EXPECT_EQ(told, "") << "never before it returns";
  }
  host.run_posted();
  EXPECT_THAT(told, HasSubstr("no thread can be started"));
}

}  // namespace
}  // namespace dream::ssh
