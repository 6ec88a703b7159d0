#include "control/run_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/run_answers.hpp"
#include "control/step_names.hpp"
#include "unit/control/told_run.hpp"

namespace dream::control {
namespace {

using testing::Contains;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Until = Request::Until;

TEST_F(Told, knows_the_state_of_each_step) {
  EXPECT_EQ(run.of(at(0)).state, State::starting);
  start(0);
  EXPECT_EQ(run.of(at(0)).state, State::running);
  EXPECT_THAT(waits_for(2), ElementsAre(0, 1));
  feed(engine::Ready{{at(0), 1}});
  EXPECT_EQ(run.of(at(0)).state, State::ready);
  EXPECT_EQ(run.of(at(1)).state, State::starting);
  start(1);
  EXPECT_THAT(waits_for(2), ElementsAre(1));
  exit(1, 0);
  EXPECT_EQ(run.of(at(1)).state, State::ended);
  EXPECT_THAT(waits_for(2), IsEmpty());
  start(2);
  feed(engine::HoldAsked{at(0)});
  EXPECT_EQ(run.of(at(0)).state, State::stopping);
  exit(0, 0);
  EXPECT_EQ(run.of(at(0)).state, State::held);
  exit(2, 3);
  EXPECT_TRUE(run.stopping());
  EXPECT_EQ(run.exit_code(), 3);
}

TEST_F(Told, says_why_a_step_waits_and_what_that_waits_for) {
  start(0);
  EXPECT_THAT(why_of(2),
              ElementsAre(HasSubstr(": waits for ./a:start and ./b:build (requested)"),
                          HasSubstr("./a:start has been running"), HasSubstr("./b:build has been pending")));
}

TEST_F(Told, says_that_a_step_waits_for_the_end_of_one_in_front_that_is_ready) {
  start(0);
  feed(engine::Ready{{at(0), 1}});
  start(1);
  run.report(now, engine::StepReady{at(1), Duration()}, engine.outcomes());
  EXPECT_THAT(why_of(2),
              ElementsAre(HasSubstr("waits for ./b:build"), HasSubstr("./b:build has been ready")));
}

TEST_F(Told, says_how_a_step_has_ended_also_if_well) {
  start(0);
  feed(engine::Ready{{at(0), 1}});
  start(1);
  exit(1, 0);
  EXPECT_THAT(why_of(1), ElementsAre(ContainsRegex("has been over for [^:]*: succeeded")));
}

TEST_F(Told, says_of_a_later_attempt_why_it_came) {
  start(0);
  feed(engine::RestartAsked{at(0)});
  exit(0, 0);
  EXPECT_THAT(why_of(0), ElementsAre(ContainsRegex("in backoff for .*: restarted on request \\(requested")));
  feed(engine::TimePassed{});
  feed(engine::Started{{at(0), 2}});
  EXPECT_THAT(why_of(0), ElementsAre(HasSubstr(", attempt 2 (the one before: restarted on request)")));
  feed(engine::HoldAsked{at(0)});
  feed(engine::Exited{{at(0), 2}, ExitedWith{0}});
  feed(engine::StartAsked{at(0)});
  feed(engine::Started{{at(0), 3}});
  EXPECT_THAT(why_of(0), ElementsAre(HasSubstr(", attempt 3 (the one before: stopped on request)")));
}

TEST_F(Told, says_that_the_stop_keeps_what_was_not_started) {
  start(0);
  feed(engine::DownAsked{});
  EXPECT_THAT(why_of(1), Contains(HasSubstr(": the run is being stopped (requested)")));
  EXPECT_THAT(why_of(2), Contains(HasSubstr(": the run is being stopped (requested)")));
}

TEST_F(Told, says_that_nobody_looks_any_more_whether_a_step_is_ready) {
  plan.steps[0].ready_needed = false;
  start(0);
  feed(engine::Ready{{at(0), 1}});
  run.report(now, engine::StepRestarted{{at(0), 2}}, engine.outcomes());
  run.report(now, engine::StepNotReady{at(0), {"port 80 isn't listened on", 3}, Duration(1)},
             engine.outcomes());
  EXPECT_THAT(why_of(0), ElementsAre(HasSubstr(": wasn't ready in time, and nobody looks any more")));
}

TEST_F(Told, takes_a_restart_for_one_that_is_under_way_until_the_step_starts_again) {
  const auto asked = [&](Request::What what) {
    const auto event = event_of(run, engine, {.what = what, .steps = {}}, at(0));
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
    const auto event = event_of(run, engine, {.what = what, .steps = {}}, at(step));
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

TEST_F(Delayed, waits_for_the_step_before_while_that_is_held) {
  start(0);
  feed(engine::HoldAsked{at(0)});
  now += std::chrono::seconds(3);  // its end takes longer than the delay
  EXPECT_THAT(why_of(1), ElementsAre(HasSubstr(": waits for ./a:start"), HasSubstr("been stopping")));
  exit(0, 0);
  EXPECT_THAT(why_of(1),
              ElementsAre(HasSubstr(": waits for ./a:start"), HasSubstr("./a:start has been held")));
  feed(engine::StartAsked{at(0)});
  feed(engine::Started{{at(0), 2}});
  EXPECT_THAT(why_of(1), ElementsAre(HasSubstr(": the delay of ./a:start: 2.0 s more")));
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

/// ./a:start and ./b:build in front, one at a time, and ./c:dev, for which ./b:build isn't needed, after
/// both.
class OneSlot : public Told {
 protected:
  static Plan one_slot() {
    Plan plan = stack();
    plan.steps[0] = {.id = {"./a", "start"}};
    plan.steps[1].delay = std::chrono::milliseconds(5);
    plan.is_list = false;
    plan.keep_going = true;
    plan.barriers = {{.steps = {at(0), at(1)}, .until_start = {}, .after = {}}};
    plan.steps[2].after = BarrierIndex(0);
    return plan;
  }
  explicit OneSlot(Plan of = one_slot()) : Told(std::move(of)) {}
};

TEST_F(OneSlot, is_waited_for_when_the_delay_is_over) {
  start(0);
  EXPECT_THAT(why_of(1), ElementsAre(HasSubstr(": its delay: ")));
  now += std::chrono::milliseconds(5);
  feed(engine::TimePassed{});
  EXPECT_THAT(why_of(1), ElementsAre(HasSubstr(": a free slot")));
}

/// The same, and ./b:build needs ./a:start, which fails.
class LeftOut : public OneSlot {
 protected:
  static Plan left_out() {
    Plan plan = one_slot();
    plan.jobs = 2;
    plan.steps[1].needs = {at(0)};
    plan.steps.insert(plan.steps.begin() + 2, Step{.id = {"./d", "slow"}});
    plan.barriers[0].steps.push_back(at(2));
    return plan;
  }
  LeftOut() : OneSlot(left_out()) {}
};

TEST_F(LeftOut, is_nothing_that_others_wait_for) {
  start(0);
  start(2);
  exit(0, 1);
  EXPECT_THAT(why_of(3), ElementsAre(HasSubstr(": waits for ./d:slow"), HasSubstr("./d:slow")));
  EXPECT_THAT(why_of(1), ElementsAre(HasSubstr(": it is skipped, as it needs ./a:start, which has failed")));
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
