#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "integration/survival/life_line.hpp"

/// Nothing lives on of a run some of whose steps aren't ready yet, wait for their next attempt, have had
/// several, or run at its end.
namespace dream::survival {
namespace {

/// What becomes of a run while its steps are in these states.
struct End {
  const char* name;
  void (*end)(const e2e::DreamRun& dream);
  int exit_code;
  bool at_once = true;  ///< dream ends last
};

template <int signal>
void user_sends(const e2e::DreamRun& dream) {
  dream.send(signal);
}

void host_is_killed(const e2e::DreamRun& dream) {
  ::kill(e2e::host_of(dream.pid()), SIGKILL);
}

constexpr End ends[] = {{"int", user_sends<SIGINT>, 130},
                        {"term", user_sends<SIGTERM>, 143},
                        {"hup", user_sends<SIGHUP>, 129},
                        {"the_guardian_killed", user_sends<SIGKILL>, 137, false},
                        {"the_host_killed", host_is_killed, 137, false}};

class Attempts : public testing::TestWithParam<End> {};

TEST_P(Attempts, leave_nothing) {
  const e2e::Workspace workspace(
      R"({"workspace": {"./d": {"go": [
      {"projectPath": "./a", "task": "go", "async": true, "waitFor": "started"},
      {"projectPath": "./b", "task": "go", "async": true, "waitFor": "started"},
      {"projectPath": "./c", "task": "go", "async": true, "waitFor": "ready"}]}},
    "projects": {
      "./a": {"tasks": {"go": {"command": "exit 1", "service": true,
        "restart": {"delay": 3600000, "maxDelay": 3600000}}}},
      "./b": {"tasks": {"go": {"command": "if test $DREAM_ATTEMPT = 1; then )" DREAM_SURVIVOR
      R"( $ROOT new_session < $ROOT/nothing & read go < $ROOT/ended; exit 1; fi; exec )" DREAM_SURVIVOR
      R"( $ROOT tree", "service": true, "restart": {"delay": 0}}}},
      "./c": {"tasks": {"go": {"command": "exec )" DREAM_SURVIVOR R"( $ROOT grandchild", "service": true,
        "ready": {"file": "never"}}}},
      "./d": {"tasks": {"go": {"command": "true"}}}}})");
  workspace.write("nothing", "");
  LifeLine life(workspace.root());
  const e2e::Gate first_attempt(workspace, "ended");
  e2e::DreamRun dream(workspace, {.arguments = {"go"}, .folder = "d"});
  dream.await_err("./a:go failed: exit code 1; again in ");
  life.await("up", 3 + 3);  // what b's first attempt, and c, have started
  first_attempt.open();
  dream.await_err("./b:go started again");
  life.await("up", 3 + 3 + 1000);
  dream.await_err("waiting for ./c:go to be ready");
  GetParam().end(dream);
  EXPECT_EQ(GetParam().at_once ? dream.exit_code() : dream.exit_code_once_all_ended(), GetParam().exit_code);
  life.await_end();
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, Attempts, testing::ValuesIn(ends),
                         [](const auto& end) { return std::string(end.param.name); });

class Finally : public testing::TestWithParam<End> {};

TEST_P(Finally, leaves_nothing) {
  const e2e::Workspace workspace(
      R"({"workspace": {"./d": {"go": [
      {"projectPath": "./a", "task": "go"},
      {"projectPath": "./b", "task": "go", "finally": true}]}},
    "projects": {
      "./a": {"tasks": {"go": {"command": "exec )" DREAM_SURVIVOR R"( $ROOT tree", "service": true}}},
      "./b": {"tasks": {"go": {"command": "exec )" DREAM_SURVIVOR R"( $ROOT new_session"}}},
      "./d": {"tasks": {"go": {"command": "true"}}}}})");
  LifeLine life(workspace.root());
  e2e::DreamRun dream(workspace, {.arguments = {"go"}, .folder = "d"});
  dream.await_err("./b:go started");
  life.await("up", 1000 + 3);
  GetParam().end(dream);
  EXPECT_EQ(GetParam().at_once ? dream.exit_code() : dream.exit_code_once_all_ended(), GetParam().exit_code);
  life.await_end();
}

// A first signal lets it run on, so only what is sudden ends it.
INSTANTIATE_TEST_SUITE_P(OfSuddenKinds, Finally, testing::Values(ends[3], ends[4]),
                         [](const auto& end) { return std::string(end.param.name); });

}  // namespace
}  // namespace dream::survival
