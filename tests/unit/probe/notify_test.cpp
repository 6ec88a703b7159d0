#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "base/descriptor.hpp"
#include "probe/kind.hpp"
#include "probe/notify_socket.hpp"
#include "support/temporary_folder.hpp"

namespace dream::probe {
namespace {

class NotifyTest : public testing::Test {
 protected:
  NotifyTest() {
    open_socket();
    EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    close_read = Descriptor(pipe[0]);
    close_write = Descriptor(pipe[1]);
  }

  /// A new one in place of the one before.
  void open_socket() {
    socket.reset();
    auto opened = NotifySocket::open(context, path, [this](Duration time) { extensions.push_back(time); });
    ASSERT_TRUE(opened) << to_string(opened.error());
    socket = std::move(*opened);
  }
  /// With this many copies of the pipe's other end.
  void say(const std::string& message, std::size_t descriptors = 0) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const Descriptor sender(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    iovec place{const_cast<char*>(message.data()), message.size()};
    std::vector<char> control(CMSG_SPACE(descriptors * sizeof(int)));
    msghdr header{};
    header.msg_name = &address;
    header.msg_namelen = sizeof address;
    header.msg_iov = &place;
    header.msg_iovlen = 1;
    if (descriptors > 0) {
      header.msg_control = control.data();
      header.msg_controllen = control.size();
      cmsghdr* part = CMSG_FIRSTHDR(&header);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(descriptors * sizeof(int));
      const std::vector<int> copies(descriptors, pipe[1]);
      std::memcpy(CMSG_DATA(part), copies.data(), descriptors * sizeof(int));
    }
    ASSERT_EQ(::sendmsg(sender.get(), &header, 0), static_cast<ssize_t>(message.size()));
  }
  /// Everything that was said is heard.
  void hear() {
    const std::string last = "heard " + std::to_string(++heard);
    say("STATUS=" + last);
    while (socket->status() != last) context.run_one();
  }
  /// Nobody has the other end of the pipe any more.
  [[nodiscard]] bool pipe_is_over() {
    static_cast<void>(close_write.close());
    ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
    char byte = 0;
    return ::read(pipe[0], &byte, 1) == 0;
  }
  [[nodiscard]] std::unique_ptr<Kind> make_kind() { return make(NotifyProbe{}, subject()); }
  [[nodiscard]] Subject subject() {
    return {.context = context,
            .clock = clock,
            .supervisor = supervisor,
            .pid = [] { return 0; },
            .directory = "/",
            .environment = nullptr,
            .notify = socket.get()};
  }
  static std::string look(Kind& kind) {
    std::string words;
    kind.look([&](const Finding& finding) {
      words = finding.verdict == Finding::Verdict::passed ? "passed" : finding.error.message;
    });
    return words;
  }

