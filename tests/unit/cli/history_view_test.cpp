#include "cli/views/history_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cstdlib>
#include <ctime>

#include "cli/since.hpp"

namespace dream::cli {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

/// Local time is UTC.
class HistoryViewTest : public testing::Test {
 protected:
  HistoryViewTest() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }

  static history::Header header(const std::string& run, const std::string& sha256 = "00") {
    history::Header header;
    header.run.run = run;
    header.run.root = "/w";
    header.run.requested = {"./web:dev"};
    header.run.started_ms = 1'795'936'391'000;
    header.files = {{"/w/dream.json", sha256}};
    return header;
  }
};

TEST_F(HistoryViewTest, says_how_each_run_ended) {
  const std::vector<PastRun> runs{{{header("5f0c1a2b-11"), 3, milliseconds(1200)}, false},
                                  {{header("aaaaaaaa-22"), {}, milliseconds(5)}, true},
                                  {{header("bbbbbbbb-33"), {}, milliseconds(7)}, false}};
  EXPECT_EQ(history_text(runs, false, {}),
            "  RUN       BEGUN                TASK       TOOK   ENDED\n"
            "  5f0c1a2b  2026-11-29 07:13:11  ./web:dev  1.2 s  exit code 3\n"
            "  aaaaaaaa  2026-11-29 07:13:11  ./web:dev  5 ms   runs\n"
            "  bbbbbbbb  2026-11-29 07:13:11  ./web:dev  7 ms   killed\n");
  EXPECT_THAT(history_text(runs, true, {}), HasSubstr("exit code 3  /w\n"));
  rapidjson::Document json;
  json.Parse(history_json(runs).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_STREQ(json[0]["state"].GetString(), "ended");
  EXPECT_EQ(json[0]["exitCode"].GetInt(), 3);
  EXPECT_EQ(json[0]["durationUs"].GetInt(), 1'200'000);
  EXPECT_STREQ(json[1]["state"].GetString(), "runs");
  EXPECT_TRUE(json[1]["exitCode"].IsNull());
  EXPECT_STREQ(json[2]["state"].GetString(), "killed");
}

TEST_F(HistoryViewTest, compares_times_and_says_whether_the_files_are_the_same) {
  history::Compared slower{.step = "./db:start",
                           .before = history::StepTimes{milliseconds(1), milliseconds(120), {}, "terminated"},
                           .after = history::StepTimes{milliseconds(1), milliseconds(2100), {}, "terminated"},
                           .change = milliseconds(1980)};
  history::Compared gone{.step = "./old:start", .before = history::StepTimes{}, .after = {}, .change = {}};
  const std::string text = compare_text(header("5f0c1a2b-11"), header("aaaaaaaa-22"), {slower, gone}, {});
  EXPECT_EQ(text,
            "run 5f0c1a2b of 2026-11-29 07:13:11, ./web:dev\n"
            "→ run aaaaaaaa of 2026-11-29 07:13:11, ./web:dev\n"
            "  STEP         STARTED AFTER         READY AFTER              RAN FOR\n"
            "  ./db:start   1 ms → 1 ms           120 ms → 2.1 s (+1.9 s)  -\n"
            "  ./old:start  only in run 5f0c1a2b\n");
  EXPECT_THAT(compare_text(header("a"), header("b", "ff"), {}, {}), HasSubstr("/w/dream.json has changed"));
  rapidjson::Document json;
  json.Parse(compare_json(header("a"), header("b"), {slower, gone}).c_str());
  ASSERT_FALSE(json.HasParseError());
  const auto& after = json["steps"][0]["after"];
  EXPECT_EQ(after["startedUs"].GetInt(), 1000);
  EXPECT_EQ(after["readyAfterUs"].GetInt(), 2'100'000);
  EXPECT_TRUE(after["ranUs"].IsNull());
  EXPECT_STREQ(after["outcome"].GetString(), "terminated");
  EXPECT_TRUE(json["steps"][1]["after"].IsNull());
}

TEST_F(HistoryViewTest, takes_times_as_people_write_them) {
  constexpr std::int64_t now = 1'795'936'391'000;
  for (const char* no_day : {"2026-02-31", "2026-02-29T07:00Z", "2026-04-31 07:00"})
    EXPECT_FALSE(parse_since(no_day, now)) << no_day;
  EXPECT_TRUE(parse_since("2028-02-29", now));
  EXPECT_EQ(*parse_since("5m", now), now - 300'000);
  EXPECT_EQ(*parse_since("2026-11-29T07:13:11", 0), now);
  EXPECT_EQ(*parse_since("2026-11-29 07:13", 0), now - 11'000);
  ::setenv("TZ", "UTC-3", 1);
  ::tzset();
  EXPECT_EQ(*parse_since("2026-11-29T10:13:11", 0), now) << "local time";
  EXPECT_EQ(*parse_since("2026-11-29T07:13:11Z", 0), now);
  for (const char* bad : {"", "yesterday", "2026-13-01", "2026-11-29T07:13:11X", "5 m", "-5m"})
    EXPECT_FALSE(parse_since(bad, now)) << bad;
}

}  // namespace
}  // namespace dream::cli
