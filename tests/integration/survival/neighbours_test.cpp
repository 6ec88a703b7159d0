// More than one dream: side by side, and one that a task of another one runs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "e2e/terminal.hpp"
#include "integration/survival/life_line.hpp"

namespace dream::survival {
namespace {

using e2e::DreamRun;
using e2e::Gate;
using e2e::Terminal;
using e2e::Workspace;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string survivor = "exec " DREAM_SURVIVOR " $ROOT ";
constexpr const char* patient = R"("stop": {"graceMs": 3600000})";

/// A task that cleans up when it is asked to end, and one with a daemon.
Workspace two_tasks() {
  return Workspace(
      {{"a", survivor + "daemon", e2e::async, patient}, {"c", survivor + "tidies", "", patient}});
}

TEST(TwoRuns, side_by_side_do_not_disturb_each_other) {
  const Workspace one = two_tasks();
  const Workspace other = two_tasks();
  LifeLine life_of_one(one.root());
  LifeLine life_of_other(other.root());
  const Gate tidied(one, "tidied");
  const Gate other_tidied(other, "tidied");
  const Gate exit(one, "exit");
  const Gate other_exit(other, "exit");
  const e2e::Launch go{.arguments = {"go"}, .folder = "c"};
  Terminal first(one, go);
  Terminal second(other, go);
  for (LifeLine* life : {&life_of_one, &life_of_other}) {
    life->await("tidy", 1);
    life->await("up", 2);
  }
  first.type("\x03");
  life_of_one.await("tidying", 1);
  tidied.open();
  EXPECT_EQ(first.exit_code_alone(), 130);
  life_of_one.await_end();
  EXPECT_THAT(life_of_other.who("INT"), IsEmpty());
  second.type("\x03");
  life_of_other.await("tidying", 1);
  other_tidied.open();
  EXPECT_EQ(second.exit_code_alone(), 130);
  life_of_other.await_end();
  EXPECT_EQ(life_of_other.who("INT").size(), 3U);
  EXPECT_EQ(life_of_one.who("INT").size(), 3U);
}

/// One dream whose task runs another one: of the outer run a task that cleans up, of the inner run another
/// one that does, and a daemon.
class NestedRun : public ::testing::Test {
 protected:
  NestedRun() {
    outer_life_.await("inner", 1);
    outer_life_.await("tidy", 1);
    inner_life_.await("tidy", 1);
    inner_life_.await("up", 2);
  }

  static std::string run_inner(const Workspace& inner) {
    const std::string root = inner.root().string();
    return "cd " + root +
           "/c; (echo inner $(exec sh -c 'echo $PPID') > $ROOT/life; "
           "ROOT=" +
           root + " exec " DREAM_BINARY " go); echo inner run: $?";
  }

  /// Lets both clean up once they have been asked to.
  void let_tidy_up() {
    inner_life_.await("tidying", 1);
    inner_tidied_.open();
    outer_life_.await("tidying", 1);
    outer_tidied_.open();
  }

  void expect_asked_once(const char* by) {
    EXPECT_EQ(inner_life_.who(by).size(), 3U);
    std::map<pid_t, int> times;
    for (const pid_t pid : inner_life_.who(by)) EXPECT_EQ(++times[pid], 1) << pid;
  }

  Workspace inner_ = two_tasks();
  Workspace outer_{{{"a", survivor + "tidies", e2e::async, patient}, {"c", run_inner(inner_), "", patient}}};
  LifeLine inner_life_{inner_.root()};
  LifeLine outer_life_{outer_.root()};
  Gate inner_tidied_{inner_, "tidied"};
  Gate outer_tidied_{outer_, "tidied"};
  Gate inner_exit_{inner_, "exit"};
  DreamRun dream_{outer_};
};

TEST_F(NestedRun, gives_its_tasks_their_grace_when_the_outer_one_is_stopped) {
  dream_.send(SIGTERM);
  dream_.await_err("c | dream: stopping: stopped by SIGTERM\n");  // what it sends has been sent
  let_tidy_up();
  EXPECT_EQ(dream_.exit_code(), 143);
  inner_life_.await_end();
  outer_life_.await_end();
  EXPECT_EQ(inner_life_.who("tidied").size(), 1U);
  EXPECT_THAT(dream_.out(), HasSubstr("tidied up\n"));
  expect_asked_once("TERM");
}

TEST_F(NestedRun, that_is_stopped_leaves_the_outer_one_alone) {
  ::kill(outer_life_.who("inner").front(), SIGINT);
  inner_life_.await("tidying", 1);
  inner_tidied_.open();
  dream_.await_out("inner run: 130");
  inner_life_.await_end();
  expect_asked_once("INT");
  EXPECT_THAT(outer_life_.who("TERM"), IsEmpty());
  outer_tidied_.open();
  dream_.send(SIGTERM);
  EXPECT_EQ(dream_.exit_code(), 143);
}

TEST_F(NestedRun, ends_with_the_outer_one_when_that_is_killed) {
  dream_.send(SIGKILL);
  EXPECT_EQ(dream_.exit_code_once_all_ended(), 137);
  inner_life_.await_end();
  outer_life_.await_end();
}

TEST_F(NestedRun, ends_when_it_is_killed_itself) {
  ::kill(outer_life_.who("inner").front(), SIGKILL);
  dream_.await_out("inner run: 137");
  inner_life_.await_end();
  outer_tidied_.open();
  dream_.send(SIGTERM);
  EXPECT_EQ(dream_.exit_code(), 143);
}

}  // namespace
}  // namespace dream::survival
