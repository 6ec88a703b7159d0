#include "output/narrator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "output/log.hpp"

namespace dream::output {
namespace {

/// A narrator of some background steps, all stopped by one signal, on a clock that the test sets.
class NarratorTest : public testing::Test {
 protected:
  static Plan plan_of(std::initializer_list<int> graces_in_s) {
    Plan plan;
    for (const int grace : graces_in_s) {
      const auto name = static_cast<char>('a' + plan.steps.size());
      plan.steps.push_back({.id = {std::string("./") + name, "go"},
                            .background = true,
                            .stop_grace = std::chrono::seconds(grace)});
    }
    return plan;
  }

  /// What is said `after` all have been asked to end, and then nothing but time has passed.
  std::string stop_and_wait(const Plan& plan, Duration after, int pids_from = 101,
                            const engine::Event& stop = engine::Interrupted{2}) {
    std::string said;
    const auto log = make_log(LogLevel::info, false, [&](std::string_view line) { said.append(line); });
    Narrator narrator(plan, *log, [&](StepIndex step) {
      return pids_from == 0 ? std::string()
                            : "pid " + std::to_string(pids_from + static_cast<int>(position(step)));
    });
    engine::Engine engine(plan);
    Instant now{std::chrono::seconds(1)};
    EXPECT_TRUE(narrator.begin(now));
    const auto feed = [&](const engine::Event& event) {
      engine.handle(now, event);
      for (const engine::Action& action : engine.take_actions())
        narrator.report(now, action, engine.outcomes());
    };
    feed(engine::Begin{});
    for (std::size_t at = 0; at < plan.steps.size(); ++at) feed(engine::Started{{StepIndex(at)}});
    feed(stop);
    now += after;
    said.clear();
    feed(engine::TimePassed{});
    return said;
  }
};

TEST_F(NarratorTest, names_whom_it_waits_for_and_when_they_are_killed) {
  EXPECT_EQ(stop_and_wait(plan_of({5}), std::chrono::milliseconds(1800)),
            "dream: waiting for ./a:go (pid 101): 3.2 s until SIGKILL; Ctrl-C again to kill now\n");
}

TEST_F(NarratorTest, names_several_steps_in_one_line) {
  EXPECT_EQ(
      stop_and_wait(plan_of({5, 5, 9}), std::chrono::seconds(2)),
      "dream: waiting for ./a:go (pid 101) and ./b:go (pid 102): 3.0 s until SIGKILL, ./c:go (pid 103): "
      "7.0 s until SIGKILL; Ctrl-C again to kill now\n");
}

TEST_F(NarratorTest, says_how_often_a_key_has_to_be_pressed) {
  const auto told = [&](const engine::Event& stop) {
    const std::string said = stop_and_wait(plan_of({5, 5}), std::chrono::seconds(2), 0, stop);
    return said.substr(said.find("SIGKILL") + 7);
  };
  EXPECT_EQ(told(engine::Interrupted{2}), "; Ctrl-C again to kill now\n");
  EXPECT_EQ(told(engine::DownAsked{}), "; Ctrl-C twice to kill now\n");
  EXPECT_EQ(told(engine::Exited{{StepIndex{0}}, ExitedWith{3}}), "; Ctrl-C twice to kill now\n");
  EXPECT_EQ(told(engine::RestartAsked{StepIndex{0}}), "\n") << "the first one would end the other, too";
}

TEST_F(NarratorTest, counts_those_that_a_line_has_no_room_for) {
  EXPECT_EQ(stop_and_wait(plan_of({5, 5, 5, 5, 5, 5, 5, 5, 5, 5}), std::chrono::seconds(1), 0),
            "dream: waiting for ./a:go, ./b:go, ./c:go, ./d:go, ./e:go, ./f:go, ./g:go, ./h:go and 2 more: "
            "4.0 s until SIGKILL; Ctrl-C again to kill now\n");
}

TEST_F(NarratorTest, counts_the_background_that_a_line_has_no_room_for) {
  const Plan plan = plan_of({5, 5, 5, 5, 5, 5, 5, 5, 5, 5});
  std::string said;
  const auto log = make_log(LogLevel::info, false, [&](std::string_view line) { said.append(line); });
  Narrator narrator(plan, *log, [](StepIndex) { return std::string(); });
  const engine::Engine engine(plan);
  engine::WaitingForBackground waiting;
  for (std::size_t at = 0; at < 8; ++at) waiting.steps.push_back(StepIndex(at));
  narrator.report(Instant{}, waiting, engine.outcomes());
  waiting.steps.push_back(StepIndex(8));
  waiting.steps.push_back(StepIndex(9));
  narrator.report(Instant{}, waiting, engine.outcomes());
  EXPECT_EQ(said,
            "dream: waiting for ./a:go, ./b:go, ./c:go, ./d:go, ./e:go, ./f:go, ./g:go and ./h:go\n"
            "dream: waiting for ./a:go, ./b:go, ./c:go, ./d:go, ./e:go, ./f:go, ./g:go, ./h:go and 2 more\n");
}

TEST_F(NarratorTest, does_not_say_that_it_waits_for_the_only_step) {
  const Plan plan = plan_of({5});
  std::string said;
  const auto log = make_log(LogLevel::info, false, [&](std::string_view line) { said.append(line); });
  Narrator narrator(plan, *log, [](StepIndex) { return std::string(); });
  narrator.report(Instant{}, engine::WaitingForBackground{{StepIndex(0)}}, engine::Engine(plan).outcomes());
  EXPECT_EQ(said, "");
}

TEST_F(NarratorTest, says_nothing_of_a_stop_that_is_quick) {
  EXPECT_EQ(stop_and_wait(plan_of({5}), std::chrono::milliseconds(499)), "");
}

TEST_F(NarratorTest, says_of_one_step_that_fails_only_that) {
  for (const int steps : {1, 2}) {
    const Plan plan = plan_of(steps == 1 ? std::initializer_list<int>{5} : std::initializer_list<int>{5, 5});
    std::string said;
    const auto log = make_log(LogLevel::info, false, [&](std::string_view line) { said.append(line); });
    Narrator narrator(plan, *log, [](StepIndex) { return std::string(); });
    engine::Engine engine(plan);
    const Instant now{std::chrono::seconds(1)};
    engine.handle(now, engine::Begin{});
    engine.handle(now, engine::Exited{{StepIndex{0}}, ExitedWith{3}});
    for (const engine::Action& action : engine.take_actions()) {
      if (std::holds_alternative<engine::Stopping>(action)) narrator.report(now, action, engine.outcomes());
    }
    EXPECT_EQ(said, steps == 1 ? "" : "dream: stopping: required step ./a:go failed\n");
  }
}

TEST_F(NarratorTest, sums_one_step_up_only_when_its_end_took_force) {
  for (const bool forced : {false, true}) {
    Plan plan = plan_of({5});
    if (forced) plan.steps[0].timeout = std::chrono::seconds(1);
    std::string said;
    const auto log = make_log(LogLevel::info, false, [&](std::string_view line) { said.append(line); });
    Narrator narrator(plan, *log, [](StepIndex) { return std::string(); });
    engine::Engine engine(plan);
    const Instant now{std::chrono::seconds(1)};
    const auto happens = [&](Instant when, const engine::Event& event) {
      engine.handle(when, event);
      for (const engine::Action& action : engine.take_actions())
        narrator.report(when, action, engine.outcomes());
    };
    happens(now, engine::Begin{});
    happens(now, engine::Started{{StepIndex{0}}});
    if (forced) {
      happens(now + std::chrono::seconds(1), engine::TimePassed{});
      happens(now + std::chrono::hours(1), engine::TimePassed{});
    }
    happens(now + std::chrono::hours(1), engine::Exited{{StepIndex{0}}, ExitedWith{forced ? 3 : 0}});
    EXPECT_EQ(said.find("dream: 1 ") != std::string::npos, forced) << said;
  }
}

/// What is said of a step in the background that others wait for, as its run goes on.
class ReadinessTest : public testing::Test {
 protected:
  static Plan make_plan() {
    Plan plan;
    plan.steps.push_back({.id = {"./db", "start"}, .background = true});
    plan.steps.push_back({.id = {"./api", "dev"}});
    plan.steps[0].ready = {PortProbe{{5432}}};
    plan.steps[0].releases_when_ready = plan.steps[0].ready_needed = true;
    return plan;
  }
  std::string report(const engine::Action& action, const engine::Engine& engine, Instant now) {
    std::string said;
    const auto log = make_log(LogLevel::info, false, [&](std::string_view line) { said.append(line); });
    Narrator narrator(plan, *log, [](StepIndex) { return std::string(); });
    narrator.report(now, action, engine.outcomes());
    return said;
  }

