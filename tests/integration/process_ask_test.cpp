#include <csignal>
#include <vector>

#include "process/process_tree.hpp"
#include "process_fixture.hpp"

namespace dream::process {
namespace {

class AskingToEnd : public ProcessTest {
 protected:
  static void count_all(const Actor& actor) {
    for (const int signal : {SIGTERM, SIGINT, SIGCONT}) actor.ask("count " + std::to_string(signal));
  }
  static void expect_asked(const Actor& actor, int times) {
    EXPECT_EQ(actor.counted(SIGTERM), times);
    EXPECT_EQ(actor.counted(SIGCONT), times);
  }
  /// Some looks at what lingers.
  void look_around() {
    for (int look = 0; look < 20; ++look) context_.run_one();
  }
  /// Stops a process, and waits until it is.
  static void stop(const Actor& actor) {
    actor.tell("raise " + std::to_string(SIGSTOP));
    while (process_status(actor.pid())->state != 'T') {
    }
  }
};

TEST_F(AskingToEnd, reaches_every_process_of_the_tree_exactly_once) {
  const auto [run, root] = start_actor();
  const Actor child = fork(root);
  const Actor grandchild = fork(child);
  const Actor escaped = fork(child);
  escaped.ask("setsid");
  const Actor orphan = daemon(grandchild);
  for (const Actor* actor : {&root, &child, &grandchild, &escaped, &orphan}) count_all(*actor);
  ask_to_end(*run);
  run_until([&] { return orphan.counted(SIGTERM) > 0; });  // those below this process are asked from the loop
  for (const Actor* actor : {&root, &child, &grandchild, &escaped, &orphan}) expect_asked(*actor, 1);
  ask_to_end(*run);
  for (const Actor* actor : {&root, &child, &grandchild, &escaped, &orphan}) expect_asked(*actor, 1);
  kill(*run);
  EXPECT_EQ(run_to_end(*run), ExitStatus(KilledBy{SIGKILL}));
}

TEST_F(AskingToEnd, uses_the_childs_own_stop_signal) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.stop_signal = SIGINT; });
  count_all(root);
  ask_to_end(*run);
  EXPECT_EQ(root.counted(SIGINT), 1);
  EXPECT_EQ(root.counted(SIGTERM), 0);
}

TEST_F(AskingToEnd, ends_those_that_do_not_object) {
  const auto [run, root] = start_actor();
  const Actor child = fork(root);
  const Actor orphan = daemon(child);
  ask_to_end(*run);
  EXPECT_EQ(run_to_end(*run), ExitStatus(KilledBy{SIGTERM}));
  EXPECT_TRUE(nothing_below());
}

TEST_F(AskingToEnd, is_heard_by_stopped_processes) {
  const auto [run, root] = start_actor();
  const Actor child = fork(root);
  count_all(child);
  stop(child);
  stop(root);
  ask_to_end(*run);
  EXPECT_EQ(child.answer(), "done") << "it goes on";
  expect_asked(child, 1);
  child.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(KilledBy{SIGTERM}));
}

TEST_F(AskingToEnd, leaves_alone_what_is_started_in_order_to_end) {
  const auto [run, root] = start_actor();
  const Actor child = fork(root);
  count_all(root);
  count_all(child);
  ask_to_end(*run);
  const Actor helper = fork(child);  // for the clean-up
  count_all(helper);
  root.tell("exit 5");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  look_around();
  expect_asked(child, 1);
  EXPECT_EQ(helper.counted(SIGTERM), 1) << "the counts are its parent's at the fork";
  child.tell("exit 0");  // now nobody waits for the helper any more
  run_until([&] { return helper.counted(SIGTERM) == 2; });
  look_around();
  expect_asked(helper, 2);
  helper.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{5}));
}

TEST_F(AskingToEnd, after_the_root_has_ended_reaches_the_leftovers_once) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.leftover_grace = long_time; });
  const Actor leftover = daemon(root);
  count_all(leftover);
  root.tell("exit 0");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  ask_to_end(*run);
  run_until([&] { return leftover.counted(SIGTERM) > 0; });
  look_around();
  expect_asked(leftover, 1);
  EXPECT_EQ(run->ends, 0);
  leftover.tell("exit 1");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
}

