#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>

#include <array>
#include <csignal>

#include "base/descriptor.hpp"
#include "unit/runtime/stage.hpp"

namespace dream::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Driver, runs_the_steps_and_releases_each_after_its_end) {
  Stage stage(2);
  stage.then_exits(0, success);
  stage.then([&] { EXPECT_TRUE(stage.executors[0]->released()); });
  stage.then_exits(1, ExitedWith{3});
  EXPECT_EQ(stage.play(), 3);
  EXPECT_EQ(stage.happened, "start a; start b; ");
  EXPECT_FALSE(stage.gave_up);
}

TEST(Driver, tells_only_steps_that_may_be_restarted_which_attempt_it_is) {
  Stage stage(2);
  stage.plan.steps[0].restart.on = Restart::On::failure;
  const auto expect_attempt = [&](const std::string& variable) {
    stage.then([&stage, variable] {
      EXPECT_EQ(stage.executors[0]->environment, std::vector<std::string>{variable});
    });
  };
  expect_attempt("DREAM_ATTEMPT=1");
  stage.then_exits(0, ExitedWith{1});
  stage.then_pass(milliseconds(200));
  expect_attempt("DREAM_ATTEMPT=2");
  stage.then_exits(0, success);
  stage.then_exits(1, success);
  EXPECT_EQ(stage.play(), 0);
  EXPECT_EQ(stage.happened, "start a; start b; start a; ");
  EXPECT_TRUE(stage.executors[1]->environment.empty());
}

TEST(Driver, gives_up_a_step_8_s_after_force_and_ends_as_the_signal_says) {
  Stage stage(1);
  stage.then_signal(SIGINT);
  stage.then_pass(milliseconds(300));
  stage.then_signal(SIGINT);
  stage.then_pass(milliseconds(7999));
  stage.then([&] { EXPECT_FALSE(stage.executors[0]->released()); });
  stage.then_pass(milliseconds(1));
  EXPECT_EQ(stage.play(), 130);
  EXPECT_EQ(stage.happened, "start a; terminate a; force a; ");
  EXPECT_TRUE(stage.executors[0]->released());
  EXPECT_TRUE(stage.gave_up);
}

TEST(Driver, counts_a_signal_that_came_while_it_asked_many_to_end_for_the_same_request) {
  Stage stage(1);
  stage.executors[0]->on_terminate = [&] {
    stage.clock.pass_until(stage.clock.now() + milliseconds(400));
    ::kill(::getpid(), SIGTERM);
  };
  stage.then_signal(SIGTERM);
  stage.then_exits(0, KilledBy{SIGTERM});
  EXPECT_EQ(stage.play(), 128 + SIGTERM);
  EXPECT_EQ(stage.happened, "start a; terminate a; ");
}

TEST(Driver, takes_no_harm_from_what_a_step_reports_after_it_was_given_up) {
  Stage stage(2);
  stage.plan.steps[0].stop_grace = seconds(60);
  stage.executors[1]->starts = ScriptedExecutor::Starts::later;
  stage.then_signal(SIGTERM);
  stage.then_pass(seconds(13) - milliseconds(1));
  stage.then([&] {
    stage.clock.pass_until(stage.clock.now() + milliseconds(1));  // what follows is known in the next turn
    stage.executors[1]->run().run_started();
    stage.executors[1]->run().run_exited(success);
  });
  stage.then([&] { EXPECT_FALSE(stage.executors[0]->released()) << "its grace is its own"; });
  stage.then_exits(0, success);
  EXPECT_EQ(stage.play(), 143);
  EXPECT_EQ(stage.happened, "start a; start b; terminate a; terminate b; force b; ");
  EXPECT_TRUE(stage.gave_up);
}

TEST(Driver, asks_nothing_of_a_step_whose_failed_start_is_on_its_way_to_the_engine) {
  Stage stage(3);
  stage.plan.steps[1].background = false;
  stage.plan.steps[1].required = false;
  stage.plan.steps[2].stop_grace = Duration(0);
  stage.executors[2]->starts = ScriptedExecutor::Starts::never;
  stage.then([&] {
    stage.executors[1]->run().run_exited(success);        // now c is started, which fails;
    stage.executors[0]->run().run_exited(ExitedWith{3});  // before that is heard, all are to end, c by force
  });
  EXPECT_EQ(stage.play(), 3);
  EXPECT_EQ(stage.happened, "start a; start b; start c; ");
  EXPECT_FALSE(stage.gave_up);
}

TEST(Driver, knows_a_start_that_fails_late) {
  Stage stage(1);
  stage.executors[0]->starts = ScriptedExecutor::Starts::later;
  stage.then([&] {
    stage.executors[0]->run().run_start_failed(Error{ErrorCode::not_found, "no such image", {}, {}});
  });
  EXPECT_EQ(stage.play(), 127);
  EXPECT_FALSE(stage.gave_up);
}

TEST(Driver, takes_all_signals_of_300_ms_for_one_and_what_comes_then_for_another) {
  Stage stage(1);
  stage.then_signal(SIGINT);
  stage.then_signal(SIGTERM);
  stage.then_pass(milliseconds(150));
  stage.then_signal(SIGHUP);
  stage.then_pass(milliseconds(149));
  stage.then_signal(SIGINT);
  stage.then([&] { EXPECT_EQ(stage.happened, "start a; terminate a; "); });
  stage.then_pass(milliseconds(1));
  stage.then_signal(SIGINT);
  stage.then([&] { EXPECT_EQ(stage.happened, "start a; terminate a; force a; "); });
  stage.then_exits(0, KilledBy{9});
  EXPECT_EQ(stage.play(), 130);
}

