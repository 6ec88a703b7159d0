#include "probe/health_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

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
  void make_well() { folder_.write("up", std::to_string(++changes_)); }
  void make_ill() { std::filesystem::remove(folder_.path() / "up"); }

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