  boost::asio::io_context context;
  SteadyClock clock{context};
  process::Supervisor supervisor{context};
  TemporaryFolder folder;
  std::string path = (folder.path() / "notify").string();
  std::vector<Duration> extensions;
  int heard = 0;
  std::unique_ptr<NotifySocket> socket;
  std::array<int, 2> pipe{};
  Descriptor close_read;
  Descriptor close_write;
};

TEST_F(NotifyTest, passes_when_ready_was_said) {
  const std::unique_ptr<Kind> kind = make_kind();
  const std::string not_said = "it hasn't said READY=1 on its NOTIFY_SOCKET";
  EXPECT_EQ(look(*kind), not_said);
  for (const char* message : {"READY=10", "READY=0", "XREADY=1", "READY", "", "\n\n"}) say(message);
  hear();
  EXPECT_EQ(look(*kind), not_said + "; its status is \"heard 1\"");
  std::string woken;
  kind->wake = [&] { woken = look(*kind); };
  say("STATUS=\033[1m3 of 4\nX=1");
  while (woken.empty()) context.run_one();
  EXPECT_EQ(woken, not_said + R"(; its status is "\x1b[1m3 of 4")");
  woken.clear();
  say("MAINPID=1\nREADY=1\n");
  while (woken.empty()) context.run_one();
  EXPECT_EQ(woken, "passed");
}

TEST_F(NotifyTest, counts_what_was_said_before_its_turn) {
  say("READY=1");
  hear();
  const std::unique_ptr<Kind> kind = make_kind();
  EXPECT_EQ(look(*kind), "passed");
}

/// A NUL at the end, as `sizeof "READY=1"` sends it, and the line ends that systemd knows.
TEST_F(NotifyTest, reads_messages_as_systemd_does) {
  for (const std::string& message : {std::string("READY=1\0", 8), std::string("STATUS=x\r\nREADY=1\r\n")}) {
    open_socket();
    say(message);
    hear();
    EXPECT_TRUE(socket->ready()) << message;
  }
}

TEST_F(NotifyTest, tells_of_health_whether_it_lived_since_the_last_try) {
  const std::unique_ptr<Kind> kind = make_health(NotifyProbe{}, subject());
  const std::string silent = "it hasn't said WATCHDOG=1 on its NOTIFY_SOCKET in time";
  EXPECT_EQ(look(*kind), silent);
  say("READY=1\nWATCHDOG=1");
  EXPECT_EQ(look(*kind), "passed") << "also what nobody has read yet";
  EXPECT_EQ(look(*kind), silent) << "each counts once";
  say("WATCHDOG=1\nWATCHDOG=trigger");
  EXPECT_EQ(look(*kind), silent);
  const SharedEnvironment added =
      socket->added_to({"WATCHDOG_USEC=1", "A=1"}, std::chrono::milliseconds(1500));
  EXPECT_EQ(added->front(), "A=1");
  EXPECT_EQ(added->back(), "WATCHDOG_USEC=1500000");
  EXPECT_EQ(added->size(), 3U);
}

TEST_F(NotifyTest, wakes_each_of_two_and_nobody_afterwards) {
  int woken = 0;
  {
    const std::unique_ptr<Kind> one = make_kind();
    const std::unique_ptr<Kind> other = make_kind();
    one->wake = other->wake = [&] { ++woken; };
    hear();
  }
  EXPECT_EQ(woken, 2);
  say("STATUS=more");
  hear();
  EXPECT_EQ(woken, 2);
}

TEST_F(NotifyTest, hears_for_how_long_more_time_is_needed) {
  for (const char* time : {"-1", "5 s", "", "18446744073709551616"})
    say(std::string("EXTEND_TIMEOUT_USEC=") + time);
  hear();
  EXPECT_TRUE(extensions.empty());
  for (const char* time : {"1000", "1500000", "2000"}) say(std::string("EXTEND_TIMEOUT_USEC=") + time);
  socket->hear();
  EXPECT_EQ(extensions, std::vector<Duration>{std::chrono::milliseconds(1500)}) << "the most, once";
  say("EXTEND_TIMEOUT_USEC=18446744073709551615");
  hear();
  EXPECT_GT(extensions.back(), std::chrono::hours(24 * 365 * 290)) << "as long as can be said";
}

TEST_F(NotifyTest, hears_at_once_when_it_is_asked_to) {
  int changes = 0;
  socket->changed = [&] { ++changes; };
  say("STATUS=1 of 2");
  say("STATUS=2 of 2");
  say("READY=1");
  socket->hear();
  EXPECT_TRUE(socket->ready());
  EXPECT_EQ(socket->status(), "2 of 2");
  EXPECT_EQ(changes, 1);
  say("STATUS=2 of 2\nREADY=1");
  socket->hear();
  EXPECT_EQ(changes, 1) << "that is no news";
}

TEST_F(NotifyTest, closes_what_comes_with_a_message_once_it_was_heard) {
  for (const std::size_t count : {1U, 253U}) say("BARRIER=1", count);
  say("READY=1", 3);
  say(std::string(5000, 'x') + "\nSTATUS=too long", 2);
  hear();
  EXPECT_TRUE(socket->ready()) << "nothing is lost behind them";
  EXPECT_TRUE(pipe_is_over());
}

TEST_F(NotifyTest, does_not_hear_a_message_that_is_too_long) {
  say("READY=1\n" + std::string(4096 - 8, 'x') + "y");
  hear();
  EXPECT_FALSE(socket->ready());
  say("READY=1\n" + std::string(4096 - 8, 'x'));
  hear();
  EXPECT_TRUE(socket->ready());
}

TEST_F(NotifyTest, hears_everything_however_much_it_is) {
  // More than is heard at once, and than the kernel keeps.
  constexpr int messages = 3000;
  const pid_t child = ::fork();
  if (child == 0) {
    for (int at = 0; at < messages; ++at) say("STATUS=" + std::to_string(at));
    say("READY=1");
    ::_exit(0);
  }
  while (!socket->ready()) context.run_one();
  EXPECT_EQ(socket->status(), std::to_string(messages - 1));
}

TEST_F(NotifyTest, is_named_by_the_environment_alone) {
  const SharedEnvironment added =
      socket->added_to({"A=1", "NOTIFY_SOCKET=/run/systemd/notify", "NOTIFY_SOCKETS=2"});
  EXPECT_EQ(*added, (std::vector<std::string>{"A=1", "NOTIFY_SOCKETS=2", "NOTIFY_SOCKET=" + path}));
}

TEST_F(NotifyTest, leaves_nothing_behind) {
  say("READY=1");
  socket.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
  context.restart();
  context.poll();  // what was in the queue finds that nobody is there
}

TEST_F(NotifyTest, can_not_be_where_something_is_or_the_path_is_too_long) {
  const auto nothing = [](Duration) {};
  const auto taken = NotifySocket::open(context, path, nothing);
  ASSERT_FALSE(taken);
  EXPECT_EQ(to_string(taken.error()),
            path +
                ": no socket for NOTIFY_SOCKET can be made: Address already in use (set XDG_RUNTIME_DIR to a "
                "folder of yours, or use another probe)");
  const std::string stem = folder.path().string() + "/";
  EXPECT_TRUE(NotifySocket::open(context, stem + std::string(107 - stem.size(), 'x'), nothing));
  EXPECT_FALSE(NotifySocket::open(context, stem + std::string(108 - stem.size(), 'x'), nothing));
  EXPECT_TRUE(std::filesystem::exists(path)) << "what is another's stays";
}

}  // namespace
}  // namespace dream::probe
