#include "control/run_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/run_answers.hpp"

namespace dream::control {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Until = Request::Until;

StepIndex at(std::size_t index) {
  return StepIndex(static_cast<std::uint32_t>(index));
}

/// ./a:start, a service with `ready` that the next one waits for; ./b:build in front; ./c:dev, requested.
Plan stack() {
  Plan plan;
  plan.steps.resize(3);
  plan.steps[0].id = {"./a", "start"};
  plan.steps[0].background = plan.steps[0].service = true;
  plan.steps[0].ready = {PortProbe{{80}}};
  plan.steps[0].releases_when_ready = plan.steps[0].ready_needed = true;
  plan.steps[1].id = {"./b", "build"};
  plan.steps[2].id = {"./c", "dev"};
  return plan;
}

/// A run as the engine tells of it.
class Told : public testing::Test {
 protected:
  explicit Told(Plan of = stack()) : plan(std::move(of)) {
    EXPECT_TRUE(run.begin(now));
    feed(engine::Begin{});
  }
  void feed(const engine::Event& event) {
    now += std::chrono::milliseconds(1);
    engine.handle(now, event);
    for (const engine::Action& action : engine.take_actions()) run.report(now, action, engine.outcomes());
  }
  void start(std::size_t step) { feed(engine::Started{{at(step), 1}}); }
  void exit(std::size_t step, int code) { feed(engine::Exited{{at(step), 1}, ExitedWith{code}}); }
  [[nodiscard]] std::string reached(std::vector<StepIndex> steps, Until until) const {
    return reached({.steps = std::move(steps), .until = until, .named = true});
  }
  [[nodiscard]] std::string all_reached(Until until = Until::as_it_should) const {
    Wait wait{.steps = {}, .until = until, .named = false};
    for (std::size_t step = 0; step < plan.steps.size(); ++step) wait.steps.push_back(at(step));
    return reached(wait);
  }
  [[nodiscard]] std::string reached(const Wait& wait) const {
    const Result<bool> is = is_reached(run, wait, engine.restarting());
    return !is ? is.error().message : *is ? "yes" : "no";
  }
  [[nodiscard]] std::vector<std::string> why_of(std::size_t step) const {
    const RunAccess access{.pid_of = {},
                           .detail_of = {},
                           .trees_of =
                               [](std::span<const pid_t> roots) {
                                 return std::vector<std::vector<process::ProcessStatus>>(roots.size());
                               },
                           .place_of = {},
                           .take_down = {},
                           .tell = {},
                           .leave = {},
                           .reload = {},
                           .changed_files = {}};
    return why(run, access, at(step), now);
  }