  Plan plan = make_plan();
  Instant began{std::chrono::seconds(1)};
};

TEST_F(ReadinessTest, is_told_with_what_is_missing_and_then_with_its_time) {
  plan.steps[0].delay = std::chrono::seconds(8);
  engine::Engine engine(plan);
  engine.handle(began, engine::Begin{});
  engine.handle(began, engine::Started{{StepIndex(0)}});
  EXPECT_EQ(
      report(engine::StillProbing{StepIndex(0),
                                  began + std::chrono::minutes(5),
                                  {"port 5432 isn't listened on", 12},
                                  std::chrono::milliseconds(4200)},
             engine, began + std::chrono::milliseconds(4200)),
      "dream: waiting for ./db:start to be ready: port 5432 isn't listened on (12 tries, 4.2 s; gives up in "
      "4 min 55 s)\n");
  EXPECT_EQ(
      report(engine::StillProbing{StepIndex(0),
                                  began + std::chrono::minutes(5),
                                  {"db:5432 hasn't answered yet", 1},
                                  std::chrono::milliseconds(500)},
             engine, began + std::chrono::milliseconds(500)),
      "dream: waiting for ./db:start to be ready: db:5432 hasn't answered yet (1 try, 500 ms; gives up in "
      "4 min 59 s)\n");
  EXPECT_EQ(
      report(
          engine::StepNotReady{StepIndex(0), {"port 5432 isn't listened on", 12}, std::chrono::seconds(300)},
          engine, began + std::chrono::seconds(300)),
      "dream: ./db:start isn't ready after 5 min 00 s: port 5432 isn't listened on\n");
  engine.handle(began + std::chrono::milliseconds(310), engine::Ready{{StepIndex(0)}});
  EXPECT_EQ(report(engine::StepReady{StepIndex(0), std::chrono::milliseconds(310)}, engine, began),
            "dream: ./db:start is ready after 310 ms; its delay holds the next step back for 7.6 s more\n");
}

TEST_F(ReadinessTest, says_that_the_next_step_waits_for_the_end_of_one_in_front) {
  plan.steps[0].background = plan.steps[0].releases_when_ready = false;
  engine::Engine engine(plan);
  EXPECT_EQ(
      report(engine::StepReady{StepIndex(0), std::chrono::milliseconds(310)}, engine, began),
      "dream: ./db:start is ready after 310 ms; the next step waits for its end (a server that stays? "
      "\"service\": true starts the next step now; one that it leaves running? \"leftovers\": \"keep\")\n");
  plan.is_list = false;  // others may run beside it
  EXPECT_EQ(report(engine::StepReady{StepIndex(0), std::chrono::milliseconds(310)}, engine, began),
            "dream: ./db:start is ready after 310 ms\n");
}

/// What is said of the attempts of ./api:dev, which is restarted.
class RestartsTest : public ReadinessTest {
 protected:
  static constexpr StepIndex api{1};

