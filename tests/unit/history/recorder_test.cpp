#include "history/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "history/record.hpp"
#include "history/replay.hpp"
#include "support/file_size_limit.hpp"
#include "support/temporary_folder.hpp"

namespace dream::history {
namespace {

using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// What a renderer is told.
class Heard : public output::Renderer, public Log {
 public:
  void report(Instant, const engine::Action& action, std::span<const engine::Outcome> outcomes) override {
    if (const auto* ended = std::get_if<engine::StepEnded>(&action))
      all.push_back("ended " + std::to_string(static_cast<int>(outcomes[position(ended->step)].kind)));
    if (const auto* finish = std::get_if<engine::Finish>(&action))
      all.push_back("finish " + std::to_string(finish->exit_code));
  }
  bool write(StepIndex, Stream stream, std::string_view bytes) override {
    all.push_back((stream == Stream::err ? "err " : "out ") + std::string(bytes));
    return true;
  }
  [[nodiscard]] bool ready(StepIndex, Stream) const override { return true; }
  void end(StepIndex) override { all.emplace_back("end"); }
  void say(std::string_view) override {}
  [[nodiscard]] bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view message) override { all.push_back("words " + std::string(message)); }

  std::vector<std::string> all;
};

/// A run of one step with a real engine and no process.
class RecorderTest : public testing::Test {
 protected:
  static Plan plan_of_one() {
    Plan plan;
    plan.steps.push_back({.id = {"./a", "go"}, .requested = true});
    return plan;
  }
  [[nodiscard]] plugin::Place place() const {
    plugin::Place place;
    place.state = folder.path() / "dream";
    return place;
  }
  std::unique_ptr<Recorder> make(const plugin::Place& where, const Limits& limits = {}) {
    auto recorder = std::make_unique<Recorder>(
        plan, where, Header{control::info_of(plan, "5f0c", "/w"), {"dream", "go"}, {}}, limits);
    recorder->on_trouble([this](const std::string& what) { trouble.push_back(what); });
    return recorder;
  }
  void happens(Recorder& recorder, const engine::Event& event) {
    now += std::chrono::milliseconds(1);
    engine.handle(now, event);
    for (const engine::Action& action : engine.take_actions())
      recorder.report(now, action, engine.outcomes());
  }
  void run(Recorder& recorder, const std::string& output = "hello\n") {
    EXPECT_TRUE(recorder.begin(now));
    happens(recorder, engine::Begin{});
    happens(recorder, engine::Started{{StepIndex(0)}});
    recorder.hear(StepIndex(0), Stream::err, output);
    happens(recorder, engine::Exited{{StepIndex(0)}, ExitedWith{3}});
  }
  [[nodiscard]] std::string text() const {
    const auto archive = Archive::open(place());
    return *archive->read(archive->entries().at(0));
  }

