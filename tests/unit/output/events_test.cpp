#include "output/events.hpp"

#include <gmock/gmock.h>
#include <rapidjson/document.h>

#include <map>
#include <random>
#include <sstream>

#include "unit/output/event_bytes.hpp"
#include "unit/output/run_fixture.hpp"

namespace dream::output {
namespace {

class EventsTest : public RunTest {
 protected:
  EventsTest() {
    use(make_events_renderer(console_, plan_, [this] { return now_; }));
  }

  /// All lines of stdout, each of which has to be an object of version 1.
  std::vector<rapidjson::Document> events() {
    settle();
    std::vector<rapidjson::Document> all;
    std::istringstream lines(out_);
    for (std::string line; std::getline(lines, line);) {
      rapidjson::Document& event = all.emplace_back();
      event.Parse(line.c_str(), line.size());
      EXPECT_TRUE(event.IsObject()) << line;
      EXPECT_EQ(event["v"].GetInt(), 1);
    }
    return all;
  }

  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& event : events()) all.emplace_back(event["event"].GetString());
    return all;
  }

  /// The last line of stdout.
  std::string last() {
    settle();
    return out_.substr(out_.rfind('\n', out_.size() - 2) + 1);
  }
};

TEST_F(EventsTest, tells_a_run_from_its_plan_to_its_summary) {
  start_all();
  writes(a, Stream::out, "hello\n");
  for (const StepIndex step : {a, b, c}) ends(step, 0);
  EXPECT_THAT(names(), testing::ElementsAre("planned", "started", "started", "started", "output", "ended",
                                            "ended", "ended", "summary"));
}

TEST_F(EventsTest, begins_with_the_plan) {
  EXPECT_TRUE(begin());
  EXPECT_EQ(last(), R"({"v":1,"atUs":0,"event":"planned","steps":[)"
                    R"({"step":"./a:go","project":"./a","task":"go","executor":"shell","background":true,)"
                    R"("required":false,"service":false,"needs":[]},)"
                    R"({"step":"./b:go","project":"./b","task":"go","executor":"shell","background":true,)"
                    R"("required":false,"service":false,"needs":[]},)"
                    R"({"step":"./c:go","project":"./c","task":"go","executor":"shell","background":false,)"
                    R"("required":false,"service":false,"needs":[]}]})"
                    "\n");
}

TEST_F(EventsTest, tells_how_a_step_ended) {
  start_all();
  ends(a, 3);
  EXPECT_EQ(last(),
            R"({"v":1,"atUs":5000,"event":"ended","step":"./a:go","outcome":"failed","exit":{"code":3},)"
            R"("reason":null,"error":null,"killed":false,"startedUs":2000,"endedUs":5000,"ranUs":3000})"
            "\n");
  renderer_->end(b);
  happens(engine::Exited{{b}, KilledBy{9}});
  EXPECT_EQ(last(), R"({"v":1,"atUs":6000,"event":"ended","step":"./b:go","outcome":"failed",)"
                    R"("exit":{"signal":"SIGKILL"},"reason":null,"error":null,"killed":false,)"
                    R"("startedUs":3000,"endedUs":6000,"ranUs":3000})"
                    "\n");
}

TEST_F(EventsTest, tells_of_every_attempt) {
  restart_a();
  start_all();
  attempt_ends(1, 3);
  EXPECT_EQ(last(), R"({"v":1,"atUs":5000,"event":"attempt","step":"./a:go","attempt":1,"outcome":"failed",)"
                    R"("exit":{"code":3},"reason":null,"error":null,"killed":false,"againInUs":200000})"
                    "\n");
  attempt_begins(2);
  EXPECT_EQ(last(), R"({"v":1,"atUs":10007000,"event":"restarted","step":"./a:go","attempt":2})"
                    "\n");
  renderer_->report(now_, engine::StepReady{a, std::chrono::milliseconds(7)}, engine_.outcomes());
  EXPECT_EQ(last(), R"({"v":1,"atUs":10007000,"event":"ready","step":"./a:go","attempt":2,"afterUs":7000})"
                    "\n");
  for (const StepIndex step : {b, c}) ends(step, 0);
  attempt_ends(2, 0);
  EXPECT_THAT(names(),
              testing::ElementsAre("planned", "started", "started", "started", "attempt", "restarted",
                                   "ready", "ended", "ended", "waiting", "ended", "summary"));
  const auto all = events();
  EXPECT_EQ(all.back()["steps"][0]["restarts"].GetInt(), 1);
  EXPECT_FALSE(all.back()["steps"][1].HasMember("restarts"));
}

