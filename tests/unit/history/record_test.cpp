#include "history/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <variant>

#include "unit/history/record_text.hpp"

namespace dream::history {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The names of its events.
std::vector<std::string> names_in(const Record& record, std::size_t* damaged = nullptr) {
  std::vector<std::string> names;
  const std::size_t not_understood = record.for_each([&](const Event& event) {
    names.push_back(event.name);
    return true;
  });
  if (damaged != nullptr) *damaged = not_understood;
  return names;
}

TEST(Record, tells_of_which_run_it_is) {
  const auto record = Record::read(record_text({}));
  ASSERT_TRUE(record);
  const Header& header = record->header();
  EXPECT_EQ(header.run.run, "5f0c");
  EXPECT_EQ(header.run.root, "/w");
  EXPECT_EQ(header.run.started_ms, 1000);
  EXPECT_THAT(header.command_line, ElementsAre("dream", "go"));
  ASSERT_EQ(header.files.size(), 1U);
  EXPECT_EQ(header.files[0].sha256, "00ff");
  EXPECT_EQ(header_in(to_line(header))->files[0].path, "/w/dream.json");
  ASSERT_EQ(record->plan().steps.size(), 2U);
  EXPECT_EQ(to_string(record->plan().steps[0].id), "./a:go");
  EXPECT_TRUE(record->plan().steps[0].background);
  EXPECT_TRUE(record->plan().steps[1].requested);
}

TEST(Record, of_another_version_says_so) {
  std::string text = record_text({});
  text.replace(text.find(R"("v":1)"), 5, R"("v":2)");
  const auto record = Record::read(text);
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error().message, HasSubstr("another version of dream, \"0.1.0\""));
  EXPECT_EQ(overview_of(text).error().code, ErrorCode::unsupported);
}

TEST(Record, without_what_must_be_in_it_is_none) {
  const std::string good = record_text({});
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("{}\n"), std::string("what\n"),
        std::string(100'000, '['), good.substr(0, good.find('\n') / 2), good.substr(0, good.find('\n') + 1),
        good.substr(0, good.size() - 3),
        good.substr(0, good.find('\n') + 1) + event_text(1, "started", "./a:go") + "\n"})
    EXPECT_FALSE(Record::read(bad)) << bad.substr(0, 80);
  std::string twice = good;
  twice.replace(twice.find(R"("project":"./b")"), 15, R"("project":"./a")");
  EXPECT_FALSE(Record::read(twice)) << "two steps of one name";
}

TEST(Record, passes_over_what_it_does_not_understand) {
  std::size_t damaged = 0;
  const auto record = Record::read(record_text(
      {event_text(1, "started", "./a:go"), "{\"v\":1,", R"({"v":2,"event":"started"})",
       event_text(2, "new", "./z:go"), std::string(5 << 20, '['), "", event_text(3, "ended", "./a:go")}));
  EXPECT_THAT(names_in(*record, &damaged), ElementsAre("planned", "started", "new", "ended"));
  EXPECT_EQ(damaged, 4U);
}

TEST(Record, that_is_cut_anywhere_has_what_stands_before) {
  const std::string whole =
      record_text({event_text(1, "started", "./a:go"), event_text(2, "output", "./a:go", R"("text":"x")"),
                   summary_text(3)});
  std::size_t readable = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::size_t damaged = 0;
    const auto record = Record::read(whole.substr(0, size));
    if (!record) continue;
    ++readable;
    EXPECT_THAT(names_in(*record, &damaged).front(), "planned");
    EXPECT_EQ(damaged, 0U) << size;
    EXPECT_FALSE(overview_of(whole.substr(0, size))->exit_code);
  }
  EXPECT_GT(readable, 100U);
}

TEST(Record, with_any_byte_changed_harms_nobody) {
  const std::string whole = record_text(
      {event_text(1, "started", "./a:go"), event_text(9, "attempt", "./a:go", R"("attempt":1,"againInUs":5)"),
       event_text(9, "ended", "./a:go",
                  R"("outcome":"failed","exit":{"signal":"SIGKILL"},"startedUs":1,"endedUs":9)"),
       summary_text(9)});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\0', '\n', '"', '9', '{', '\xFF'}) {
      std::string text = whole;
      text[at] = byte;
      static_cast<void>(overview_of(text));
      const auto record = Record::read(text);
      if (record)
        record->for_each([&](const Event& event) {
          static_cast<void>(record->outcome_in(event.members));
          return true;
        });
    }
  }
}

TEST(Record, understands_outcomes) {
  const auto record = Record::read(record_text({}));
  const auto outcome_in = [&](const std::string& text) {
    return record->outcome_in(control::parse_line(text));
  };
  const engine::Outcome failed = outcome_in(
      R"({"outcome":"failed","exit":{"code":3},"reason":null,"startedUs":5,"endedUs":25,"killed":true})");
  EXPECT_EQ(failed.kind, engine::OutcomeKind::failed);
  EXPECT_EQ(*failed.exit, ExitStatus(ExitedWith{3}));
  EXPECT_EQ(*failed.ended - *failed.started, std::chrono::microseconds(20));
  EXPECT_TRUE(failed.forced);
  EXPECT_EQ(*outcome_in(R"({"exit":{"signal":"SIGKILL"}})").exit, ExitStatus(KilledBy{9}));
  EXPECT_EQ(*outcome_in(R"({"exit":{"signal":"signal 99"}})").exit, ExitStatus(KilledBy{99}));
  EXPECT_EQ(outcome_in(R"({"error":"no such file"})").start_error->message, "no such file");
  const engine::Outcome skipped =
      outcome_in(R"({"outcome":"skipped","exit":null,"reason":{"kind":"requiredFailed","step":"./a:go"}})");
  const auto& stop = std::get<engine::RunStop>(*skipped.reason);
  EXPECT_EQ(position(std::get<engine::RequiredFailed>(stop).step), 0U);
  EXPECT_FALSE(outcome_in(R"({"reason":{"kind":"requiredFailed","step":"./z:go"}})").reason);
}

TEST(Overview, has_the_end_or_the_last_that_is_known) {
  const auto ended = overview_of(record_text({summary_text(5000, {}, 3), event_text(9000, "words", "")}));
  EXPECT_EQ(ended->exit_code, 3);
  EXPECT_EQ(ended->lasted, std::chrono::microseconds(5000));
  const auto killed =
      overview_of(record_text({event_text(1, "started", "./a:go"), event_text(700, "ready", "./a:go")}) +
                  R"({"v":1,"atUs":)");
  EXPECT_FALSE(killed->exit_code);
  const auto whole =
      overview_of(record_text({event_text(1, "started", "./a:go"), event_text(700, "ready", "./a:go")}));
  EXPECT_EQ(whole->lasted, std::chrono::microseconds(700));
  const auto quoted = overview_of(
      record_text({event_text(7, "output", "./a:go", R"("text":"{\"event\":\"summary\",\"exitCode\":0}")")}));
  EXPECT_FALSE(quoted->exit_code) << "a step wrote it";
  std::string damaged = record_text({summary_text(5000, {}, 3)});
  damaged.replace(damaged.find(R"("exitCode":3)"), 12, R"("exitCode":99999999999)");
  EXPECT_EQ(overview_of(damaged)->exit_code, 255);
}

}  // namespace
}  // namespace dream::history