  TemporaryFolder folder;
  Plan plan = plan_of_one();
  engine::Engine engine{plan};
  Instant now = read_clock();
  std::vector<std::string> trouble;
};

TEST_F(RecorderTest, writes_what_can_be_told_again) {
  auto recorder = make(place());
  recorder->hear_words(LogLevel::warning, "before the begin");
  run(*recorder, "h\xC3\xA4llo, begun");
  recorder->hear_words(LogLevel::info, "behind the end");
  recorder.reset();
  Heard heard;
  const Replayed replayed = replay(*Record::read(text()), heard, heard, [] { return true; });
  EXPECT_EQ(replayed.damaged, 0U);
  EXPECT_TRUE(replayed.has_end);
  EXPECT_THAT(heard.all, ElementsAre("words before the begin", "err h\xC3\xA4llo, begun", "end", "ended 1",
                                     "finish 3", "words behind the end"));
  EXPECT_EQ(overview_of(text())->exit_code, 3);
  EXPECT_TRUE(overview_of(text())->has_begun);
  EXPECT_THAT(trouble, IsEmpty());
}

TEST_F(RecorderTest, writes_the_events_in_the_words_of_the_mode) {
  auto recorder = make(place());
  run(*recorder);
  recorder->hear_words(LogLevel::info, "no event");
  std::string lines;
  replay_lines(*Record::read(text()), [&](std::string_view line) {
    lines += line;
    return true;
  });
  EXPECT_THAT(lines, HasSubstr(R"("event":"output","step":"./a:go","stream":"stderr","text":"hello\n")"));
  EXPECT_THAT(lines, testing::Not(HasSubstr("no event")));
}

TEST_F(RecorderTest, of_half_a_character_at_the_end_has_it_before_the_end) {
  auto recorder = make(place());
  run(*recorder, "x\xC3");
  const std::string all = text();
  EXPECT_LT(all.find(R"("base64":"ww==")"), all.find(R"("event":"ended")"));
}

TEST_F(RecorderTest, of_a_run_that_goes_on_is_held) {
  auto recorder = make(place());
  ASSERT_TRUE(recorder->begin(now));
  EXPECT_FALSE(overview_of(text())->has_begun);
  const auto archive = Archive::open(place());
  ASSERT_THAT(archive->entries(), SizeIs(1));
  EXPECT_TRUE(archive->is_held(archive->entries()[0]));
  recorder.reset();
  EXPECT_FALSE(archive->is_held(archive->entries()[0]));
}

TEST_F(RecorderTest, of_a_run_that_never_begins_is_not_there) {
  make(place())->hear_words(LogLevel::error, "no such program");
  EXPECT_TRUE(Archive::open(place())->entries().empty());
}

TEST_F(RecorderTest, without_a_folder_says_so_once_and_lets_the_run_be) {
  auto nowhere = make({});
  run(*nowhere);
  EXPECT_FALSE(nowhere->has_record());
  EXPECT_FALSE(nowhere->has_all());
  ASSERT_THAT(trouble, SizeIs(1));
  EXPECT_THAT(trouble[0], HasSubstr("this run isn't recorded: there is no folder for it (set HOME)"));
  folder.write("dream", "a file");
  auto recorder = make(place());
  EXPECT_TRUE(recorder->begin(now));
  recorder->hear(StepIndex(0), Stream::out, "x");
  recorder->hear_words(LogLevel::info, "x");
  ASSERT_THAT(trouble, SizeIs(2));
  EXPECT_THAT(trouble[1], HasSubstr("dream"));
}

TEST_F(RecorderTest, on_a_full_disk_says_so_once_and_has_the_end) {
  auto recorder = make(place());
  std::string blob(60'000, 'x');
  {
    EXPECT_TRUE(recorder->begin(now));
    happens(*recorder, engine::Begin{});
    happens(*recorder, engine::Started{{StepIndex(0)}});
    EXPECT_TRUE(recorder->has_all());
    const FileSizeLimit limit(100'000);
    for (int times = 0; times < 10; ++times) recorder->hear(StepIndex(0), Stream::out, blob);
    for (int times = 0; times < 30; ++times) recorder->hear_words(LogLevel::info, std::string(3000, 'w'));
  }
  happens(*recorder, engine::Exited{{StepIndex(0)}, ExitedWith{0}});
  ASSERT_THAT(trouble, SizeIs(1));
  EXPECT_THAT(trouble[0], HasSubstr("the record of this run has gaps: "));
  EXPECT_TRUE(recorder->has_record());
  EXPECT_FALSE(recorder->has_all());
  EXPECT_EQ(overview_of(text())->exit_code, 0) << "what is short still fits";
  Heard heard;
  static_cast<void>(replay(*Record::read(text()), heard, heard, [] { return true; }));
  EXPECT_THAT(heard.all, Contains(ContainsRegex("words about [0-9]+ KiB of output are left out here: "
                                                "the record couldn't be written: File too large")));
}

TEST_F(RecorderTest, of_more_steps_than_a_reader_takes_is_not_there) {
  plan.steps[0].id.project += std::string(10'000, 'x');
  plan.steps.assign(400, plan.steps[0]);
  auto recorder = make(place());
  EXPECT_TRUE(recorder->begin(now));
  ASSERT_THAT(trouble, SizeIs(1));
  EXPECT_THAT(trouble[0], HasSubstr("too many steps"));
  EXPECT_TRUE(Archive::open(place())->entries().empty());
}

TEST_F(RecorderTest, keeps_to_its_bounds) {
  auto recorder = make(place(), {.bytes_of_run = 1'000'000});
  ASSERT_TRUE(recorder->begin(now));
  const std::string blob(60'000, '\x01');  // six bytes each
  for (int times = 0; times < 12; ++times) {
    recorder->hear(StepIndex(0), Stream::out, blob);
    EXPECT_LE(text().size(), 1'000'000U);
  }
  EXPECT_FALSE(recorder->has_all());
}

}  // namespace
}  // namespace dream::history