TEST_F(EventsTest, tells_why_a_step_could_not_be_started) {
  EXPECT_TRUE(begin());
  happens(engine::Begin{});
  happens(engine::StartFailed{{a}, {ErrorCode::not_found, "no program \"x\" in PATH", {}, {}}});
  settle();
  EXPECT_THAT(out_, testing::HasSubstr(
                        R"("event":"ended","step":"./a:go","outcome":"failed","exit":null,"reason":null,)"
                        R"("error":"no program \"x\" in PATH","killed":false)"));
}

TEST_F(EventsTest, tells_why_a_run_is_stopped_and_what_became_of_every_step) {
  EXPECT_TRUE(begin());
  happens(engine::Begin{});
  happens(engine::Started{{a}});
  happens(engine::Interrupted{2});
  ends(a, 0);
  ends(b, 0);
  EXPECT_THAT(out_ + last(),
              testing::HasSubstr(R"("event":"stopping","reason":{"kind":"signal","signal":"SIGINT"}})"));
  const auto all = events();
  const auto& summary = all.back();
  EXPECT_STREQ(summary["event"].GetString(), "summary");
  EXPECT_EQ(summary["exitCode"].GetInt(), 130);
  EXPECT_EQ(summary["terminated"].GetInt(), 2);
  EXPECT_EQ(summary["skipped"].GetInt(), 1);
  ASSERT_EQ(summary["steps"].Size(), 3U);
  EXPECT_STREQ(summary["steps"][0]["outcome"].GetString(), "terminated");
  EXPECT_STREQ(summary["steps"][2]["outcome"].GetString(), "skipped");
  EXPECT_TRUE(summary["steps"][2]["startedUs"].IsNull());
}

TEST_F(EventsTest, a_character_that_comes_in_pieces_stays_whole) {
  EXPECT_TRUE(begin());
  const std::string text = "Käse, 日本, 😀 and \"quotes\"\\\x01\x7F\t\n";
  for (const char byte : text) writes(a, Stream::out, std::string_view(&byte, 1));
  const auto all = events();
  EXPECT_EQ(bytes_of(all)["./a:go stdout"], text);
  for (const auto& event : all) EXPECT_FALSE(event.HasMember("base64"));
}

TEST_F(EventsTest, gives_bytes_that_are_no_text_as_base64) {
  EXPECT_TRUE(begin());
  writes(a, Stream::err, "\xFF");
  EXPECT_THAT(last(), testing::EndsWith(R"("step":"./a:go","stream":"stderr","base64":"/w=="})"
                                        "\n"));
  writes(a, Stream::err, "half an \xC3");
  EXPECT_THAT(last(), testing::EndsWith(R"("text":"half an "})"
                                        "\n"));
  renderer_->end(a);
  EXPECT_THAT(last(), testing::EndsWith(R"("base64":"ww=="})"
                                        "\n"));
}

/// Some of everything that is hard: text, pieces of characters, escapes, and bytes without any sense.
class EventsBytes : public EventsTest, public testing::WithParamInterface<unsigned> {};
INSTANTIATE_TEST_SUITE_P(seeds, EventsBytes, testing::Range(1U, 9U));

TEST_P(EventsBytes, all_come_back) {
  EXPECT_TRUE(begin());
  std::mt19937 random(GetParam());
  const std::vector<std::string> parts{"text\n",
                                       "ä",
                                       "日",
                                       "😀",
                                       "\x80",
                                       "\xFF\xFE",
                                       "\xE2\x82",
                                       "\xF0\x9F",
                                       std::string(1, '\0'),
                                       "\"\\",
                                       std::string(70'000, 'x')};
  std::map<std::string, std::string> expected;
  for (int round = 0; round < 1000; ++round) {
    std::string bytes;
    for (std::size_t count = random() % 4; count > 0; --count) {
      const std::size_t most = random() % 50 == 0 ? parts.size() : parts.size() - 1;
      bytes += parts[random() % most];
    }
    for (std::size_t count = random() % 2 * (random() % 200); count > 0; --count) {
      bytes += static_cast<char>(random() & 0xFFU);
    }
    const StepIndex step{static_cast<std::uint32_t>(random() % 3)};
    const Stream stream = random() % 2 == 0 ? Stream::out : Stream::err;
    writes(step, stream, bytes);
    expected[to_string(plan_.steps[position(step)].id) + (stream == Stream::out ? " stdout" : " stderr")] +=
        bytes;
    settle();
  }
  for (const StepIndex step : {a, b, c}) renderer_->end(step);
  EXPECT_TRUE(bytes_of(events()) == expected);
}

TEST_F(EventsTest, time_never_goes_back) {
  start_all();
  const Instant heard = now_;
  now_ += std::chrono::milliseconds(50);
  writes(a, Stream::out, "written after the engine heard of an end\n");
  now_ = heard;
  ends(b, 0);
  std::int64_t latest = 0;
  for (const auto& event : events()) {
    EXPECT_GE(event["atUs"].GetInt64(), latest);
    latest = event["atUs"].GetInt64();
  }
  EXPECT_EQ(latest, 54'000);
}

TEST_F(EventsTest, holds_the_tasks_back_while_nobody_reads) {
  EXPECT_TRUE(begin());
  std::size_t blocks = 0;
  while (writes(a, Stream::out, std::string(65536, 'x')) && blocks < 100) {
    ++blocks;
    run_loop();
  }
  EXPECT_LT(blocks, 100U);
  EXPECT_FALSE(renderer_->ready(b, Stream::err)) << "it all goes to stdout";
  settle();
  EXPECT_TRUE(renderer_->ready(b, Stream::err));
  EXPECT_GT(room_calls_, 0);
}

TEST_F(EventsTest, dreams_own_words_stay_on_stderr) {
  renderer_->say("dream: a warning\n");
  settle();
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "dream: a warning\n");
}

}  // namespace
}  // namespace dream::output
