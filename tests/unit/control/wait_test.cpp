#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/control/told_run.hpp"

/// Whether a wait for steps is over, or can't be any more.
namespace dream::control {
namespace {

using testing::HasSubstr;
using Until = Request::Until;

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

TEST_F(Told, goes_on_through_the_attempts_of_what_was_not_ready_in_time) {
  plan.steps[0].restart.on = Restart::On::failure;
  start(0);
  feed(engine::NeverReady{{at(0), 1}, {ErrorCode::io, "no log", {}, {}}});
  EXPECT_FALSE(run.of(at(0)).not_ready);
  EXPECT_EQ(reached({at(0)}, Until::ready), "no");
  exit(0, 1);
  EXPECT_EQ(run.of(at(0)).state, State::backoff);
  EXPECT_EQ(reached({at(0)}, Until::ready), "no");
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

TEST_F(Optional, may_wait_for_its_next_attempt_unless_it_is_named) {
  start(0);
  start(1);
  exit(1, 0);
  start(2);
  feed(engine::RestartAsked{at(0)});
  exit(0, 0);
  EXPECT_EQ(run.of(at(0)).state, State::backoff);
  EXPECT_EQ(all_reached(), "yes") << "nothing tells when it is well";
  EXPECT_EQ(all_reached(Until::started), "no");
  EXPECT_EQ(reached({at(0)}, Until::as_it_should), "no");
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
    for (const std::size_t step : {0U, 1U}) {
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

}  // namespace
}  // namespace dream::control
