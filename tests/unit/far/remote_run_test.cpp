#include "ssh/remote_run.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <dream/testing/fake_host.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "support/temporary_folder.hpp"

namespace dream::ssh {
namespace {

/// While it lives, ssh is a program that is connected at once, until it is told to end.
class ScriptedSsh {
 public:
  ScriptedSsh() : before_(std::getenv("PATH")) {
    const auto file = folder_.write("ssh", "#!/bin/sh\necho ready\nread word < $0.end\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    end_ = file.string() + ".end";
    ::mkfifo(end_.c_str(), 0600);
    ::setenv("PATH", (folder_.path().string() + ":" + before_).c_str(), 1);
  }
  ~ScriptedSsh() { ::setenv("PATH", before_.c_str(), 1); }
  ScriptedSsh(const ScriptedSsh&) = delete;
  ScriptedSsh& operator=(const ScriptedSsh&) = delete;

  void end() const { std::ofstream(end_) << "end\n"; }

 private:
  TemporaryFolder folder_;
  std::string before_, end_;
};

TEST(RemoteRun, keeps_no_connection_that_has_died) {
  const ScriptedSsh ssh;
  testing::FakeHost host;
  const sdk::Host known(host.table());
  sdk::LoopQueue loop(known);
  std::set<std::shared_ptr<Master>> kept;
  for (int number = 0; number < 3; ++number) {
    const Options options{.host = "far"};
    sdk::Result<Seat> seat = Seat::take(known, options);
    ASSERT_TRUE(seat) << seat.failure().message;
    const std::shared_ptr<Master> master = seat->master();
    RemoteRun run(known, 0, RemotePlan{.options = options}, std::move(*seat));
    ASSERT_TRUE(run.begin(loop, kept));
    while (!kept.contains(master)) {
      ASSERT_TRUE(host.await_post());
      host.run_posted();
    }
    EXPECT_EQ(kept.size(), 1U);
    ssh.end();
    while (master->usable()) std::this_thread::yield();
  }
}

}  // namespace
}  // namespace dream::ssh
