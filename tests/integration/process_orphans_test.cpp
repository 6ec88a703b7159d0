// Whose a process is whose parent has ended, and who reaps it: this process, and never a task.

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "process/process_tree.hpp"
#include "process_fixture.hpp"

namespace dream::process {
namespace {

class AnOrphan : public ProcessTest {
 protected:
  /// With nothing that tells where it comes from: no mark, a session of its own, and a parent that is gone.
  Actor hidden_daemon(const Actor& root) const {
    const Actor known = daemon(root);
    known.ask("setsid");
    known.tell("forget_environment");
    Actor hidden = next_actor();
    hidden.ask("ignore 15");
    return hidden;
  }
  static bool lives(const Actor& actor) { return process_status(actor.pid()).has_value(); }
  void end_root(const Watched& run, const Actor& root) {
    root.tell("exit 0");
    run_until([&] { return supervisor_->pid(run.id) == 0; });
  }
};

TEST_F(AnOrphan, is_no_childs_of_the_task_that_it_comes_from) {
  const auto [run, root] = start_actor();
  const Actor orphan = daemon(root);
  while (process_status(orphan.pid())->parent != ::getpid()) {  // the one between them is about to end
    const std::optional<ProcessStatus> now = process_status(orphan.pid());
    ASSERT_NE(now->parent, root.pid());
    std::this_thread::yield();
  }
}

TEST_F(AnOrphan, that_ends_is_reaped_while_its_task_runs) {
  const auto [run, root] = start_actor();
  std::vector<Actor> orphans;
  for (int count = 0; count < 40; ++count) orphans.push_back(daemon(root));
  for (const Actor& orphan : orphans) orphan.tell("exit 0");
  run_until([] { return own_orphans().pids.empty(); });
  EXPECT_EQ(run->ends, 0);
}

TEST_F(AnOrphan, is_asked_to_end_with_its_task_once) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.leftover_grace = long_time; });
  const Actor orphan = daemon(root);
  for (const Actor* actor : {&root, &orphan}) actor->ask("count 15");
  ask_to_end(*run);
  run_until([&] { return orphan.counted(SIGTERM) > 0; });
  root.tell("exit 0");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  EXPECT_EQ(orphan.counted(SIGTERM), 1);
  orphan.tell("exit 0");
  run_to_end(*run);
}

TEST_F(AnOrphan, is_killed_with_its_task_and_no_other) {
  const auto [run, root] = start_actor();
  const auto [other_run, other_root] = start_actor();
  const Actor orphan = daemon(root);
  const Actor other = daemon(other_root);
  kill(*run);
  run_to_end(*run);
  EXPECT_FALSE(lives(orphan));
  EXPECT_TRUE(lives(other));
}

TEST_F(AnOrphan, that_hides_is_ended_with_the_only_child_that_it_can_be_of) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.leftover_grace = {}; });
  const Actor hidden = hidden_daemon(root);
  root.tell("exit 0");
  run_to_end(*run);
  EXPECT_FALSE(lives(hidden));
}

TEST_F(AnOrphan, that_hides_is_ended_with_the_last_of_those_that_it_may_be_of) {
  const auto [first_run, first] = start_actor([](ChildSpec& child) { child.leftover_grace = {}; });
  const auto [last_run, last] = start_actor([](ChildSpec& child) { child.leftover_grace = {}; });
  const Actor hidden = hidden_daemon(first);
  first.tell("exit 0");
  run_to_end(*first_run);
  EXPECT_TRUE(lives(hidden));
  const auto [late_run, late] = start_actor();  // it was not there when the orphan was first seen
  last.tell("exit 0");
  run_to_end(*last_run);
  EXPECT_FALSE(lives(hidden));
  EXPECT_EQ(late_run->ends, 0);
}

TEST_F(AnOrphan, that_hides_outlives_no_children_that_are_killed_together) {
  const auto [first_run, first] = start_actor();
  const auto [last_run, last] = start_actor();
  const Actor hidden = hidden_daemon(first);
  kill(*first_run);
  kill(*last_run);
  run_to_end(*first_run);
  run_to_end(*last_run);
  EXPECT_FALSE(lives(hidden));
}

TEST_F(AnOrphan, that_hid_after_it_was_asked_is_still_its_tasks) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.leftover_grace = long_time; });
  const auto [other_run, other_root] = start_actor();
  const Actor middle = fork(root);
  const Actor hidden = fork(middle);
  for (const Actor* actor : {&root, &middle, &hidden}) actor->ask("ignore 15");
  hidden.ask("setsid");
  ask_to_end(*run);
  hidden.tell("forget_environment");
  const Actor the_same = next_actor();
  middle.tell("exit 0");
  end_root(*run, root);
  kill(*run);
  run_to_end(*run);
  EXPECT_FALSE(lives(the_same));
  EXPECT_EQ(other_run->ends, 0);
}

