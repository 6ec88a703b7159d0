#include "ssh/master.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <dream/testing/fake_host.hpp>
#include <optional>
#include <string>
#include <utility>

#include "support/no_threads.hpp"

namespace dream::ssh {
namespace {

using ::testing::HasSubstr;

/// While it lives, no file can be opened any more.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

/// What is told to whoever waits for a connection that begins without something.
template <class Lacking>
std::string told_without() {
  testing::FakeHost host;
  sdk::LoopQueue loop{sdk::Host(host.table())};
  const Options options{.host = "far"};
  std::string told;
  {
    std::optional<Lacking> none(std::in_place);
    Master master(options, "/nowhere/1");
    none.reset();
    EXPECT_FALSE(master.usable());
    master.when_ready(&host, loop, [&](const sdk::Result<void>& ready) {
      told = ready ? "ready" : ready.failure().message;
    });
    EXPECT_EQ(told, "") << "never before it returns";
  }
  host.run_posted();
  return told;
}

TEST(Master, that_gets_no_thread_or_could_not_be_ended_tells_so_and_is_over) {
  EXPECT_THAT(told_without<NoThreads>(), HasSubstr("no thread can be started"));
  EXPECT_THAT(told_without<NoDescriptors>(), HasSubstr("it can't be watched: Too many open files"));
}

}  // namespace
}  // namespace dream::ssh
