#include "history/times.hpp"

#include <gtest/gtest.h>

#include "unit/history/record_text.hpp"

namespace dream::history {
namespace {

using std::chrono::microseconds;

std::string ended(int at_us, const std::string& step, const std::string& outcome, int started_us) {
  return event_text(at_us, "ended", step,
                    R"("outcome":")" + outcome + R"(","startedUs":)" + std::to_string(started_us) +
                        R"(,"endedUs":)" + std::to_string(at_us));
}

Record run_of(const std::vector<std::string>& events) {
  return *Record::read(record_text(events));
}

TEST(Times, are_those_of_the_events) {
  const Record record = run_of({event_text(10, "started", "./a:go"),
                                event_text(60, "ready", "./a:go", R"("attempt":1,"afterUs":50)"),
                                event_text(60, "started", "./b:go"), ended(100, "./b:go", "succeeded", 60),
                                event_text(200, "ready", "./a:go", R"("attempt":2,"afterUs":7)"),
                                ended(300, "./a:go", "terminated", 10)});
  const auto times = times_of(record);
  EXPECT_EQ(times[0].started, microseconds(10));
  EXPECT_EQ(times[0].ready, microseconds(50)) << "that of the first attempt";
  EXPECT_FALSE(times[0].ran) << "it was ended by others";
  EXPECT_EQ(times[0].outcome, "terminated");
  EXPECT_EQ(times[1].ran, microseconds(40));
}

TEST(Times, are_in_the_summary_where_the_events_are_lost) {
  const auto times = times_of(run_of({summary_text(
      99, R"({"step":"./b:go","outcome":"failed","exit":{"code":1},"startedUs":20,"endedUs":90})")}));
  EXPECT_EQ(times[1].started, microseconds(20));
  EXPECT_EQ(times[1].ran, microseconds(70));
}

TEST(Times, of_a_step_that_has_started_again_are_those_of_its_last_attempt) {
  const auto times =
      times_of(run_of({ended(50, "./b:go", "succeeded", 20),
                       event_text(900, "ended", "./b:go",
                                  R"("outcome":"succeeded","startedUs":20,"endedUs":900,"ranUs":4)")}));
  EXPECT_EQ(times[1].started, microseconds(20));
  EXPECT_EQ(times[1].ran, microseconds(4));
}

TEST(Times, of_a_damaged_record_are_none_below_zero) {
  const auto times = times_of(run_of({summary_text(
      99, R"({"step":"./b:go","outcome":"failed","exit":{"code":1},"startedUs":90,"endedUs":20})")}));
  EXPECT_FALSE(times[1].ran);
}

TEST(Compare, has_what_changed_most_first_and_then_what_only_one_has) {
  const Record before = run_of({event_text(10, "started", "./a:go"), event_text(20, "started", "./b:go"),
                                ended(50, "./b:go", "succeeded", 20)});
  const Record after = run_of({event_text(11, "started", "./a:go"), event_text(25, "started", "./b:go"),
                               ended(35, "./b:go", "succeeded", 25)});
  const auto steps = compare(before, after);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].step, "./b:go");
  EXPECT_EQ(steps[0].change, microseconds(20)) << "faster counts like slower";
  EXPECT_EQ(steps[1].change, microseconds(1));
  std::string other = record_text({});
  for (std::size_t at = other.find("./a"); at != std::string::npos; at = other.find("./a", at))
    other.replace(at, 3, "./z");
  const auto different = compare(before, *Record::read(other));
  ASSERT_EQ(different.size(), 3U);
  EXPECT_EQ(different[0].step, "./b:go");
  EXPECT_EQ(different[1].step, "./a:go");
  EXPECT_FALSE(different[1].after);
  EXPECT_EQ(different[2].step, "./z:go");
  EXPECT_FALSE(different[2].before);
}

}  // namespace
}  // namespace dream::history
