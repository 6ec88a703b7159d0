#include <utility>

#include "engine/exit_code.hpp"
#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

TEST(ExitCode, is_the_first_required_failures_own) {
  for (const int code : {1, 2, 70, 124, 255}) {
    ManualRun run({foreground()});
    run.begin();
    EXPECT_EQ(run.exited(0, code), "ended a; stopping: a failed; finish " + std::to_string(code));
  }
}

TEST(ExitCode, is_128_and_the_signal_that_the_first_required_failure_died_of) {
  for (const int signal : {1, 9, 11, 15}) {
    ManualRun run({foreground()});
    run.begin();
    EXPECT_EQ(run.killed(0, signal), "ended a; stopping: a failed; finish " + std::to_string(128 + signal));
  }
}

/// Never 2: that says that nothing was run.
TEST(ExitCode, of_a_start_that_failed_depends_on_what_was_wrong) {
  const std::pair<ErrorCode, int> table[] = {
      {ErrorCode::not_found, 127}, {ErrorCode::not_executable, 126},
      {ErrorCode::usage, 70},      {ErrorCode::configuration, 70},
      {ErrorCode::plan, 70},       {ErrorCode::plugin, 70},
      {ErrorCode::io, 125},        {ErrorCode::unsupported, 70},
      {ErrorCode::internal, 70},
  };
  for (const auto& [error, code] : table) {
    ManualRun run({foreground()}, ManualRun::Starts::when_told);
    run.begin();
    EXPECT_EQ(run.start_failed(0, error), "ended a; stopping: a failed; finish " + std::to_string(code));
  }
}

TEST(ExitCode, of_a_lost_process_is_an_internal_error) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_EQ(run.lost(0), "ended a; stopping: a failed; finish 70");
}

TEST(ExitCode, of_a_code_that_the_system_would_cut_is_still_a_failure) {
  for (const int code : {256, 512, -1}) {
    ManualRun run({foreground()});
    run.begin();
    EXPECT_EQ(run.exited(0, code), "ended a; stopping: a failed; finish 1");
  }
}

TEST(ExitCode, is_0_when_only_optional_steps_failed) {
  ManualRun run({optional(background()), optional(foreground()), foreground()});
  run.begin();
  run.exited(1, 1);
  run.killed(0, 9);
  EXPECT_EQ(run.exited(2), "ended c; finish 0");
}

TEST(ExitCode, is_that_of_the_first_cause_whichever_it_was) {
  ManualRun failed_first({background(), foreground()});
  failed_first.begin();
  failed_first.exited(1, 5);
  failed_first.output_lost();
  failed_first.interrupted(2);
  EXPECT_EQ(failed_first.exited(0), "ended a; finish 5");

  ManualRun interrupted_first({background(), foreground()});
  interrupted_first.begin();
  interrupted_first.interrupted(2);
  interrupted_first.exited(1, 5);
  EXPECT_EQ(interrupted_first.exited(0), "ended a; finish 130");
}

TEST(Outcome, knows_when_the_step_ran) {
  ManualRun run({foreground(), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.advance_to(10);
  run.started(0);
  run.advance_to(25);
  run.exited(0, 2);
  const Outcome& ran = run.engine().outcomes()[0];
  EXPECT_EQ(ran.started, Instant(nanoseconds(10)));
  EXPECT_EQ(ran.ended, Instant(nanoseconds(25)));
  const Outcome& skipped = run.engine().outcomes()[1];
  EXPECT_EQ(skipped.started, std::nullopt);
  EXPECT_EQ(skipped.ended, std::nullopt);
}

TEST(Outcome, of_a_start_that_failed_has_the_error_and_no_start) {
  ManualRun run({optional(foreground())}, ManualRun::Starts::when_told);
  run.begin();
  run.advance_to(10);
  run.start_failed(0);
  const Outcome& outcome = run.engine().outcomes()[0];
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  ASSERT_TRUE(outcome.start_error);
  EXPECT_EQ(outcome.start_error->message, "no such command");
  EXPECT_EQ(outcome.started, std::nullopt);
  EXPECT_EQ(outcome.ended, Instant(nanoseconds(10)));
  EXPECT_EQ(outcome.exit, std::nullopt);
}

}  // namespace
}  // namespace dream::engine
