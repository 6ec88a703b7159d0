#include "output/summary.hpp"

#include <gtest/gtest.h>

#include <array>

namespace dream::output {
namespace {

using engine::Outcome;
using engine::OutcomeKind;
using std::chrono::milliseconds;

TEST(Summary, has_a_line_a_step_and_a_last_one_with_the_counts) {
  Plan plan;
  plan.steps.push_back({.id = {"./db", "start"}, .background = true, .service = true});
  plan.steps.push_back({.id = {"./services/auth", "dev"}, .required = false});
  plan.steps.push_back({.id = {"./api", "dev"}, .timeout = milliseconds(5000)});
  plan.steps.push_back({.id = {"./web", "dev"}});
  const std::array<Outcome, 4> outcomes{
      Outcome{.kind = OutcomeKind::terminated,
              .reason = engine::RequiredFailed{StepIndex{2}},
              .exit = KilledBy{9},
              .forced = true,
              .ran = milliseconds(12'100)},
      Outcome{.kind = OutcomeKind::failed, .exit = ExitedWith{3}, .ran = milliseconds(40)},
      Outcome{.kind = OutcomeKind::failed,
              .reason = engine::TimedOut{},
              .exit = KilledBy{15},
              .ran = milliseconds(5001)},
      Outcome{.kind = OutcomeKind::skipped, .reason = engine::RequiredFailed{StepIndex{2}}},
  };
  const std::vector<std::string> lines{
      ("  ./db:start           terminated     12.1 s  required step ./api:dev failed, signal 9 (SIGKILL), "
       "had to be killed"),
      "  ./services/auth:dev  failed          40 ms  exit code 3, optional",
      "  ./api:dev            failed          5.0 s  ran past its timeout of 5.0 s, signal 15 (SIGTERM)",
      "  ./web:dev            skipped             -  required step ./api:dev failed",
      "2 failed, 1 terminated, 1 skipped in 12.3 s",
  };
  EXPECT_EQ(summary(plan, outcomes, milliseconds(12'345)), lines);
}

TEST(Summary, lines_up_columns_and_not_bytes) {
  Plan plan;
  plan.steps.push_back({.id = {"./be\u0301ä中", "dev"}});
  plan.steps.push_back({.id = {"./api123", "dev"}});
  const std::array<Outcome, 2> outcomes{Outcome{.kind = OutcomeKind::succeeded},
                                        Outcome{.kind = OutcomeKind::succeeded}};
  const std::vector<std::string> lines{"  ./be\u0301ä中:dev   succeeded           -",
                                       "  ./api123:dev  succeeded           -", "2 succeeded in 3 ms"};
  EXPECT_EQ(summary(plan, outcomes, milliseconds(3)), lines);
}

TEST(Summary, says_why_a_step_never_started) {
  Plan plan;
  plan.steps.push_back({.id = {"./", "build"}});
  const std::array<Outcome, 1> outcomes{
      Outcome{.kind = OutcomeKind::failed,
              .start_error = Error{ErrorCode::not_found, "no program \"x\" in PATH", {}, "install it"}}};
  const std::vector<std::string> lines{
      "  ./:build  failed              -  no program \"x\" in PATH (install it)", "1 failed in 3 ms"};
  EXPECT_EQ(summary(plan, outcomes, milliseconds(3)), lines);
}

TEST(Summary, tells_codes_that_are_news_and_steps_that_were_never_ready) {
  Plan plan;
  plan.steps.push_back({.id = {"./a", "go"}, .success_codes = {0, 3}});
  plan.steps.push_back({.id = {"./b", "go"}, .success_codes = {3}});
  plan.steps.push_back({.id = {"./c", "go"}, .background = true, .ready_needed = true});
  plan.steps.push_back({.id = {"./d", "go"}, .background = true, .ready_needed = true});
  const std::array<Outcome, 4> outcomes{
      Outcome{.kind = OutcomeKind::succeeded, .exit = ExitedWith{3}},
      Outcome{.kind = OutcomeKind::failed, .exit = ExitedWith{0}},
      Outcome{.kind = OutcomeKind::failed, .exit = ExitedWith{0}},
      Outcome{.kind = OutcomeKind::failed, .reason = engine::NotReadyInTime{}, .exit = KilledBy{15}},
  };
  const std::vector<std::string> lines{
      "  ./a:go  succeeded           -  exit code 3",
      "  ./b:go  failed              -  exit code 0, which its successCodes don't list",
      "  ./c:go  failed              -  exit code 0, ended before it was ready",
      "  ./d:go  failed              -  not ready within 5 min 00 s, signal 15 (SIGTERM)",
      "1 succeeded, 3 failed in 3 ms",
  };
  EXPECT_EQ(summary(plan, outcomes, milliseconds(3)), lines);
}

TEST(Summary, tells_how_often_a_step_was_restarted) {
  Plan plan;
  plan.steps.push_back({.id = {"./a", "go"}});
  plan.steps.push_back({.id = {"./b", "go"}});
  plan.steps.push_back({.id = {"./c", "go"}});
  const std::array<Outcome, 3> outcomes{Outcome{.kind = OutcomeKind::failed, .exit = ExitedWith{3}},
                                        Outcome{.kind = OutcomeKind::succeeded},
                                        Outcome{.kind = OutcomeKind::succeeded}};
  const std::array<std::size_t, 3> restarts{3, 1, 0};
  const std::vector<std::string> lines{
      "  ./a:go  failed              -  exit code 3 (restarted 3 times)",
      "  ./b:go  succeeded           -  (restarted once)",
      "  ./c:go  succeeded           -",
      "2 succeeded, 1 failed in 3 ms",
  };
  EXPECT_EQ(summary(plan, outcomes, milliseconds(3), restarts), lines);
}

}  // namespace
}  // namespace dream::output
