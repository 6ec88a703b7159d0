// The guardian alone, with a host that does what the test says (guarded.cpp).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"

namespace dream::survival {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* for_ever_ms = "3600000";
constexpr const char* soon_ms = "20";
constexpr auto soon = std::chrono::milliseconds(20);

class Guarded {
 public:
  explicit Guarded(const char* hang_ms, const char* kill_ms = for_ever_ms, const std::string& mode = "")
      : guardian(workspace_,
                 {.arguments = {hang_ms, kill_ms, mode}, .standard_input = true, .program = DREAM_GUARDED}) {}

  /// Tells the host to do something, and waits until it says so.
  void tell(const std::string& order) {
    guardian.write_input(order + "\n");
    await(order);
  }
  /// Waits until a process has said these words, once more than before: its pid.
  pid_t await(const std::string& words) {
    std::string line;
    while (!line.starts_with(words + " ")) {
      std::size_t end = 0;
      while ((end = guardian.out().find('\n', taken_)) == std::string::npos) guardian.await_more_out();
      line = guardian.out().substr(taken_, end - taken_);
      taken_ = end + 1;
    }
    return static_cast<pid_t>(std::stol(line.substr(words.size())));
  }
  /// The next signal that the host gets.
  int hear() {
    guardian.write_input("hear\n");
    return await("heard");
  }
  /// The host has got the signal.
  void send_heard(int signal) {
    guardian.send(signal);
    EXPECT_EQ(hear(), signal);
  }
  /// The stranger leaves its last orphan, and then each of them ends.
  void end_strangers(int orphans = 2) {
    stranger.open();
    await("seen");
    for (int ended = 0; ended < orphans; ++ended) orphan.open();
  }

 private:
  e2e::Workspace workspace_{"{}"};
  std::size_t taken_ = 0;

 public:
  e2e::Gate helper{workspace_, "helper"};
  e2e::Gate stranger{workspace_, "stranger"};
  e2e::Gate unseen{workspace_, "unseen"};
  e2e::Gate orphan{workspace_, "orphan"};
  e2e::Gate kin{workspace_, "kin"};
  e2e::Gate daemon{workspace_, "daemon"};
  e2e::DreamRun guardian;
};

TEST(Guardian, sees_the_end_of_a_host_whose_socket_a_helper_holds) {
  Guarded run(for_ever_ms);
  run.tell("listen");
  run.guardian.write_input("help\n");
  run.await("helper");
  run.guardian.write_input("abort\n");
  EXPECT_EQ(run.guardian.exit_code(), 70);
  EXPECT_THAT(run.guardian.err(), HasSubstr("dream: internal error: its main process was ended by SIGABRT; "
                                            "everything that it had started was ended\n"));
}

TEST(Guardian, takes_every_signal_of_a_fault_for_an_internal_error) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS}) {
    Guarded run(for_ever_ms);
    ::kill(run.await("host"), signal);
    EXPECT_EQ(run.guardian.exit_code(), 70);
    EXPECT_THAT(run.guardian.err(), HasSubstr("internal error"));
  }
}

TEST(Guardian, hands_a_signal_on_to_a_host_that_reads_none_yet_and_has_nothing_to_say) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    Guarded run(for_ever_ms);
    run.await("host");
    run.guardian.send(signal);
    EXPECT_EQ(run.guardian.exit_code(), 128 + signal);
    EXPECT_THAT(run.guardian.err(), IsEmpty());
  }
}

TEST(Guardian, ends_a_host_whose_plugin_does_not_return_after_it_has_read_the_signal) {
  Guarded run(soon_ms);
  run.tell("listen");
  run.send_heard(SIGTERM);
  run.guardian.write_input("call\n");
  EXPECT_EQ(run.guardian.exit_code(), 70);
  EXPECT_THAT(run.guardian.err(),
              HasSubstr("dream: internal error: plugin acme: terminate of ./web:dev didn't "
                        "return; everything that it had started was ended\n"));
}

TEST(Guardian, lets_a_host_that_runs_no_foreign_code_take_its_time) {
  Guarded run(soon_ms);
  run.tell("listen");
  const auto end = std::chrono::steady_clock::now() + 20 * soon;
  while (std::chrono::steady_clock::now() < end) run.send_heard(SIGTERM);
  run.guardian.write_input("exit 3\n");
  EXPECT_EQ(run.guardian.exit_code(), 3);
  EXPECT_THAT(run.guardian.err(), IsEmpty());
}