  Plan plan;
  engine::Engine engine{plan};
  RunState run{plan};
  Instant now{std::chrono::seconds(1)};
};

TEST_F(Told, knows_the_state_of_each_step) {
  EXPECT_EQ(run.of(at(0)).state, State::starting);
  start(0);
  EXPECT_EQ(run.of(at(0)).state, State::running);
  EXPECT_THAT(run.waits_for(at(2)), ElementsAre(at(0), at(1)));
  feed(engine::Ready{{at(0), 1}});
  EXPECT_EQ(run.of(at(0)).state, State::ready);
  EXPECT_EQ(run.of(at(1)).state, State::starting);
  start(1);
  EXPECT_THAT(run.waits_for(at(2)), ElementsAre(at(1)));
  exit(1, 0);
  EXPECT_EQ(run.of(at(1)).state, State::ended);
  EXPECT_THAT(run.waits_for(at(2)), IsEmpty());
  start(2);
  feed(engine::HoldAsked{at(0)});
  EXPECT_EQ(run.of(at(0)).state, State::stopping);
  exit(0, 0);
  EXPECT_EQ(run.of(at(0)).state, State::held);
  exit(2, 3);
  EXPECT_TRUE(run.stopping());
  EXPECT_EQ(run.exit_code(), 3);
}

TEST_F(Told, says_when_a_wait_is_over_or_can_not_be) {
  EXPECT_EQ(reached({at(0)}, Until::started), "no");
  start(0);
  EXPECT_EQ(reached({at(0)}, Until::started), "yes");
  EXPECT_EQ(reached({at(0)}, Until::ready), "no");
  EXPECT_EQ(all_reached(), "no");
  feed(engine::Ready{{at(0), 1}});
  start(1);
  EXPECT_EQ(reached({at(0)}, Until::ready), "yes");
  exit(1, 0);
  start(2);
  EXPECT_EQ(all_reached(), "yes");
  EXPECT_EQ(reached({at(2)}, Until::ended), "no");
  exit(2, 7);
  EXPECT_THAT(reached({at(2)}, Until::ended), HasSubstr("./c:dev has ended: exit code 7"));
  EXPECT_THAT(reached({at(0)}, Until::ended), HasSubstr("the run is being stopped"));
}

TEST_F(Told, takes_no_step_for_up_that_is_stopped_or_between_attempts) {
  start(0);
  feed(engine::Ready{{at(0), 1}});
  start(1);
  feed(engine::RestartAsked{at(0)});
  EXPECT_EQ(reached({at(0)}, Until::started), "no");
  exit(0, 0);
  EXPECT_EQ(run.of(at(0)).state, State::backoff);
  EXPECT_EQ(reached({at(0)}, Until::started), "no");
  feed(engine::TimePassed{});
  EXPECT_EQ(reached({at(0)}, Until::started), "no");
  feed(engine::Started{{at(0), 2}});
  EXPECT_EQ(reached({at(0)}, Until::started), "yes");
  feed(engine::HoldAsked{at(0)});
  EXPECT_EQ(reached({at(0)}, Until::started), "no");
  feed(engine::Exited{{at(0), 2}, ExitedWith{0}});
  for (const Until until : {Until::as_it_should, Until::started, Until::ready, Until::ended})
    EXPECT_EQ(reached({at(0)}, until), "./a:start is held");
  feed(engine::DownAsked{});
  EXPECT_EQ(run.of(at(1)).state, State::stopping);
  EXPECT_THAT(reached({at(1)}, Until::started), HasSubstr("the run is being stopped"));
}

/// ./b:build needs ./a:start.
class Needing : public Told {
 protected:
  static Plan needing() {
    Plan plan = stack();
    plan.steps[1].needs = {at(0)};
    return plan;
  }
  Needing() : Told(needing()) {}
};

TEST_F(Needing, is_not_up_though_it_still_runs_while_the_run_stops) {
  start(0);
  feed(engine::Ready{{at(0), 1}});
  start(1);
  feed(engine::DownAsked{});
  EXPECT_EQ(run.of(at(0)).state, State::ready);
  EXPECT_THAT(reached({at(0)}, Until::ready), HasSubstr("the run is being stopped"));
}

/// ./a:start is optional, without `ready`.
class Optional : public Told {
 protected:
  static Plan optional() {
    Plan plan = stack();
    plan.steps[0].ready.clear();
    plan.steps[0].releases_when_ready = plan.steps[0].ready_needed = plan.steps[0].required = false;
    return plan;
  }
  Optional() : Told(optional()) {}
};

TEST_F(Optional, may_be_held_unless_it_is_named) {
  start(0);
  start(1);
  exit(1, 0);
  start(2);
  feed(engine::HoldAsked{at(0)});
  EXPECT_EQ(all_reached(), "no");
  exit(0, 0);
  EXPECT_EQ(all_reached(), "yes");
  EXPECT_EQ(reached({at(0)}, Until::as_it_should), "./a:start is held");
  EXPECT_EQ(reached({at(0)}, Until::started), "./a:start is held");
}

TEST_F(Optional, may_fail_unless_it_is_named) {
  start(0);
  start(1);
  exit(1, 0);
  start(2);
  exit(0, 5);
  EXPECT_EQ(all_reached(), "yes");
  EXPECT_EQ(reached({at(0)}, Until::as_it_should), "./a:start has ended: exit code 5, optional");
}

TEST_F(Optional, is_never_ready_without_ready_and_counts_from_its_start_among_all) {
  EXPECT_EQ(all_reached(Until::ready), "no");
  EXPECT_THAT(reached({at(0)}, Until::ready), HasSubstr("./a:start has no \"ready\""));
  start(0);
  start(1);
  EXPECT_THAT(reached({at(0)}, Until::ready), HasSubstr("./a:start has no \"ready\""));
  EXPECT_EQ(reached({at(1)}, Until::ready), "no") << "others wait for its end";
  EXPECT_EQ(all_reached(Until::ready), "no");
  exit(1, 0);
  EXPECT_EQ(reached({at(1)}, Until::ready), "yes");
  start(2);
  EXPECT_EQ(all_reached(Until::ready), "yes");
  EXPECT_THAT(reached({at(2)}, Until::ready), HasSubstr("./c:dev has no \"ready\""));
}

/// ./b:build is a service with `ready`, too; each step needs the one before it.
class Chain : public Told {
 protected:
  static Plan chain() {
    Plan plan = stack();
    plan.steps[1].background = plan.steps[1].service = true;
    plan.steps[1].ready = {PortProbe{{81}}};
    plan.steps[1].releases_when_ready = plan.steps[1].ready_needed = true;
    plan.steps[1].needs = {at(0)};
    plan.steps[2].needs = {at(1)};
    return plan;
  }
  explicit Chain(Plan of = chain()) : Told(std::move(of)) {
    for (const std::size_t step : {0, 1}) {
      start(step);
      feed(engine::Ready{{at(step), 1}});
    }
    start(2);
  }
  /// Whether a wait for ./b:build is over at no moment of this.
  void expect_never_reached(const engine::Event& event) {
    now += std::chrono::milliseconds(1);
    engine.handle(now, event);
    for (const engine::Action& action : engine.take_actions()) {
      run.report(now, action, engine.outcomes());
      EXPECT_EQ(reached({at(1)}, Until::ready), "no");
      EXPECT_EQ(all_reached(), "no");
    }
  }
  void expect_wait_for_both_restarts() {
    EXPECT_EQ(run.of(at(1)).state, State::ready);
    EXPECT_EQ(reached({at(1)}, Until::ready), "no");
    EXPECT_EQ(reached({at(1)}, Until::started), "no");
    expect_never_reached(engine::Exited{{at(0), 1}, ExitedWith{0}});
    expect_never_reached(engine::TimePassed{});
    expect_never_reached(engine::Started{{at(0), 2}});
    expect_never_reached(engine::Ready{{at(0), 2}});
    EXPECT_EQ(run.of(at(1)).state, State::stopping);
    EXPECT_EQ(reached({at(0)}, Until::ready), "yes");
    expect_never_reached(engine::Exited{{at(1), 1}, ExitedWith{0}});
    expect_never_reached(engine::TimePassed{});
    expect_never_reached(engine::Started{{at(1), 2}});
    feed(engine::Ready{{at(1), 2}});
    EXPECT_EQ(reached({at(1)}, Until::ready), "yes");
  }
};

TEST_F(Chain, is_not_up_before_all_that_is_to_be_restarted_has_been) {
  EXPECT_EQ(all_reached(), "yes");
  feed(engine::RestartAsked{at(0), true});
  expect_wait_for_both_restarts();
  EXPECT_EQ(all_reached(), "no") << "./c:dev needs ./b:build";
  feed(engine::Exited{{at(2), 1}, ExitedWith{0}});
  feed(engine::TimePassed{});
  feed(engine::Started{{at(2), 2}});
  EXPECT_EQ(all_reached(), "yes");
}

TEST_F(Chain, is_up_while_what_it_is_to_be_restarted_with_is_held) {
  feed(engine::RestartAsked{at(0), true});
  feed(engine::Exited{{at(0), 1}, ExitedWith{0}});
  feed(engine::HoldAsked{at(0)});
  EXPECT_EQ(run.of(at(0)).state, State::held);
  EXPECT_EQ(reached({at(1)}, Until::ready), "yes");
  feed(engine::StartAsked{at(0)});
  EXPECT_EQ(reached({at(1)}, Until::ready), "no");
}

/// ./b:build is restarted with ./a:start.
class RestartedWith : public Chain {
 protected:
  static Plan bound() {
    Plan plan = chain();
    plan.steps[1].restart_with = {at(0)};
    return plan;
  }
  RestartedWith() : Chain(bound()) {}
};

TEST_F(RestartedWith, is_not_up_before_it_has_been_restarted) {
  feed(engine::RestartAsked{at(0)});
  expect_wait_for_both_restarts();
  EXPECT_EQ(all_reached(), "yes");
}

/// ./a:start runs at the end.
class AtTheEnd : public Told {
 protected:
  static Plan cleaned() {
    Plan plan = stack();
    plan.steps[0].ready.clear();
    plan.steps[0].background = plan.steps[0].service = false;
    plan.steps[0].releases_when_ready = plan.steps[0].ready_needed = false;
    plan.steps[0].finally = true;
    return plan;
  }
  AtTheEnd() : Told(cleaned()) {}
};

TEST_F(AtTheEnd, is_waited_for_if_it_is_named) {
  start(1);
  exit(1, 0);
  start(2);
  EXPECT_EQ(all_reached(), "yes");
  EXPECT_EQ(all_reached(Until::ready), "yes");
  EXPECT_EQ(reached({at(0)}, Until::as_it_should), "no");
}

TEST_F(AtTheEnd, is_waited_for_while_the_run_stops) {
  start(1);
  feed(engine::DownAsked{});
  EXPECT_EQ(reached({at(0)}, Until::ended), "no");
  exit(1, 0);
  start(0);
  EXPECT_EQ(reached({at(0)}, Until::started), "yes");
  EXPECT_EQ(reached({at(0)}, Until::ended), "no");
  exit(0, 0);
  EXPECT_EQ(reached({at(0)}, Until::ended), "yes");
}

TEST_F(Told, says_why_a_step_waits_and_what_that_waits_for) {
  start(0);
  EXPECT_THAT(why_of(2), ElementsAre(HasSubstr(": waits for ./a:start and ./b:build (requested)"),
                                     HasSubstr("./a:start is running"), HasSubstr("./b:build is pending")));
}

TEST_F(Told, says_that_a_step_waits_for_the_end_of_one_in_front_that_is_ready) {
  start(0);
  feed(engine::Ready{{at(0), 1}});
  start(1);
  run.report(now, engine::StepReady{at(1), Duration()}, engine.outcomes());
  EXPECT_THAT(why_of(2), ElementsAre(HasSubstr("waits for ./b:build"), HasSubstr("./b:build is ready")));
}

TEST_F(Told, says_how_a_step_has_ended_also_if_well) {
  start(0);
  feed(engine::Ready{{at(0), 1}});
  start(1);
  exit(1, 0);
  EXPECT_THAT(why_of(1), ElementsAre(ContainsRegex("has been over for [^:]*: succeeded")));
}

TEST_F(Told, takes_a_restart_for_one_that_is_under_way_until_the_step_starts_again) {
  const auto asked = [&](Request::What what) {
    const auto event = event_of(run, {.what = what, .steps = {}}, at(0));
    return event ? std::string("yes") : event.error().message;
  };
  start(0);
  feed(engine::RestartAsked{at(0)});
  EXPECT_TRUE(run.of(at(0)).comes_back);
  EXPECT_EQ(asked(Request::What::restart), "yes");
  EXPECT_EQ(asked(Request::What::start), "./a:start is stopping");
  exit(0, 0);
  EXPECT_FALSE(run.of(at(0)).comes_back) << "it is between two attempts";
  feed(engine::TimePassed{});
  feed(engine::Started{{at(0), 2}});
  feed(engine::HoldAsked{at(0)});
  EXPECT_EQ(asked(Request::What::restart), "./a:start is stopping") << "to be held";
}

TEST_F(Told, says_that_a_wait_can_not_be_over_once_nobody_looks_any_more) {
  start(0);
  feed(engine::NeverReady{{at(0), 1}, {ErrorCode::io, "no log", {}, {}}});
  EXPECT_NE(reached({at(0)}, Until::ready), "no");
}

TEST_F(Told, may_start_what_has_ended_until_the_run_is_at_its_end) {
  const auto asked = [&](Request::What what, std::size_t step) {
    const auto event = event_of(run, {.what = what, .steps = {}}, at(step));
    return event ? std::string("yes") : event.error().message;
  };
  start(0);
  feed(engine::Ready{{at(0), 1}});
  start(1);
  exit(1, 0);
  EXPECT_EQ(asked(Request::What::stop, 1), "./b:build has ended");
  EXPECT_EQ(asked(Request::What::start, 1), "yes");
  start(2);
  exit(2, 0);
  EXPECT_EQ(asked(Request::What::start, 1), "./b:build has ended");
}

/// ./a:start in the background and ./b:build in front, both with a delay; ./c:dev.
class Delayed : public Told {
 protected:
  static Plan delayed() {
    Plan plan = stack();
    plan.steps[0].ready.clear();
    plan.steps[0].releases_when_ready = plan.steps[0].ready_needed = false;
    plan.steps[0].delay = std::chrono::seconds(2);
    plan.steps[1].delay = std::chrono::milliseconds(500);
    return plan;
  }
  Delayed() : Told(delayed()) {}
};

TEST_F(Delayed, waits_by_the_delay_of_the_step_before_and_then_by_its_own) {
  start(0);
  EXPECT_THAT(why_of(1),
              ElementsAre(HasSubstr(": the delay of ./a:start: 2.0 s more, then its own of 500 ms")));
  now += std::chrono::seconds(2);
  EXPECT_THAT(why_of(1), ElementsAre(HasSubstr(": its delay: 500 ms more")));
}

/// ./a:start and ./c:dev in the background, and ./b:build after both.
class WithEnd : public Told {
 protected:
  static Plan with_end() {
    Plan plan = stack();
    plan.steps[1].finally = true;
    plan.steps[2].background = true;
    plan.steps[0].releases_when_ready = plan.steps[0].ready_needed = false;
    return plan;
  }
  WithEnd() : Told(with_end()) {}
};

TEST_F(WithEnd, waits_for_no_slot_but_for_the_end_of_the_run) {
  start(0);
  start(2);
  EXPECT_THAT(why_of(1), ElementsAre(HasSubstr(": waits for the end of the run")));
}

TEST(StepsNamed, are_ids_or_the_only_ones_of_a_project_or_task) {
  const Plan plan = stack();
  const auto named = [&](std::vector<std::string> names) {
    const auto steps = steps_named(plan, names);
    return steps ? std::to_string(steps->size()) + "/" + std::to_string(position(steps->front()))
                 : to_string(steps.error());
  };
  EXPECT_EQ(named({}), "3/0");
  EXPECT_EQ(named({"./b:build"}), "1/1");
  EXPECT_EQ(named({"./c"}), "1/2");
  EXPECT_EQ(named({"start", "b"}), "2/0");
  EXPECT_EQ(named({"./b", "./a", "build", "./b:build"}), "2/1") << "each is meant once";
  EXPECT_THAT(named({"./b:biuld"}), HasSubstr("did you mean \"./b:build\"?"));
  EXPECT_THAT(named({"somewhere"}), HasSubstr("(ctl ps shows its steps)"));
  EXPECT_THAT(named({"."}), HasSubstr("a project counts from the root of the workspace"));
}

TEST(StepsNamed, may_be_the_labels_of_lines) {
  Plan plan = stack();
  plan.steps[0].id = {"./services/auth", "dev"};
  plan.steps[1].id = {"./services/api", "dev"};
  plan.steps[2].id = {"./services/api", "test"};
  const auto named = [&](const std::string& name) {
    const auto steps = steps_named(plan, std::vector{name});
    return steps && steps->size() == 1 ? std::to_string(position(steps->front())) : "no";
  };
  EXPECT_EQ(named("auth"), "0");
  EXPECT_EQ(named("api:dev"), "1");
  EXPECT_EQ(named("test"), "2");
  EXPECT_EQ(named("api"), "no") << "two have it";
  EXPECT_EQ(named("services/auth:dev"), "0") << "an id without its ./";
}

}  // namespace
}  // namespace dream::control
