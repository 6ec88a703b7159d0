#include "process/process_tree.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "support/refused_call.hpp"

namespace dream::process {
namespace {

/// A child that waits until this object is gone, or a signal ends it.
class Sleeper {
 public:
  explicit Sleeper(const char* name = "sleeper") {
    if (::pipe2(gate_.data(), O_CLOEXEC) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_NAME, name);
    ::close(gate_[1]);
    char byte = 0;
    while (::read(gate_[0], &byte, 1) < 0) {
    }
    ::_exit(0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    ::close(gate_[0]);
    ::close(gate_[1]);
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Waits until it is dead, and leaves it in the list of processes.
  void await_death() const {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }
  void reap() {
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  std::array<int, 2> gate_{};
  pid_t pid_ = 0;
};

TEST(ProcessStatus, tells_who_a_process_is) {
  const Sleeper child;
  const auto status = process_status(child.pid());
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->identity.pid, child.pid());
  EXPECT_EQ(status->parent, ::getpid());
  EXPECT_EQ(status->session, ::getsid(0));
  EXPECT_TRUE(status->alive());
  EXPECT_GE(status->identity.start_time, process_status(::getpid())->identity.start_time);
}

TEST(ProcessStatus, tells_what_a_process_has_used) {
  const auto enough = std::clock() + CLOCKS_PER_SEC / 10;
  while (std::clock() < enough) {
  }
  const auto status = process_status(::getpid());
  ASSERT_TRUE(status.has_value());
  EXPECT_GT(status->processor_ticks, 0U);
  EXPECT_GT(status->resident_pages, 0U);
}

TEST(ProcessStatus, is_not_confused_by_a_name) {
  const Sleeper child(") R 1 1 (");
  std::string name;
  while (name != ") R 1 1 (") {  // it names itself
    std::array<char, 64> buffer{};
    const int file = ::open(("/proc/" + std::to_string(child.pid()) + "/comm").c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t size = ::read(file, buffer.data(), buffer.size());
    ::close(file);
    name.assign(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size - 1, 0)));
  }
  EXPECT_EQ(process_status(child.pid())->parent, ::getpid());
}

TEST(ProcessStatus, of_the_dead_is_dead_and_of_the_reaped_is_none) {
  Sleeper child;
  ::kill(child.pid(), SIGKILL);
  child.await_death();
  ASSERT_TRUE(process_status(child.pid()).has_value());
  EXPECT_FALSE(process_status(child.pid())->alive());
  const pid_t pid = child.pid();
  child.reap();
  EXPECT_FALSE(process_status(pid).has_value());
  EXPECT_TRUE(tree_below(pid).empty());
  EXPECT_TRUE(children_of(pid).empty());
}

TEST(Children, are_those_of_every_thread) {
  const Sleeper first;
  std::array<int, 2> gate{};
  ASSERT_EQ(::pipe2(gate.data(), O_CLOEXEC), 0);
  std::array<int, 2> made{};
  ASSERT_EQ(::pipe2(made.data(), O_CLOEXEC), 0);
  std::thread other([&] {
    const Sleeper second;
    const pid_t pid = second.pid();
    EXPECT_EQ(::write(made[1], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
    char byte = 0;
    EXPECT_EQ(::read(gate[0], &byte, 1), 1);
  });
  pid_t second = 0;
  EXPECT_EQ(::read(made[0], &second, sizeof second), static_cast<ssize_t>(sizeof second));
  const std::vector<pid_t> children = children_of(::getpid());
  EXPECT_EQ(children.size(), 2U);
  EXPECT_EQ(std::count(children.begin(), children.end(), first.pid()), 1);
  EXPECT_EQ(std::count(children.begin(), children.end(), second), 1);
  EXPECT_EQ(own_orphans().pids, std::vector<pid_t>{first.pid()});  // those of the first thread alone
  EXPECT_EQ(::write(gate[1], "x", 1), 1);
  other.join();
  for (const int descriptor : {gate[0], gate[1], made[0], made[1]}) ::close(descriptor);
}

/// 0: the signal has come.
int signal_where_pidfds_are_refused(long call) {
  const Sleeper sleeper;
  const std::optional<ProcessStatus> status = process_status(sleeper.pid());
  if (!status) return 1;
  refuse_call(static_cast<unsigned>(call), EPERM);
  if (send_signal(status->identity, SIGTERM) != Delivery::sent) return 2;
  int end = 0;
  if (::waitpid(sleeper.pid(), &end, 0) != sleeper.pid()) return 3;
  return WIFSIGNALED(end) && WTERMSIG(end) == SIGTERM ? 0 : 4;
}

TEST(Signals, are_sent_also_where_a_sandbox_refuses_pidfds) {
  for (const long call : {SYS_pidfd_open, SYS_pidfd_send_signal})
    EXPECT_EXIT(::_exit(signal_where_pidfds_are_refused(call)), ::testing::ExitedWithCode(0), "");
}

TEST(Orphans, that_the_kernel_does_not_list_are_not_taken_for_none) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto known = [] { return static_cast<int>(own_orphans().known); };
    int seen = 0;
    {
      const Sleeper mine;
      refuse_call(SYS_openat, ENOENT);  // it finds no file
      seen = known();
    }
    ::_exit(seen == static_cast<int>(Orphans::Known::never) &&
                    known() == static_cast<int>(Orphans::Known::yes)
                ? 0
                : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Tree, has_parents_before_their_children_and_the_dead_too) {
  const Sleeper first;
  const Sleeper second;
  ::kill(second.pid(), SIGKILL);
  second.await_death();
  const std::vector<ProcessStatus> tree = tree_below(::getpid());
  ASSERT_EQ(tree.size(), 3U);
  EXPECT_EQ(tree[0].identity.pid, ::getpid());
  EXPECT_EQ(tree[1].parent, ::getpid());
  EXPECT_EQ(std::count_if(tree.begin(), tree.end(), [](const ProcessStatus& one) { return one.alive(); }), 2);
}

/// As a user who may not look into all of its own processes, with hidepid.
TEST(Tree, knows_the_parent_of_a_process_that_is_hidden) {
  constexpr int no_mount = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t somebody = 4711;
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("proc", "/proc", "proc", 0, "hidepid=2") != 0 || ::setgid(somebody) != 0 ||
        ::setuid(somebody) != 0)
      ::_exit(no_mount);
    ::prctl(PR_SET_DUMPABLE, 0);  // and so is what it forks
    const Sleeper hidden;
    const std::vector<ProcessStatus> tree = tree_below(::getpid());
    const bool known = tree.size() == 2 && tree[1].identity.pid == hidden.pid() && tree[1].hidden() &&
                       tree[1].parent == ::getpid();
    ::_exit(known ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_mount) GTEST_SKIP() << "nothing can be mounted here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Signals, reach_exactly_the_process_that_is_meant) {
  const Sleeper child;
  ProcessIdentity identity = process_status(child.pid())->identity;
  ProcessIdentity other = identity;
  --other.start_time;  // one that had the pid before
  EXPECT_EQ(send_signal(other, SIGKILL), Delivery::gone);
  EXPECT_TRUE(process_status(child.pid())->alive());
  EXPECT_EQ(send_signal(identity, SIGKILL), Delivery::sent);
  child.await_death();
}

TEST(Signals, to_the_reaped_go_nowhere) {
  Sleeper child;
  const ProcessIdentity identity = process_status(child.pid())->identity;
  ::kill(child.pid(), SIGKILL);
  child.reap();
  EXPECT_EQ(send_signal(identity, SIGKILL), Delivery::gone);
}

TEST(Environment, is_the_one_that_a_process_was_started_with) {
  std::array<int, 2> gate{};
  ASSERT_EQ(::pipe2(gate.data(), O_CLOEXEC), 0);
  std::array<std::string, 3> variables{"MARK=x=y", "MARKER=no", "EMPTY="};
  std::array<char*, 4> environment{variables[0].data(), variables[1].data(), variables[2].data(), nullptr};
  const pid_t pid = ::vfork();
  if (pid == 0) {
    ::dup2(gate[0], STDIN_FILENO);
    ::execle("/bin/cat", "cat", nullptr, environment.data());
    ::_exit(127);
  }
  ASSERT_GT(pid, 0);
  while (!environment_value(pid, "MARK")) {  // vfork returns a moment before exec has put it in place
  }
  EXPECT_EQ(environment_value(pid, "MARK"), "x=y");
  EXPECT_EQ(environment_value(pid, "EMPTY"), "");
  EXPECT_FALSE(environment_value(pid, "MAR").has_value());
  ::close(gate[0]);
  ::close(gate[1]);
  ::waitpid(pid, nullptr, 0);
  EXPECT_FALSE(environment_value(pid, "MARK").has_value());
}

}  // namespace
}  // namespace dream::process