using Leftovers = AskingToEnd;

TEST_F(Leftovers, are_asked_once_and_the_child_ends_when_they_have) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.leftover_grace = long_time; });
  const Actor first = fork(root);
  const Actor second = daemon(first);
  count_all(first);
  count_all(second);
  root.tell("exit 7");
  run_until([&] { return second.counted(SIGTERM) > 0; });
  look_around();
  expect_asked(first, 1);
  expect_asked(second, 1);
  first.tell("exit 0");
  second.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{7})) << "the root's status is the child's";
}

TEST_F(Leftovers, that_end_by_themselves_delay_the_end_until_then) {
  const auto [run, root] = start_actor();
  const Actor helper = fork(root);
  helper.ask("ignore 15");  // however slow this machine is, it may finish
  root.tell("exit 0");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  EXPECT_EQ(run->ends, 0);
  helper.tell("print_and_exit 100");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(run->out, numbers(100));
}

TEST_F(Leftovers, that_do_not_listen_are_killed_after_their_grace) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.leftover_grace = {}; });
  root.ask("ignore 15");
  const Actor first = fork(root);
  const Actor second = daemon(first);
  stop(second);
  root.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_TRUE(nothing_below());
}

TEST_F(Leftovers, may_be_killed_at_once) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.leftover_grace = long_time; });
  root.ask("ignore 15");
  const Actor leftover = daemon(root);
  root.tell("exit 0");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  kill(*run);
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_TRUE(nothing_below());
}

TEST_F(Leftovers, whose_first_thread_has_ended_are_alive) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.leftover_grace = long_time; });
  const Actor leftover = fork(root);
  leftover.ask("ignore 15");
  leftover.ask("leave_to_a_thread");
  while (process_status(leftover.pid())->state != 'Z') {
  }
  root.tell("exit 0");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  look_around();
  EXPECT_EQ(run->ends, 0);
  kill(*run);
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_TRUE(nothing_below());
}

TEST_F(Leftovers, are_those_of_their_own_child_only) {
  const auto [first_run, first] = start_actor([](ChildSpec& child) { child.leftover_grace = {}; });
  const auto [second_run, second] = start_actor([](ChildSpec& child) { child.leftover_grace = long_time; });
  const Actor first_daemon = daemon(first);
  const Actor second_daemon = daemon(second);
  count_all(second_daemon);
  second.tell("exit 0");
  run_until([&run = second_run, this] { return supervisor_->pid(run->id) == 0; });
  first_daemon.ask("ignore 15");
  first.tell("exit 0");
  EXPECT_EQ(run_to_end(*first_run), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(second_run->ends, 0);
  run_until([&] { return second_daemon.counted(SIGTERM) > 0; });
  expect_asked(second_daemon, 1);
  second_daemon.tell("exit 0");
  EXPECT_EQ(run_to_end(*second_run), ExitStatus(ExitedWith{0}));
}

TEST_F(Leftovers, that_hide_where_they_come_from_are_known_by_their_session) {
  const auto grace = [](ChildSpec& child) { child.leftover_grace = long_time; };
  std::vector<Watched*> runs;
  std::vector<Actor> hidden;
  for (int number = 0; number < 2; ++number) {
    const auto [run, root] = start_actor(grace);
    fork(root).tell("forget_environment");
    hidden.push_back(next_actor());
    hidden.back().ask("ignore 15");
    root.tell("exit 0");
    run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
    runs.push_back(run);
  }
  kill(*runs[1]);
  run_to_end(*runs[1]);
  EXPECT_FALSE(process_status(hidden[1].pid()).has_value());
  EXPECT_EQ(hidden[0].ask("variable DREAM_CHILD"), "(none)");
  EXPECT_EQ(runs[0]->ends, 0);
}

}  // namespace
}  // namespace dream::process