class Kept : public AnOrphan {
 protected:
  std::pair<Watched*, Actor> start_keeping() {
    return start_actor([this](ChildSpec& child) {
      child.keeps_leftovers = true;
      child.leftover_grace = long_time;
      child.on_left_behind = [this](const std::vector<std::string>& processes, bool kept) {
        told_.emplace_back(processes, kept);
      };
      child.on_kept_end = [this] { ++ends_; };
    });
  }
  std::vector<std::pair<std::vector<std::string>, bool>> told_;
  int ends_ = 0;
};

TEST_F(Kept, leftovers_outlive_their_child_and_are_asked_when_all_is_over) {
  const auto [run, root] = start_keeping();
  const Actor server = daemon(root);
  server.ask("count 15");
  root.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_TRUE(told_[0].second);
  EXPECT_TRUE(told_[0].first[0].starts_with(std::to_string(server.pid()) + " (")) << told_[0].first[0];
  server.tell("print 100000");  // nobody reads it, and it can be written all the same
  std::atomic<bool> printed = false;
  std::thread waiter([&, &server = server] {
    server.answer();
    printed = true;
    boost::asio::post(context_, [] {});
  });
  run_until([&] { return printed.load(); });
  waiter.join();
  EXPECT_TRUE(run->out.empty());
  EXPECT_EQ(server.counted(SIGTERM), 0);
  EXPECT_TRUE(supervisor_->keeps_anything());
  supervisor_->end_kept(Urgency::graceful);
  run_until([&] { return server.counted(SIGTERM) > 0; });
  EXPECT_EQ(told_.size(), 2U);
  EXPECT_EQ(ends_, 0);
  server.tell("exit 0");
  run_until([this] { return !supervisor_->keeps_anything(); });
  EXPECT_EQ(ends_, 1);
}

TEST_F(Kept, leftovers_that_end_by_themselves_are_forgotten) {
  const auto [run, root] = start_keeping();
  const Actor server = daemon(root);
  root.tell("exit 0");
  run_to_end(*run);
  server.tell("exit 0");
  run_until([this] { return !supervisor_->keeps_anything(); });
  EXPECT_EQ(ends_, 1);
}

TEST_F(Kept, leftovers_that_end_by_a_key_are_forgotten_though_they_were_reaped_on_the_way) {
  const auto [run, root] = start_keeping();
  const Actor server = daemon(root);
  root.tell("exit 0");
  run_to_end(*run);
  server.tell("exit 0");
  while (
      supervisor_->keeps_anything()) {  // the key comes between SIGCHLD and the look that it is a reason for
    context_.restart();
    context_.run_one();
    supervisor_->heard_from_terminal(SIGINT);
  }
  EXPECT_EQ(ends_, 1);
}

TEST_F(Kept, leftovers_are_killed_on_demand) {
  const auto [run, root] = start_keeping();
  const Actor server = daemon(root);
  server.ask("ignore 15");
  root.tell("exit 0");
  run_to_end(*run);
  supervisor_->end_kept(Urgency::force);
  run_until([this] { return !supervisor_->keeps_anything(); });
  EXPECT_FALSE(lives(server));
}

TEST_F(Kept, leftovers_are_not_when_the_child_was_asked_to_end) {
  const auto [run, root] = start_keeping();
  const Actor server = daemon(root);
  server.ask("ignore 15");
  kill(*run);
  run_to_end(*run);
  EXPECT_FALSE(lives(server));
  EXPECT_FALSE(supervisor_->keeps_anything());
}

TEST_F(AnOrphan, that_is_left_behind_is_named_once_when_it_is_asked_to_end) {
  std::vector<std::string> named;
  int lingered = 0;
  const auto [run, root] = start_actor([&](ChildSpec& child) {
    child.leftover_grace = {};
    child.on_lingering = [&] { ++lingered; };
    child.on_left_behind = [&](const std::vector<std::string>& processes, bool kept) {
      EXPECT_FALSE(kept);
      named.insert(named.end(), processes.begin(), processes.end());
    };
  });
  const Actor orphan = daemon(root);
  orphan.ask("ignore 15");
  root.tell("exit 0");
  run_to_end(*run);
  EXPECT_EQ(lingered, 1);
  ASSERT_EQ(named.size(), 1U);
  EXPECT_TRUE(named[0].starts_with(std::to_string(orphan.pid()) + " (" + actor_path().substr(0, 50)))
      << named[0];
}

}  // namespace
}  // namespace dream::process
