#include <csignal>

#include "process/process_tree.hpp"
#include "process_fixture.hpp"

namespace dream::process {
namespace {

class Killing : public ProcessTest {
 protected:
  /// Kills the child while its root lives.
  void expect_nothing_left(Watched& run) {
    kill(run);
    EXPECT_EQ(run_to_end(run), ExitStatus(KilledBy{SIGKILL}));
    EXPECT_TRUE(nothing_below());
  }
  /// Kills what the root has left behind.
  void expect_nothing_left_after(Watched& run, const Actor& root) {
    root.tell("exit 0");
    run_until([&] { return supervisor_->pid(run.id) == 0; });
    kill(run);
    EXPECT_EQ(run_to_end(run), ExitStatus(ExitedWith{0}));
    EXPECT_TRUE(nothing_below());
  }
};

TEST_F(Killing, ends_those_that_ignore_every_other_signal) {
  const auto [run, root] = start_actor();
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) root.ask("ignore " + std::to_string(signal));
  const Actor child = fork(root);
  ask_to_end(*run);
  EXPECT_EQ(child.ask("setsid"), "done");
  expect_nothing_left(*run);
}

TEST_F(Killing, ends_other_sessions_and_daemons) {
  const auto [run, root] = start_actor();
  const Actor child = fork(root);
  child.ask("setsid");
  const Actor grandchild = fork(child);
  const Actor orphan = daemon(grandchild);
  const Actor orphan_of_orphan = daemon(orphan);
  expect_nothing_left(*run);
}

TEST_F(Killing, ends_other_sessions_and_daemons_after_the_root) {
  const auto [run, root] = start_actor();
  const Actor child = fork(root);
  child.ask("setsid");
  const Actor orphan = daemon(child);
  const Actor orphan_of_orphan = daemon(orphan);
  expect_nothing_left_after(*run, root);
}

TEST_F(Killing, ends_daemons_that_hide_where_they_come_from) {
  const auto [run, root] = start_actor();
  const Actor orphan = daemon(root);
  orphan.tell("forget_environment");
  const Actor hidden = next_actor();
  EXPECT_EQ(hidden.pid(), orphan.pid());
  EXPECT_EQ(hidden.ask("variable DREAM_CHILD"), "(none)");
  expect_nothing_left_after(*run, root);
}

TEST_F(Killing, ends_stopped_processes) {
  const auto [run, root] = start_actor();
  const Actor child = fork(root);
  for (const Actor* actor : {&child, &root}) {
    actor->tell("raise " + std::to_string(SIGSTOP));
    while (process_status(actor->pid())->state != 'T') {
    }
  }
  expect_nothing_left(*run);
}

TEST_F(Killing, ends_processes_whose_first_thread_has_ended) {
  const auto [run, root] = start_actor();
  const Actor child = fork(root);
  for (const Actor* actor : {&child, &root}) {
    actor->ask("leave_to_a_thread");
    while (process_status(actor->pid())->state != 'Z') {
    }
  }
  expect_nothing_left(*run);
}

TEST_F(Killing, ends_deep_trees) {
  const auto [run, root] = start_actor();
  EXPECT_EQ(root.ask("chain 60"), "deep");
  expect_nothing_left(*run);
}

TEST_F(Killing, ends_deep_trees_after_the_root) {
  const auto [run, root] = start_actor();
  EXPECT_EQ(root.ask("chain 60"), "deep");
  expect_nothing_left_after(*run, root);
}

TEST_F(Killing, ends_wide_trees) {
  const auto [run, root] = start_actor();
  EXPECT_EQ(root.ask("quiet 300"), "done");
  EXPECT_EQ(tree_below(root.pid()).size(), 301U);
  expect_nothing_left(*run);
}

TEST_F(Killing, ends_those_that_are_being_forked_meanwhile) {
  for (int repetition = 0; repetition < 5; ++repetition) {
    const auto [run, root] = start_actor();
    const Actor child = daemon(root);
    root.tell("quiet 200");
    child.tell("quiet 200");
    expect_nothing_left(*run);
  }
}

TEST_F(Killing, ends_one_that_is_never_the_same_process_for_long) {
  const auto [run, root] = start_actor();
  EXPECT_EQ(root.ask("hop"), "done");
  expect_nothing_left(*run);
}

TEST_F(Killing, ends_one_that_is_never_the_same_process_for_long_after_the_root) {
  const auto [run, root] = start_actor();
  EXPECT_EQ(root.ask("hop"), "done");
  expect_nothing_left_after(*run, root);
}

TEST_F(Killing, twice_or_after_the_end_is_harmless) {
  const auto [run, root] = start_actor();
  kill(*run);
  kill(*run);
  ask_to_end(*run);
  EXPECT_EQ(run_to_end(*run), ExitStatus(KilledBy{SIGKILL}));
  kill(*run);
  ask_to_end(*run);
  context_.restart();
  context_.poll();
  EXPECT_EQ(run->ends, 1);
  EXPECT_EQ(supervisor_->size(), 0U);
}

TEST_F(Killing, loses_no_output_that_was_written_before) {
  const auto [run, root] = start_actor();
  root.ask("print 10000");
  kill(*run);
  EXPECT_EQ(run_to_end(*run), ExitStatus(KilledBy{SIGKILL}));
  EXPECT_EQ(run->out, numbers(10000));
}

}  // namespace
}  // namespace dream::process