TEST(Driver, leaves_alone_what_means_nothing_to_it) {
  Stage stage(2);
  for (const int signal : {SIGUSR1, SIGUSR2, SIGRTMIN, SIGRTMAX, SIGURG, SIGCHLD, SIGCONT, SIGWINCH})
    stage.then_signal(signal);
  stage.then([&] { EXPECT_EQ(stage.happened, "start a; start b; "); });
  stage.then_exits(0, success);
  stage.then_exits(1, success);
  EXPECT_EQ(stage.play(), 0);
}

/// Whatever signal it is: the first asks, the second forces.
TEST(Driver, ends_gracefully_by_the_first_signal) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGXCPU, SIGPWR}) {
    Stage stage(1);
    stage.then_signal(signal);
    stage.then_pass(milliseconds(4999));
    stage.then([&] { EXPECT_EQ(stage.happened, "start a; terminate a; "); });
    stage.then_exits(0, success);
    EXPECT_EQ(stage.play(), 128 + signal);
  }
}

TEST(Driver, forces_all_when_the_guardian_is_gone) {
  std::array<int, 2> sockets{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()), 0);
  Stage stage(1);
  stage.then([&] { ::close(sockets[1]); });
  stage.then_exits(0, KilledBy{9});
  EXPECT_EQ(stage.play(sockets[0]), 137);
  EXPECT_EQ(stage.happened, "start a; terminate a; force a; ");
}

// ---- dream's own outputs

TEST(Driver, succeeds_when_only_stderr_is_lost) {
  Stage closed(1);
  closed.then([&] { close_descriptor(closed.err.read); });
  closed.then_exits(0, success);
  EXPECT_EQ(closed.play(), 0);

  Stage full(2);  // whose starts are told there
  close_descriptor(full.err.write);
  full.err.write = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  full.then_exits(0, ExitedWith{1});
  full.plan.steps[0].required = false;
  full.then_exits(1, success);
  EXPECT_EQ(full.play(), 0);
}

TEST(Driver, fails_when_stdout_is_full) {
  Stage stage(1);
  close_descriptor(stage.out.write);
  stage.out.write = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  stage.then([&] { stage.write("something\n"); });
  stage.then_exits(0, success);
  EXPECT_EQ(stage.play(), 70);
  EXPECT_EQ(stage.happened, "start a; terminate a; ");
}

TEST(Driver, fails_when_the_last_bytes_do_not_get_out) {
  Stage stage(1);
  close_descriptor(stage.out.write);
  stage.out.write = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  stage.then([&] {
    stage.executors[0]->run().run_exited(success);
    stage.write("something\n");
  });
  EXPECT_EQ(stage.play(), 70);
}

TEST(Driver, stops_quietly_when_the_reader_of_stdout_goes_away) {
  Stage stage(1);
  stage.then([&] { close_descriptor(stage.out.read); });
  stage.then_exits(0, success);
  EXPECT_EQ(stage.play(), 141);
}

TEST(Driver, takes_a_terminal_that_closes_for_a_hang_up_after_1_s) {
  for (const bool told_by_signal : {false, true}) {
    Stage stage(1);
    close_descriptor(stage.out.read);
    close_descriptor(stage.out.write);
    ASSERT_EQ(::openpty(&stage.out.read, &stage.out.write, nullptr, nullptr, nullptr), 0);
    stage.then([&] { close_descriptor(stage.out.read); });
    stage.then_pass(milliseconds(999));
    stage.then([&] { EXPECT_EQ(stage.happened, "start a; "); });
    if (told_by_signal)
      stage.then_signal(SIGHUP);
    else
      stage.then_pass(milliseconds(1));
    stage.then_exits(0, success);
    EXPECT_EQ(stage.play(), told_by_signal ? 129 : 141);
    EXPECT_EQ(stage.happened, "start a; terminate a; ");
  }
}

/// More than a pipe takes.
const std::string too_much(std::size_t{4} << 20U, 'x');

TEST(Driver, waits_for_a_slow_reader_but_not_for_one_that_takes_nothing_while_the_run_is_being_stopped) {
  Stage stage(1);
  stage.then([&] { stage.write(too_much); });
  stage.then_signal(SIGTERM);
  stage.then_exits(0, success);
  stage.then_pass(seconds(4));
  stage.then([&] {
    std::array<char, 1U << 20U> buffer{};
    EXPECT_GT(::read(stage.out.read, buffer.data(), buffer.size()), 0) << "it has its 5 s anew";
  });
  for (int look = 0; look < 3; ++look) stage.then_pass(milliseconds(250));
  stage.then_pass(seconds(4));
  stage.then_pass(seconds(2));
  EXPECT_EQ(stage.play(), 143);
}

TEST(Driver, waits_for_no_reader_once_a_signal_comes_after_the_end) {
  Stage stage(1);
  stage.then([&] { stage.write(too_much); });
  stage.then_exits(0, success);
  stage.then_pass(seconds(60));
  stage.then_signal(SIGINT);
  EXPECT_EQ(stage.play(), 0);
}

}  // namespace
}  // namespace dream::runtime
