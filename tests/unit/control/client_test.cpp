#include "control/client.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <string_view>
#include <thread>

#include "base/write_all.hpp"
#include "support/temporary_folder.hpp"

namespace dream::control {
namespace {

Descriptor listen_at(const std::filesystem::path& path) {
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(socket.get(), 4), 0);
  return socket;
}

TEST(OpenRuns, connects_to_all_before_it_waits_for_any) {
  const TemporaryFolder folder;
  const std::filesystem::path silent = folder.path() / "a";
  const std::filesystem::path talking = folder.path() / "b";
  const Descriptor of_silent = listen_at(silent);
  const Descriptor of_talking = listen_at(talking);
  // The silent one goes when the other one has spoken, which it couldn't if its turn came later.
  std::thread server([&] {
    const Descriptor run(::accept(of_talking.get(), nullptr, nullptr));
    EXPECT_EQ(write_all(run.get(), std::string_view(R"({"v":1,"run":"5f0c","root":"/w"})"
                                                    "\n")),
              0);
    const Descriptor gone(::accept(of_silent.get(), nullptr, nullptr));
  });
  const OpenRuns runs =
      open_runs({silent, talking}, [](const RunInfo&) { return true; }, {std::chrono::hours(1)});
  server.join();
  ASSERT_EQ(runs.meant.size(), 1U);
  EXPECT_EQ(runs.meant.front().info().run, "5f0c");
}

/// As one that is stopped after many have asked.
TEST(OpenRuns, takes_one_for_silent_that_no_more_can_connect_to) {
  const TemporaryFolder folder;
  const Descriptor run = listen_at(folder.path() / "run-1");
  std::vector<Descriptor> waiting;
  const auto connects = [&] {
    waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder.path() / "run-1";
    std::memcpy(address.sun_path, path.c_str(), path.size());
    return ::connect(waiting.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  };
  while (connects()) {
  }
  const OpenRuns runs = open_runs({folder.path() / "run-1"}, [](const RunInfo&) { return true; });
  ASSERT_EQ(runs.silent.size(), 1U);
  EXPECT_EQ(runs.silent.front().run, "1");
  EXPECT_EQ(runs.silent.front().pid, 0) << "nobody knows";
}

TEST(OpenRuns, waits_for_all_that_say_nothing_no_longer_than_it_may) {
  const TemporaryFolder folder;
  const Descriptor one = listen_at(folder.path() / "run-1");
  const Descriptor other = listen_at(folder.path() / "run-2");
  const OpenRuns runs = open_runs({folder.path() / "run-1", folder.path() / "run-2"},
                                  [](const RunInfo&) { return true; }, {Duration(0)});
  EXPECT_TRUE(runs.meant.empty());
  ASSERT_EQ(runs.silent.size(), 2U);
  EXPECT_EQ(runs.silent.front().run, "1");
  EXPECT_EQ(runs.silent.front().pid, ::getpid());
  EXPECT_FALSE(runs.silent.front().stopped);
}

TEST(OpenRuns, passes_over_a_run_that_hangs_up_as_it_has_come_to_its_end) {
  const TemporaryFolder folder;
  const Descriptor listening = listen_at(folder.path() / "run-1");
  std::thread end([&] { const Descriptor run(::accept(listening.get(), nullptr, nullptr)); });
  const OpenRuns runs =
      open_runs({folder.path() / "run-1"}, [](const RunInfo&) { return true; }, {std::chrono::hours(1)});
  end.join();
  EXPECT_TRUE(runs.silent.empty());
}

TEST(OpenRuns, waits_for_no_run_that_can_not_be_meant) {
  const TemporaryFolder folder;
  const Descriptor other = listen_at(folder.path() / "run-1");
  std::vector<pid_t> asked;
  const OpenRuns runs = open_runs({folder.path() / "run-1"}, [](const RunInfo&) { return true; },
                                  {.most = std::chrono::hours(1), .can_be_meant = [&](pid_t pid) {
                                     asked.push_back(pid);
                                     return false;
                                   }});
  EXPECT_TRUE(runs.silent.empty());
  EXPECT_EQ(asked, std::vector{::getpid()});
}

TEST(OpenRuns, tells_of_a_run_that_it_waits_for_and_goes_on_waiting) {
  const TemporaryFolder folder;
  const Descriptor listening = listen_at(folder.path() / "run-5f0c");
  Descriptor run;
  std::vector<std::string> told;
  const auto speak = [&](const SilentRun& silent) {
    told.push_back(silent.run);
    run = Descriptor(::accept(listening.get(), nullptr, nullptr));
    EXPECT_EQ(write_all(run.get(), std::string_view("{\"v\":1,\"run\":\"5f0c\",\"root\":\"/w\"}\n")), 0);
  };
  const OpenRuns runs = open_runs({folder.path() / "run-5f0c"}, [](const RunInfo&) { return true; },
                                  {.most = std::chrono::hours(1), .on_long_wait = speak});
  EXPECT_EQ(runs.meant.size(), 1U);
  EXPECT_EQ(told, std::vector<std::string>{"5f0c"});
}

}  // namespace
}  // namespace dream::control
