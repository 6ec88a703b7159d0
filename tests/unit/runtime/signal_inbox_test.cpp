#include "runtime/signal_inbox.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include "process/guardian.hpp"

namespace dream::runtime {
namespace {

/// An inbox of this process, with the test in the place of the guardian.
class SignalInboxTest : public testing::Test {
 protected:
  SignalInboxTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets_.data()), 0);
  }
  ~SignalInboxTest() override {
    if (sockets_[1] >= 0) ::close(sockets_[1]);
    ::signal(SIGTERM, SIG_DFL);
    drop_what_is_left();
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }

  /// The next test is to hear of its own signals only.
  static void drop_what_is_left() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigfillset(&set);
    const timespec at_once{};
    while (::sigtimedwait(&set, nullptr, &at_once) > 0) {
    }
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  }

  void open() {
    inbox_.emplace(context_, clock_, sockets_[0],
                   SignalInbox::Callbacks{.on_signal =
                                              [this](int signal, bool to_group) {
                                                told_ +=
                                                    (to_group ? "group " : "") + std::to_string(signal) + " ";
                                              },
                                          .on_window_change = [this] { told_ += "window "; },
                                          .on_guardian_lost = [this] { told_ += "guardian lost "; }});
  }

  static void send(int signal) { ::kill(::getpid(), signal); }

  void forward(int signal, int code, int sender) {
    const process::ForwardedSignal message{signal, code, sender};
    EXPECT_EQ(::send(sockets_[1], &message, sizeof message, 0), static_cast<ssize_t>(sizeof message));
  }

  /// A process below this one that does nothing, in its group or in one of its own.
  pid_t start_child(bool same_group) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (!same_group) ::setpgid(0, 0);
      while (true) ::pause();
    }
    if (!same_group) ::setpgid(child, child);
    children_.push_back(child);
    return child;
  }

  /// What was told since the last time.
  std::string told() {
    context_.restart();
    context_.poll();
    std::string told = std::move(told_);
    told_.clear();
    return told;
  }

  struct StoppedClock : Clock {
    [[nodiscard]] Instant now() const override { return at; }
    [[nodiscard]] std::unique_ptr<Alarm> make_alarm() override { return nullptr; }
    Instant at{std::chrono::seconds(1000)};
  };

  std::array<int, 2> sockets_{};
  std::vector<pid_t> children_;
  StoppedClock clock_;
  boost::asio::io_context context_;
  std::optional<SignalInbox> inbox_;
  std::string told_;
};

TEST_F(SignalInboxTest, tells_each_signal_that_means_something_once) {
  open();
  for (const int signal :
       {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGSTKFLT, SIGPOLL, SIGPWR,
        SIGUSR1, SIGUSR2, SIGRTMIN, SIGRTMAX, SIGTSTP, SIGTTIN, SIGTTOU}) {
    send(signal);
    EXPECT_EQ(told(), std::to_string(signal) + " ");
    EXPECT_EQ(told(), "");
    send(signal);
    EXPECT_EQ(told(), std::to_string(signal) + " ") << "a second one is a second one";
  }
}

TEST_F(SignalInboxTest, tells_what_the_guardian_forwards) {
  open();
  forward(SIGTERM, SI_USER, 4711);
  EXPECT_EQ(told(), "15 ");
  forward(SIGTERM, SI_USER, 4712);
  EXPECT_EQ(told(), "15 ") << "somebody else asks";
}

TEST_F(SignalInboxTest, knows_a_key_also_by_the_guardians_copy) {
  open();
  for (const int key : {SIGINT, SIGQUIT, SIGTSTP}) {
    forward(key, SI_KERNEL, 0);
    EXPECT_EQ(told(), "group " + std::to_string(key) + " ");
  }
  forward(SIGHUP, SI_KERNEL, 0);
  EXPECT_EQ(told(), "1 ") << "of a terminal that closes only the leader of the session is told";
}

TEST_F(SignalInboxTest, tells_once_what_one_sender_sent_to_both) {
  open();
  send(SIGTERM);
  forward(SIGTERM, SI_USER, ::getpid());
  EXPECT_EQ(told(), "15 ");
  forward(SIGTERM, SI_USER, ::getpid());
  EXPECT_EQ(told(), "15 ");
  send(SIGTERM);
  EXPECT_EQ(told(), "") << "the copy of the second came later";
}

TEST_F(SignalInboxTest, takes_for_another_what_comes_long_after_one_of_which_there_was_no_copy) {
  open();
  send(SIGTERM);
  EXPECT_EQ(told(), "15 ");
  clock_.at += std::chrono::milliseconds(1001);
  forward(SIGTERM, SI_USER, ::getpid());
  EXPECT_EQ(told(), "15 ");
}

TEST_F(SignalInboxTest, leaves_out_what_means_nothing) {
  open();
  for (const int signal : {SIGCHLD, SIGURG}) send(signal);
  EXPECT_EQ(told(), "");
}

TEST_F(SignalInboxTest, leaves_out_what_a_task_sends_to_its_own_group) {
  open();
  const pid_t task = start_child(true);
  const auto send_as = [&](pid_t sender, int signal) {
    siginfo_t info{};
    info.si_signo = signal;
    info.si_code = SI_QUEUE;
    info.si_pid = sender;
    ::syscall(SYS_rt_sigqueueinfo, ::getpid(), signal, &info);
  };
  send_as(task, SIGTERM);
  forward(SIGTERM, SI_QUEUE, task);
  EXPECT_EQ(told(), "");
  forward(SIGTERM, SI_QUEUE, task);
  EXPECT_EQ(told(), "15 ") << "it means dream itself";
  clock_.at += std::chrono::seconds(2);
  const pid_t other = start_child(false);
  send_as(other, SIGTERM);
  forward(SIGTERM, SI_QUEUE, other);
  EXPECT_EQ(told(), "15 ") << "its own group is another";
  send_as(task, SIGTSTP);
  forward(SIGTSTP, SI_QUEUE, task);
  EXPECT_EQ(told(), "group 20 ") << "who stops itself stops the job";
}

TEST_F(SignalInboxTest, leaves_ignored_what_was_ignored_when_dream_was_started) {
  ::signal(SIGTERM, SIG_IGN);
  open();
  send(SIGTERM);
  send(SIGINT);
  EXPECT_EQ(told(), "2 ");
}

TEST_F(SignalInboxTest, tells_that_the_window_may_have_changed) {
  open();
  send(SIGWINCH);
  EXPECT_EQ(told(), "window ");
}

TEST_F(SignalInboxTest, tells_the_end_of_the_guardian) {
  open();
  ::close(std::exchange(sockets_[1], -1));
  EXPECT_EQ(told(), "guardian lost ");
}

TEST_F(SignalInboxTest, tells_nothing_once_it_was_stopped) {
  open();
  inbox_->stop();
  send(SIGINT);
  forward(SIGTERM, SI_USER, 4711);
  EXPECT_EQ(told(), "");
}

}  // namespace
}  // namespace dream::runtime
