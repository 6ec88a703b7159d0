#include "suggest/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/runtime/stage.hpp"

/// What a watch remembers of a run, on a clock of the test's.
namespace dream::suggest {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr StepIndex service{0};
constexpr StepIndex requested{1};

class WatchTest : public testing::Test {
 protected:
  WatchTest() {
    plan_.steps.resize(2);
    plan_.steps[0].id = {"./a", "go"};
    plan_.steps[1].id = {"./c", "go"};
    engine_.emplace(plan_);
    const std::vector<StepIndex> steps{service};
    watch_.emplace(plan_, steps,
                   Watch::Parts{.supervisor = supervisor_,
                                .clock = clock_,
                                .pid_of = [](StepIndex) { return 0; },
                                .root = "/dev/null",
                                .tell = [this](const std::string& text) { told_.push_back(text); },
                                .mask = [](std::string text) { return text; }});
  }

  void happen(const engine::Action& action) { watch_->report(clock_.now(), action, engine_->outcomes()); }
  void pass(Duration time) {
    const Instant end = clock_.now() + time;
    while (clock_.pass_until(end)) ++looks_;
  }

  Plan plan_;
  boost::asio::io_context context_;
  process::Supervisor supervisor_{context_};
  FakeClock clock_;
  std::optional<engine::Engine> engine_;
  std::optional<Watch> watch_;
  std::vector<std::string> told_;
  int looks_ = 0;
};

TEST_F(WatchTest, counts_from_the_start_of_the_attempt_that_stays) {
  happen(engine::StepStarted{service});
  pass(milliseconds(300));
  watch_->hear(service, Stream::out, "ready\n");
  happen(engine::AttemptEnded{.attempt = {service, 1}});
  pass(milliseconds(500));
  happen(engine::StepRestarted{{service, 2}});
  pass(milliseconds(200));
  watch_->hear(service, Stream::err, "not yet");
  watch_->hear(service, Stream::out, "\n  \nlistening\n");
  pass(milliseconds(50));
  watch_->hear(service, Stream::err, " but now\n");
  happen(engine::Terminate{{service, 2}, Urgency::graceful});
  watch_->hear(service, Stream::out, "shutting down\n");
  const Seen seen = watch_->take().front();
  EXPECT_EQ(seen.course, Seen::Course::stopped);
  EXPECT_EQ(seen.ran, milliseconds(250));
  ASSERT_THAT(seen.lines, SizeIs(2));
  EXPECT_EQ(seen.lines[0].text, "listening");
  EXPECT_EQ(seen.lines[0].after, milliseconds(200));
  EXPECT_EQ(seen.lines[1].text, "not yet but now");
  EXPECT_EQ(seen.lines[1].after, milliseconds(250));
}

TEST_F(WatchTest, says_once_that_nothing_new_comes_while_the_requested_step_runs) {
  happen(engine::StepStarted{service});
  pass(milliseconds(5000));
  EXPECT_THAT(told_, IsEmpty());
  happen(engine::StepStarted{requested});
  pass(milliseconds(1900));
  watch_->hear(service, Stream::out, "first\n");
  pass(milliseconds(1900));
  EXPECT_THAT(told_, IsEmpty());
  pass(milliseconds(10'000));
  EXPECT_THAT(told_, ElementsAre("nothing new for 2 s: Ctrl-C ends the run and shows what `ready` to write"));
}

TEST_F(WatchTest, looks_at_nothing_before_and_after) {
  happen(engine::StepStarted{requested});
  pass(milliseconds(1000));
  EXPECT_EQ(looks_, 0);
  happen(engine::StepStarted{service});
  pass(milliseconds(1000));
  EXPECT_GT(looks_, 10);
  happen(engine::Terminate{{service, 1}, Urgency::graceful});
  looks_ = 0;
  pass(milliseconds(1000));
  EXPECT_EQ(looks_, 0);
}

TEST_F(WatchTest, remembers_a_bounded_number_of_lines) {
  happen(engine::StepStarted{service});
  std::string lines;
  for (int line = 0; line < 1000; ++line) lines += std::string(1000, 'x') + "\n";
  watch_->hear(service, Stream::out, lines);
  watch_->hear(service, Stream::out, lines);
  happen(engine::Terminate{{service, 1}, Urgency::graceful});
  const Seen seen = watch_->take().front();
  ASSERT_THAT(seen.lines, SizeIs(most_lines));
  EXPECT_THAT(seen.lines.back().text, SizeIs(longest_line));
}

}  // namespace
}  // namespace dream::suggest
