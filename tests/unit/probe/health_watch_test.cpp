#include "probe/health_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "support/fake_clock.hpp"
#include "support/temporary_folder.hpp"

namespace dream::probe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Watches a file that the test changes, on a clock of its own.
class Watch : public testing::Test {
 protected:
  Watch()
      : supervisor_(context_),
        watch_({.probe = FileProbe{"up"}, .every = Duration(10), .failures = 2},
               {.context = context_,
                .clock = clock_,
                .supervisor = supervisor_,
                .pid = [] { return 0; },
                .directory = folder_.path(),
                .environment = {}},
               {.now = [this] { return now_; },
                .call_at =
                    [this](Instant moment, std::function<void()> call) {
                      next_ = moment;
                      call_ = std::move(call);
                    }},
               {.unhealthy = [this](const std::string& why) { told_.push_back(why); },
                .healthy = [this] { told_.emplace_back("healthy"); }}) {}

  void pass_time() {
    now_ = next_;
    call_();
  }
  void make_well() { folder_.write("up/" + std::to_string(++changes_), ""); }
  void make_ill() { std::filesystem::remove_all(folder_.path() / "up"); }

  TemporaryFolder folder_;
  boost::asio::io_context context_;
  SteadyClock clock_{context_};
  process::Supervisor supervisor_;
  Instant now_{};
  Instant next_{};
  std::function<void()> call_;
  std::vector<std::string> told_;
  int changes_ = 0;
  HealthWatch watch_;
};

TEST_F(Watch, looks_first_after_a_while_and_then_each_time_as_long_after) {
  EXPECT_EQ(next_, now_ + Duration(10));
  pass_time();
  EXPECT_EQ(next_, now_ + Duration(10));
}

TEST_F(Watch, tells_of_so_many_failures_in_a_row_once) {
  pass_time();
  EXPECT_THAT(told_, IsEmpty());
  pass_time();
  pass_time();
  EXPECT_THAT(told_, ElementsAre("there is no file \"up\""));
}

/// A command that the test answers for.
class WatchInside : public testing::Test {
 protected:
  WatchInside()
      : supervisor_(context_),
        watch_({.probe = ExecProbe{"check"}, .every = Duration(10), .failures = 1},
               {.context = context_,
                .clock = clock_,
                .supervisor = supervisor_,
                .pid = [] { return 0; },
                .directory = "/",
                .environment = {},
                .inside = [this](const std::vector<std::string>&, Duration,
                                 std::function<void(CommandEnd)> end) -> Result<void> {
                  end_ = std::move(end);
                  return {};
                }},
               {.now = [] { return Instant(); },
                .call_at = [this](Instant, std::function<void()> call) { look_ = std::move(call); }},
               {.unhealthy = [this](const std::string&) { told_.emplace_back("unhealthy"); },
                .healthy = [this] { told_.emplace_back("healthy"); }}) {}

  boost::asio::io_context context_;
  SteadyClock clock_{context_};
  process::Supervisor supervisor_;
  std::function<void(CommandEnd)> end_;
  std::function<void()> look_;
  std::vector<std::string> told_;
  HealthWatch watch_;
};

TEST_F(WatchInside, does_not_count_what_fails_because_dream_was_stopped_meanwhile) {
  look_();
  watch_.was_stopped();
  std::exchange(end_, nullptr)({ExitedWith{1}, ""});
  EXPECT_THAT(told_, IsEmpty());
  watch_.was_stopped();  // between two tries
  look_();
  std::exchange(end_, nullptr)({ExitedWith{1}, ""});
  EXPECT_THAT(told_, ElementsAre("unhealthy"));
}

/// An executor whose answers are the test's.
class WatchExecutor : public testing::Test {
 protected:
  WatchExecutor() {
    watch_.emplace(Health{.probe = HealthcheckProbe{}, .every = Duration(10), .failures = 2},
                   Subject{.context = context_,
                           .clock = clock_,
                           .supervisor = supervisor_,
                           .pid = [] { return 0; },
                           .directory = "/",
                           .environment = {},
                           .health = [this](Duration limit, auto tell) -> Result<void> {
                             EXPECT_EQ(limit, longest_try);
                             ++asked_;
                             if (fails_) return Error{ErrorCode::io, "nobody can tell", {}, {}};
                             tell_ = std::move(tell);
                             if (at_once_) tell_(*at_once_);
                             return {};
                           }},
                   Prober::Time{.now = [this] { return clock_.now(); },
                                .call_at = [this](Instant, auto call) { look_ = std::move(call); }},
                   HealthWatch::Tell{.unhealthy = [this](const std::string& why) { told_.push_back(why); },
                                     .healthy = [this] { told_.emplace_back("healthy"); }});
  }
  void look_and_hear(const std::string& why) {
    look_();
    tell_(why);
  }

  FakeClock clock_;
  boost::asio::io_context context_;
  process::Supervisor supervisor_{context_};
  int asked_ = 0;
  bool fails_ = false;
  std::optional<std::string> at_once_;
  std::function<void(std::string)> tell_;
  std::function<void()> look_;
  std::vector<std::string> told_;
  std::optional<HealthWatch> watch_;
};

TEST_F(WatchExecutor, tells_what_it_says_in_so_many_tries_in_a_row_and_that_it_is_well_again) {
  look_and_hear("");
  look_and_hear("exit code 1");
  look_and_hear("");
  look_and_hear("exit code 2");
  EXPECT_THAT(told_, IsEmpty());
  at_once_ = "exit code 3";
  look_();
  look_();
  at_once_ = "";
  look_();
  EXPECT_THAT(told_, ElementsAre("exit code 3", "healthy"));
}

TEST_F(WatchExecutor, takes_one_that_can_not_tell_for_a_failure) {
  fails_ = true;
  look_();
  look_();
  EXPECT_THAT(told_, ElementsAre("nobody can tell"));
}

TEST_F(WatchExecutor, waits_5_s_for_an_answer_and_takes_none_for_a_later_try) {
  const auto next_try = [&] { return std::exchange(look_, nullptr); };
  next_try()();
  const auto late = tell_;
  EXPECT_FALSE(clock_.pass_until(clock_.now() + longest_try - Duration(1)));
  EXPECT_FALSE(look_);
  EXPECT_TRUE(clock_.pass_until(clock_.now() + Duration(1)));
  ASSERT_TRUE(look_) << "that was a failure";
  next_try()();
  late("");
  EXPECT_FALSE(look_) << "the second try goes on";
  EXPECT_TRUE(clock_.pass_until(clock_.now() + longest_try));
  EXPECT_THAT(told_, ElementsAre("no answer within 5 s"));
}

TEST_F(WatchExecutor, that_is_answered_has_no_limit_any_more) {
  look_and_hear("");
  EXPECT_FALSE(clock_.pass_until(clock_.now() + longest_try));
}

TEST_F(WatchExecutor, hears_nothing_when_nobody_needs_to_know_any_more) {
  look_();
  watch_.reset();
  tell_("too late");
  EXPECT_FALSE(clock_.pass_until(clock_.now() + longest_try));
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(Watch, begins_to_count_anew_after_a_success) {
  pass_time();
  make_well();
  pass_time();
  make_ill();
  pass_time();
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(Watch, tells_that_it_is_well_again_once) {
  pass_time();
  pass_time();
  make_well();
  pass_time();
  pass_time();
  EXPECT_THAT(told_, ElementsAre("there is no file \"up\"", "healthy"));
}

}  // namespace
}  // namespace dream::probe
