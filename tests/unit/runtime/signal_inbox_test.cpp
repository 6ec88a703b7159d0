#include "runtime/signal_inbox.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

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
  }

  /// The next test is to hear of its own signals only.
  static void drop_what_is_left() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}) ::sigaddset(&set, signal);
    const timespec at_once{};
    while (::sigtimedwait(&set, nullptr, &at_once) > 0) {
    }
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  }

  void open() {
    inbox_.emplace(
        context_, sockets_[0],
        SignalInbox::Callbacks{
            .on_signal = [this](int signal) { told_ += std::to_string(signal) + " "; },
            .on_group_signalled = [this](int signal) { told_ += "group " + std::to_string(signal) + " "; },
            .on_window_change = [this] { told_ += "window "; },
            .on_guardian_lost = [this] { told_ += "guardian lost "; }});
  }

  static void send(int signal) { ::kill(::getpid(), signal); }

  void forward(int signal, int code, int sender) {
    const process::ForwardedSignal message{signal, code, sender};
    EXPECT_EQ(::send(sockets_[1], &message, sizeof message, 0), static_cast<ssize_t>(sizeof message));
  }

  /// What was told since the last time.
  std::string told() {
    context_.restart();
    context_.poll();
    std::string told = std::move(told_);
    told_.clear();
    return told;
  }

  std::array<int, 2> sockets_{};
  boost::asio::io_context context_;
  std::optional<SignalInbox> inbox_;
  std::string told_;
};

TEST_F(SignalInboxTest, tells_each_signal_that_asks_dream_to_stop_once) {
  open();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
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

TEST_F(SignalInboxTest, counts_once_what_one_sender_sent_to_both) {
  open();
  send(SIGTERM);
  forward(SIGTERM, SI_USER, ::getpid());
  EXPECT_EQ(told(), "15 ");
  forward(SIGTERM, SI_USER, ::getpid());
  EXPECT_EQ(told(), "15 ");
  send(SIGTERM);
  EXPECT_EQ(told(), "") << "the copy of the second came later";
}

TEST_F(SignalInboxTest, counts_one_hang_up_of_which_kernel_and_shell_tell) {
  open();
  forward(SIGHUP, SI_KERNEL, 0);
  EXPECT_EQ(told(), "1 ");
  forward(SIGHUP, SI_USER, 4711);
  EXPECT_EQ(told(), "");
  forward(SIGHUP, SI_USER, 4711);
  EXPECT_EQ(told(), "1 ");
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
