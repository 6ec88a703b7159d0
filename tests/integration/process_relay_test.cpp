#include <csignal>

#include "process_fixture.hpp"

namespace dream::process {
namespace {

/// The root of the child is a relay; what start_below() starts is none.
class Relays : public ProcessTest {
 protected:
  std::pair<Watched*, Actor> start_relay() {
    auto started = start_actor([](ChildSpec& child) { child.relays = {"process_actor"}; });
    started.second.ask("count 15");
    return started;
  }
  /// Starts itself anew under another name, which forgets what it counts.
  Actor start_below(const Actor& parent) const {
    fork(parent).tell("forget_environment");
    Actor actor = next_actor();
    actor.ask("count 15");
    return actor;
  }
  void run_until_asked(const Actor& actor) {
    run_until([&] { return actor.counted(SIGTERM) > 0; });
  }
};

TEST_F(Relays, are_passed_over_while_something_is_below_them) {
  const auto [run, relay] = start_relay();
  const Actor first = start_below(relay);
  const Actor second = start_below(relay);
  const Actor grandchild = start_below(first);
  ask_to_end(*run);
  for (const Actor* actor : {&first, &second, &grandchild}) EXPECT_EQ(actor->counted(SIGTERM), 1);
  second.tell("exit 0");
  second.await_end();
  for (int look = 0; look < 20; ++look) context_.run_one();
  EXPECT_EQ(relay.counted(SIGTERM), 0);
  first.tell("exit 0");
  grandchild.tell("exit 0");
  relay.tell("exit 3");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{3}));
}

TEST_F(Relays, are_asked_once_nothing_is_below_them_any_more) {
  const auto [run, relay] = start_relay();
  const Actor below = start_below(relay);
  ask_to_end(*run);
  below.tell("exit 0");
  run_until_asked(relay);
  for (int look = 0; look < 3; ++look) ask_to_end(*run);
  EXPECT_EQ(relay.counted(SIGTERM), 1);
  relay.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
}

TEST_F(Relays, with_nothing_below_them_are_asked_at_once) {
  const auto [run, relay] = start_relay();
  ask_to_end(*run);
  EXPECT_EQ(relay.counted(SIGTERM), 1);
  relay.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
}

TEST_F(Relays, do_not_hide_what_they_start_afterwards) {
  const auto [run, relay] = start_relay();
  const Actor first = start_below(relay);
  ask_to_end(*run);
  EXPECT_EQ(first.counted(SIGTERM), 1);
  const Actor next = fork(relay);
  run_until_asked(next);
  first.tell("exit 0");
  next.tell("exit 0");
  run_until_asked(relay);
  EXPECT_EQ(relay.counted(SIGTERM), 1);
  relay.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
}

TEST_F(Relays, that_end_before_what_they_started_change_nothing_for_it) {
  const auto [run, relay] = start_relay();
  const Actor below = start_below(relay);
  ask_to_end(*run);
  relay.tell("exit 1");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  for (int look = 0; look < 20; ++look) context_.run_one();
  EXPECT_EQ(below.counted(SIGTERM), 1);
  below.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{1}));
}

TEST_F(Relays, are_killed_like_all_others) {
  const auto [run, relay] = start_relay();
  const Actor below = start_below(relay);
  ask_to_end(*run);
  kill(*run);
  EXPECT_EQ(run_to_end(*run), ExitStatus(KilledBy{SIGKILL}));
  EXPECT_TRUE(nothing_below());
}

}  // namespace
}  // namespace dream::process