  RestartsTest() {
    plan.steps[1].restart.on = Restart::On::failure;
    plan.steps[1].required = true;
  }

  /// The first attempt of ./api:dev has ended so; what is said of that, and of those `actions`.
  std::string tell(ExitStatus status, const std::vector<engine::Action>& actions) {
    // Without restarts for the engine: the outcome is that of the attempt.
    Plan once = plan;
    for (Step& step : once.steps) step.restart = {};
    for (Step& step : once.steps) step.ready.clear();
    for (Step& step : once.steps) step.delay = {};
    once.steps[0].releases_when_ready = once.steps[0].ready_needed = false;
    engine::Engine engine(once);
    engine.handle(began, engine::Begin{});
    for (const StepIndex step : {StepIndex(0), api}) {
      if (position(step) < once.steps.size()) engine.handle(began, engine::Started{{step}});
    }
    engine.handle(began,
                  engine::Exited{{StepIndex(static_cast<std::uint32_t>(once.steps.size() - 1))}, status});
    std::string said;
    const auto log = make_log(LogLevel::info, false, [&](std::string_view line) { said.append(line); });
    Narrator narrator(plan, *log, [](StepIndex) { return std::string(); });
    EXPECT_TRUE(narrator.begin(began));
    for (const engine::Action& action : actions) narrator.report(began, action, engine.outcomes());
    return said;
  }
};

TEST_F(RestartsTest, say_once_that_a_delay_still_holds_back_what_comes_next) {
  plan.steps[0].delay = std::chrono::seconds(8);
  const engine::Action ready = engine::StepReady{StepIndex(0), std::chrono::milliseconds(500)};
  EXPECT_THAT(
      tell(ExitedWith{0}, {ready, ready}),
      testing::MatchesRegex("dream: ./db:start is ready after 500 ms; its delay holds the next step back "
                            "for 7.5 s more\ndream: ./db:start is ready after 500 ms\n"));
}

TEST_F(RestartsTest, are_told_with_what_went_wrong_and_when_and_how_often) {
  EXPECT_EQ(tell(ExitedWith{1}, {engine::AttemptEnded{{api, 2}, std::chrono::milliseconds(400), 2}}),
            "dream: ./api:dev failed: exit code 1; again in 400 ms (2 of 5)\n");
  plan.steps[1].restart.max = 0;
  EXPECT_EQ(tell(KilledBy{11}, {engine::AttemptEnded{{api, 9}, std::chrono::milliseconds(1500), 3}}),
            "dream: ./api:dev failed: signal 11 (SIGSEGV); again in 1.5 s (restart 3)\n");
  EXPECT_EQ(tell(ExitedWith{1}, {engine::AttemptEnded{{api, 1}, Duration(0), 1}}),
            "dream: ./api:dev failed: exit code 1; again at once (restart 1)\n");
}

TEST_F(RestartsTest, of_a_success_are_no_warning) {
  EXPECT_EQ(tell(ExitedWith{0}, {engine::AttemptEnded{{api, 1}, std::chrono::milliseconds(200), 1}}),
            "dream: ./api:dev ended: exit code 0; again in 200 ms (1 of 5)\n");
}

TEST_F(RestartsTest, tell_which_attempt_runs_and_how_many_there_were) {
  EXPECT_EQ(tell(ExitedWith{1}, {engine::StepRestarted{{api, 2}}, engine::Start{{api, 4}},
                                 engine::StepRestarted{{api, 4}}, engine::StepEnded{api}, engine::Finish{1}}),
            "dream: ./api:dev started again (attempt 2)\n"
            "dream: ./api:dev started again (attempt 4)\n"
            "dream: ./api:dev failed: exit code 1 (restarted 3 times)\n"
            "dream:   ./db:start  terminated          -  required step ./api:dev failed\n"
            "dream:   ./api:dev   failed           0 ms  exit code 1 (restarted 3 times)\n"
            "dream: 1 failed, 1 terminated in 0 ms\n");
}

TEST_F(RestartsTest, of_a_step_that_is_alone_are_told_once) {
  plan.steps.erase(plan.steps.begin());
  plan.steps[0].restart.on = Restart::On::failure;
  const StepIndex only{0};
  EXPECT_EQ(tell(ExitedWith{1}, {engine::AttemptEnded{{only, 1}, std::chrono::milliseconds(200), 1},
                                 engine::StepRestarted{{only, 2}}}),
            "dream: ./api:dev failed: exit code 1; again in 200 ms (1 of 5)\n");
}

}  // namespace
}  // namespace dream::output