TEST(Guardian, takes_no_exit_of_a_plugin_for_the_end_of_the_run) {
  Guarded run(for_ever_ms);
  run.tell("listen");
  run.guardian.write_input("exit_without_a_word\n");
  EXPECT_EQ(run.guardian.exit_code(), 70);
  EXPECT_THAT(run.guardian.err(),
              HasSubstr("internal error: its main process was ended by exit(); everything"));
}

TEST(Guardian, ends_a_host_that_has_lost_its_descriptors_once_somebody_asks) {
  Guarded run(soon_ms);
  run.tell("listen");
  run.tell("close");
  ::kill(run.guardian.pid(), SIGTERM);
  EXPECT_EQ(run.guardian.exit_code(), 70);
}

TEST(Guardian, wakes_a_host_that_is_stopped) {
  Guarded run(for_ever_ms);
  const pid_t host = run.await("host");
  run.tell("listen");
  run.tell("call");
  ::kill(host, SIGSTOP);
  e2e::await_stopped(host);
  run.send_heard(SIGTERM);
  run.guardian.write_input("return\nexit 4\n");
  EXPECT_EQ(run.guardian.exit_code(), 4);
}

TEST(Guardian, keeps_what_asks_to_end_until_the_host_has_room_for_it) {
  Guarded run(for_ever_ms);
  run.tell("listen");
  constexpr int more_than_fit = 100;  // guarded.cpp sees to it
  for (int count = 0; count < more_than_fit; ++count) run.guardian.send(SIGRTMIN);
  e2e::await_asleep(run.guardian.pid());
  run.guardian.send(SIGTERM);
  e2e::await_asleep(run.guardian.pid());
  int before = 0;
  while (run.hear() == SIGRTMIN) ++before;  // then SIGTERM
  EXPECT_LT(before, more_than_fit);
  EXPECT_EQ(run.hear(), SIGRTMIN);  // one waits of those that had no room
  run.send_heard(SIGUSR1);
  run.guardian.write_input("exit 4\n");
  EXPECT_EQ(run.guardian.exit_code(), 4);
}

