#include "history/last_times.hpp"

#include <gtest/gtest.h>

#include "base/locked_file.hpp"
#include "base/write_all.hpp"
#include "support/temporary_folder.hpp"
#include "unit/history/record_text.hpp"

namespace dream::history {
namespace {

using std::chrono::microseconds;

class LastTimesTest : public testing::Test {
 protected:
  LastTimesTest() {
    plan.steps.resize(3);
    plan.steps[0].id = {"./b", "go"};
    plan.steps[1].id = {"./new", "go"};
    plan.steps[2].id = {"./a", "go"};
  }

  /// A record of ./a:go and ./b:go, which began at that time.
  void record(int at, const std::vector<std::string>& events, const std::string& root = "/w") {
    std::string text = record_text(events, std::to_string(at));
    text.replace(text.find(R"("root":"/w")"), 11, R"("root":")" + root + "\"");
    const Descriptor file = create_locked(archive.folder(), name_of("/w", at, std::to_string(at)));
    ASSERT_EQ(write_all(file.get(), text), 0);
  }
  [[nodiscard]] std::vector<LastTimes> times() const { return last_times(archive, "/w", plan); }

  static std::string ended(const std::string& step, const std::string& outcome, int took_us) {
    return event_text(
        100 + took_us, "ended", step,
        R"("outcome":")" + outcome + R"(","startedUs":100,"endedUs":)" + std::to_string(100 + took_us));
  }
  static std::string ready(int after_us) {
    return event_text(900, "ready", "./a:go", R"("attempt":1,"afterUs":)" + std::to_string(after_us));
  }

  TemporaryFolder folder;
  Archive archive = *Archive::make([this] {
    plugin::Place place;
    place.state = folder.path() / "state/dream";
    return place;
  }());
  Plan plan;
};

TEST_F(LastTimesTest, are_none_without_records) {
  ASSERT_EQ(times().size(), 3U);
  EXPECT_FALSE(times()[0].ran);
}

TEST_F(LastTimesTest, are_those_of_the_newest_run_that_tells_them) {
  record(1, {ready(70), ended("./b:go", "succeeded", 11)});
  record(2, {ready(50), ended("./b:go", "succeeded", 22)});
  record(3, {ended("./b:go", "failed", 33)});
  EXPECT_EQ(times()[0].ran, microseconds(22)) << "how long it took to fail says nothing";
  EXPECT_EQ(times()[2].ready, microseconds(50));
  EXPECT_FALSE(times()[1].ran) << "no run had it";
}

TEST_F(LastTimesTest, are_of_this_workspace) {
  record(1, {ended("./b:go", "succeeded", 11)}, "/else");
  EXPECT_FALSE(times()[0].ran);
}

TEST_F(LastTimesTest, are_looked_for_in_older_runs_that_asked_for_something_else) {
  record(1, {ready(70)});
  for (int at = 2; at <= 19; ++at) record(at, {});
  EXPECT_EQ(times()[2].ready, microseconds(70));
}

TEST_F(LastTimesTest, are_not_looked_for_in_any_amount_of_records) {
  record(1, {ready(70)});
  record(2, {});
  EXPECT_FALSE(last_times(archive, "/w", plan, 1)[2].ready);
}

TEST_F(LastTimesTest, are_not_looked_for_when_all_are_known) {
  record(1, {ended("./b:go", "succeeded", 11)});
  record(2, {ready(50)});
  plan.steps.erase(plan.steps.begin() + 1);
  plan.steps[0].background = plan.steps[1].background = true;
  plan.steps[1].ready = {PortProbe{{1}}};
  EXPECT_EQ(times()[1].ready, microseconds(50));
  EXPECT_FALSE(times()[0].ran) << "nobody needs to know, and so the first record was not read";
}

}  // namespace
}  // namespace dream::history
