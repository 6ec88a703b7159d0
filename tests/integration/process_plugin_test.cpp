#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

#include "process_fixture.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not declared by every libc

namespace dream::process {
namespace {

/// What a plugin starts by itself, on the loop's thread unless told otherwise.
class PluginsOwn : public ProcessTest {
 protected:
  Actor start_own() {
    std::string path = actor_path();
    std::string stage = stage_path();
    std::array<char*, 3> arguments{path.data(), stage.data(), nullptr};
    EXPECT_EQ(::posix_spawn(&pid_, path.c_str(), nullptr, nullptr, arguments.data(), ::environ), 0);
    Actor actor = next_actor();
    actor.ask("setsid");
    return actor;
  }
  [[nodiscard]] int await_status() const {
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    return status;
  }

  pid_t pid_ = 0;
};

TEST_F(PluginsOwn, processes_are_not_asked_to_end_with_a_step_and_delay_none) {
  const Actor own = start_own();
  own.ask("count 15");
  run_to_end(start({"true"}));
  EXPECT_EQ(own.counted(SIGTERM), 0);
  own.tell("exit 4");
  EXPECT_EQ(WEXITSTATUS(await_status()), 4);
}

TEST_F(PluginsOwn, processes_that_ended_are_theirs_to_reap) {
  const Actor own = start_own();
  own.tell("exit 3");
  own.await_end();
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT), 0);
  run_to_end(start({"true"}));
  EXPECT_EQ(WEXITSTATUS(await_status()), 3);
}

TEST_F(PluginsOwn, processes_are_known_by_their_mark_when_the_thread_that_started_them_is_gone) {
  std::optional<Actor> own;
  std::thread([&] { own.emplace(start_own()); }).join();
  const std::vector<pid_t> orphans = own_orphans().pids;
  EXPECT_EQ(std::count(orphans.begin(), orphans.end(), pid_), 1);
  own->ask("count 15");
  run_to_end(start({"true"}));
  EXPECT_EQ(own->counted(SIGTERM), 0);
  own->tell("exit 5");
  EXPECT_EQ(WEXITSTATUS(await_status()), 5);
}

TEST_F(PluginsOwn, mark_is_not_the_tasks) {
  const auto [run, actor] = start_actor();
  const std::string mine = std::to_string(::getpid()) + ".";
  const std::string mark = actor.ask("variable DREAM_CHILD");
  EXPECT_TRUE(mark.starts_with(mine)) << mark;
  EXPECT_NE(mark, mine + "0");
}

using Orphaned = ProcessTest;

TEST_F(Orphaned, processes_are_all_that_the_end_of_a_child_looks_at) {
  const auto [run, actor] = start_actor();
  EXPECT_TRUE(own_orphans().pids.empty());
  const Actor child = fork(actor);
  child.ask("ignore 15");
  actor.tell("exit 0");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  EXPECT_EQ(own_orphans().pids, std::vector<pid_t>{child.pid()});
}

TEST_F(Orphaned, processes_without_a_mark_are_ended_where_they_have_this_session_too) {
  const auto [run, actor] = start_actor([](ChildSpec& child) { child.streams.foreground = true; });
  fork(actor).tell("forget_environment");
  const Actor hidden = next_actor();
  hidden.ask("ignore 15");
  actor.tell("exit 0");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  kill(*run);
  run_to_end(*run);
  EXPECT_FALSE(process_status(hidden.pid()).has_value());
}

TEST_F(ProcessTest, a_supervisor_lets_go_of_what_has_not_ended_and_says_so) {
  std::string said;
  supervisor_.reset();
  supervisor_.emplace(context_, [&](const std::string& words) { said += words + "\n"; });
  const auto [run, actor] = start_actor();
  const auto [killed, other] = start_actor();
  const pid_t pid = actor.pid();
  actor.ask("print 10");
  kill(*killed);  // as a probe that nobody needs any more
  supervisor_->let_go();
  EXPECT_EQ(supervisor_->size(), 0U);
  EXPECT_EQ(said, actor_path() + " (process " + std::to_string(pid) +
                      ") has not ended, and is left to the guardian, which kills what it may\n");
  context_.restart();
  context_.poll();
  EXPECT_EQ(run->calls, 0);
  EXPECT_EQ(actor.ask("variable NOTHING_SUCH"), "(none)");
  for (const pid_t one : {pid, other.pid()}) {
    ::kill(one, SIGKILL);
    ::waitpid(one, nullptr, 0);
  }
  context_.poll();
  EXPECT_EQ(run->ends, 0);
}

}  // namespace
}  // namespace dream::process