TEST(Guardian, names_what_it_can_not_end_and_waits_without_spinning) {
  constexpr const char* limit_ms = "400";
  Guarded run(for_ever_ms, limit_ms, "refuse-signals");
  run.tell("listen");
  run.guardian.write_input("help\n");
  const pid_t helper = run.await("helper");
  rusage before{};
  ::getrusage(RUSAGE_CHILDREN, &before);
  run.guardian.write_input("abort\n");
  run.guardian.await_err("end them yourself\n");
  run.helper.open();
  EXPECT_EQ(run.guardian.exit_code_once_all_ended(), 70);
  EXPECT_THAT(run.guardian.err(),
              HasSubstr("ended by SIGABRT; these processes of the run can't be killed and are still "
                        "alive: " +
                        std::to_string(helper) + " ("));
  rusage after{};
  ::getrusage(RUSAGE_CHILDREN, &after);
  const auto used_us = [](const rusage& usage) {
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
  };
  EXPECT_LT(used_us(after) - used_us(before), 200'000);  // of the 400 ms
}

TEST(Guardian, names_a_host_that_can_not_be_ended) {
  constexpr const char* limit_ms = "50";
  Guarded run(soon_ms, limit_ms, "refuse-signals");
  const pid_t host = run.await("host");
  run.tell("listen");
  run.tell("call");
  ::kill(run.guardian.pid(), SIGTERM);
  run.guardian.await_err("end them yourself\n");
  run.guardian.close_input();
  EXPECT_EQ(run.guardian.exit_code_once_all_ended(), 70);
  EXPECT_THAT(
      run.guardian.err(),
      HasSubstr("plugin acme: terminate of ./web:dev didn't return; these processes of the run can't be "
                "killed and are still alive: " +
                std::to_string(host) + " ("));
}

TEST(Guardian, ends_while_nobody_reads_its_words) {
  Guarded run(for_ever_ms, for_ever_ms, "full-stderr");
  ::kill(run.await("host"), SIGKILL);
  EXPECT_EQ(run.guardian.exit_code(), 137);
}

TEST(Guardian, spares_what_strangers_started_while_the_run_went_on) {
  Guarded run(for_ever_ms, for_ever_ms, "stranger");
  run.await("host");
  run.unseen.open();
  const pid_t unseen = run.await("unseen");
  run.stranger.open();
  const pid_t seen = run.await("seen");
  run.guardian.write_input("help\n");
  run.await("helper");
  run.guardian.write_input("exit 5\n");
  while (run.guardian.lives()) run.guardian.await_more_out();
  EXPECT_EQ(e2e::living_below(::getpid()).size(), 2U);
  EXPECT_EQ(::kill(seen, 0), 0);
  EXPECT_EQ(::kill(unseen, 0), 0);
  run.orphan.open();
  run.orphan.open();
  EXPECT_EQ(run.guardian.exit_code_once_all_ended(), 5);
}

TEST(Guardian, reaps_what_others_leave_to_it_while_the_run_goes_on) {
  Guarded run(for_ever_ms, for_ever_ms, "stranger");
  const pid_t stranger = run.await("stranger");
  run.await("host");
  run.unseen.open();
  run.stranger.open();
  run.await("seen");
  e2e::await_reaped(stranger);
  run.orphan.open();
  run.orphan.open();
  run.guardian.write_input("exit 0\n");
  EXPECT_EQ(run.guardian.exit_code_once_all_ended(), 0);
}

TEST(Guardian, spares_by_its_environment_what_a_stranger_has_started_unseen) {
  Guarded run(for_ever_ms, for_ever_ms, "stranger");
  run.await("host");
  run.unseen.open();
  const pid_t unseen = run.await("unseen");
  run.guardian.write_input("exit 5\n");
  while (run.guardian.lives()) run.guardian.await_more_out();
  EXPECT_EQ(::kill(unseen, 0), 0);
  run.end_strangers();
  EXPECT_EQ(run.guardian.exit_code_once_all_ended(), 5);
}

TEST(Guardian, ends_what_dropped_its_environment_also_beside_strangers) {
  Guarded run(for_ever_ms, for_ever_ms, "stranger");
  const pid_t stranger = run.await("stranger");
  const pid_t host = run.await("host");
  run.tell("listen");
  run.guardian.write_input("daemon\n");
  const pid_t daemon = run.await("daemon");
  ::kill(host, SIGKILL);
  run.guardian.await_err("ended by SIGKILL; everything that it had started was ended\n");
  EXPECT_NE(::kill(daemon, 0), 0);
  EXPECT_EQ(::kill(stranger, 0), 0);
  run.unseen.open();
  run.end_strangers();
  EXPECT_EQ(run.guardian.exit_code_once_all_ended(), 137);
}

TEST(Guardian, spares_what_strangers_have_started_when_the_host_is_killed) {
  Guarded run(for_ever_ms, for_ever_ms, "stranger-with-kin");
  const pid_t host = run.await("host");
  run.tell("listen");
  run.unseen.open();
  const pid_t unseen = run.await("unseen");
  // The guardian looks around whenever it has something to do; of the one that comes then it knows the
  // session.
  for (int look = 0; look < 2; ++look) run.send_heard(SIGTERM);
  run.kin.open();
  const pid_t kin = run.await("kin");
  ::kill(host, SIGKILL);
  run.guardian.await_err("everything that it had started was ended\n");
  EXPECT_EQ(::kill(unseen, 0), 0);
  EXPECT_EQ(::kill(kin, 0), 0);
  run.end_strangers(3);
  EXPECT_EQ(run.guardian.exit_code_once_all_ended(), 137);
}

TEST(Guardian, that_can_not_be_had_is_told_of) {
  Guarded run(for_ever_ms, for_ever_ms, "few-files");
  EXPECT_EQ(run.guardian.exit_code(), 0);
  EXPECT_THAT(run.guardian.out(),
              HasSubstr("the run has no guardian, for the system refused it: Too many open "
                        "files; should dream be killed, what it has started lives on"));
}

}  // namespace
}  // namespace dream::survival
