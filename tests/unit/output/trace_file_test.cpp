#include "output/trace_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "support/temporary_folder.hpp"
#include "unit/output/pipe.hpp"

namespace dream::output {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

/// ./a:go in the background, ./b:go two seconds later, and a trace of both.
class Trace : public testing::Test {
 protected:
  static constexpr StepIndex a{0};
  static constexpr StepIndex b{1};

  static Plan make_plan() {
    Plan plan;
    plan.steps.push_back({.id = {"./a", "go"}, .background = true, .delay = milliseconds(2000)});
    plan.steps.push_back({.id = {"./b", "go"}});
    return plan;
  }

  void happens_after(Duration time, const engine::Event& event) {
    now_ += time;
    engine_.handle(now_, event);
    for (const engine::Action& action : engine_.take_actions())
      trace_->report(now_, action, engine_.outcomes());
  }

  [[nodiscard]] std::string text() const {
    std::stringstream text;
    text << std::ifstream(file_, std::ios::binary).rdbuf();
    return text.str();
  }

  /// "B 1 ./a:go 1000": phase, line, name, time. Once the array has its end, it is JSON.
  [[nodiscard]] std::vector<std::string> events() const {
    rapidjson::Document all;
    const std::string written = text();
    all.Parse(written.ends_with("]\n") ? written : written + "]");
    EXPECT_FALSE(all.HasParseError()) << written;
    std::vector<std::string> lines;
    for (const auto& event : std::as_const(all).GetArray()) {
      const std::string phase = event["ph"].GetString();
      if (phase == "M") continue;
      std::string line = phase + " " + std::to_string(event["tid"].GetInt());
      if (event.HasMember("name")) line += std::string(" ") + event["name"].GetString();
      lines.push_back(line + " " + std::to_string(event["ts"].GetInt64()));
    }
    return lines;
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "trace.json";
  std::string said_;
  Plan plan_ = make_plan();
  engine::Engine engine_{plan_};
  Instant now_{std::chrono::seconds(100)};
  std::unique_ptr<Reporter> trace_ =
      make_trace_file(file_, plan_, [this](std::string_view line) { said_ += line; });
};

TEST_F(Trace, has_a_line_for_each_step_with_its_delay_its_life_and_its_end) {
  ASSERT_TRUE(trace_->begin(now_));
  happens_after(milliseconds(0), engine::Begin{});
  happens_after(milliseconds(1), engine::Started{{a}});
  happens_after(milliseconds(2000), engine::TimePassed{});
  happens_after(milliseconds(1), engine::Started{{b}});
  happens_after(milliseconds(10), engine::Interrupted{SIGINT});
  happens_after(milliseconds(5), engine::Exited{{b}, KilledBy{SIGTERM}});
  happens_after(milliseconds(5), engine::Exited{{a}, ExitedWith{0}});
  EXPECT_THAT(events(),
              ElementsAre("B 1 ./a:go 1000", "B 2 delay 1000", "E 2 2002000", "B 2 ./b:go 2002000",
                          "i 1 stopping 2012000", "B 1 ending 2012000", "B 2 ending 2012000", "E 2 2017000",
                          "E 2 2017000", "E 1 2022000", "E 1 2022000", "i 1 finished 2022000"));
  EXPECT_THAT(text(), HasSubstr(R"("name":"thread_name","args":{"name":"./b:go"}})"));
  EXPECT_THAT(text(), HasSubstr(R"("args":{"outcome":"terminated","exit":{"signal":"SIGTERM"})"));
  EXPECT_THAT(text(), EndsWith("\n]\n"));
}

TEST_F(Trace, ends_a_delay_that_the_run_did_not_wait_for) {
  ASSERT_TRUE(trace_->begin(now_));
  happens_after(milliseconds(0), engine::Begin{});
  happens_after(milliseconds(1), engine::Started{{a}});
  happens_after(milliseconds(1), engine::Exited{{a}, ExitedWith{3}});
  EXPECT_THAT(events(), ElementsAre("B 1 ./a:go 1000", "B 2 delay 1000", "E 1 2000", "E 2 2000",
                                    "i 1 stopping 2000", "i 1 finished 2000"));
}

TEST_F(Trace, can_be_read_before_the_run_is_over) {
  ASSERT_TRUE(trace_->begin(now_));
  happens_after(milliseconds(0), engine::Begin{});
  happens_after(milliseconds(1), engine::Started{{a}});
  EXPECT_THAT(events(), ElementsAre("B 1 ./a:go 1000", "B 2 delay 1000"));
}

TEST_F(Trace, shows_a_step_that_could_not_be_started) {
  ASSERT_TRUE(trace_->begin(now_));
  happens_after(milliseconds(0), engine::Begin{});
  happens_after(milliseconds(1), engine::StartFailed{{a}, Error{ErrorCode::not_found, "no \"x\"", {}, {}}});
  EXPECT_THAT(events(),
              ElementsAre("B 1 not started 1000", "E 1 1000", "i 1 stopping 1000", "i 1 finished 1000"));
  EXPECT_THAT(text(), HasSubstr(R"(no \"x\")"));
}

TEST_F(Trace, shows_every_attempt_and_the_pauses_between_them) {
  plan_.steps[0].restart.on = Restart::On::failure;
  ASSERT_TRUE(trace_->begin(now_));
  happens_after(milliseconds(0), engine::Begin{});
  happens_after(milliseconds(1), engine::Started{{a}});
  happens_after(milliseconds(1), engine::Exited{{a}, ExitedWith{3}});
  happens_after(milliseconds(200), engine::TimePassed{});
  happens_after(milliseconds(1), engine::Started{{a, 2}});
  happens_after(milliseconds(1), engine::Exited{{a, 2}, ExitedWith{3}});
  happens_after(milliseconds(400), engine::TimePassed{});
  happens_after(milliseconds(1), engine::StartFailed{{a, 3}, Error{ErrorCode::io, "no room", {}, {}}});
  EXPECT_THAT(events(),
              ElementsAre("B 1 ./a:go 1000", "B 2 delay 1000", "E 1 2000", "B 1 pause 2000", "E 1 202000",
                          "B 1 ./a:go 203000", "E 1 204000", "B 1 pause 204000", "E 1 604000",
                          "B 1 not started 605000", "E 1 605000", "B 1 pause 605000"));
  EXPECT_THAT(text(), HasSubstr(R"("name":"./a:go","args":{"attempt":2})"));
  EXPECT_THAT(text(), HasSubstr(R"("name":"pause","args":{"againInUs":200000})"));
}

TEST_F(Trace, that_can_not_be_made_is_an_error) {
  trace_ = make_trace_file(folder_.path() / "none/trace.json", plan_, [](std::string_view) {});
  const Result<void> begun = trace_->begin(now_);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().message, "can't write the trace: No such file or directory");
}

TEST_F(Trace, follows_no_link_to_a_file) {
  const std::filesystem::path precious = folder_.write("precious", "keep me");
  for (const auto& target : {precious, folder_.path() / "new"}) {
    std::filesystem::remove(file_);
    std::filesystem::create_symlink(target, file_);
    const Result<void> begun = trace_->begin(now_);
    ASSERT_FALSE(begun);
    EXPECT_THAT(begun.error().message, HasSubstr("can't write the trace: "));
  }
  std::string kept;
  std::ifstream(precious) >> kept;
  EXPECT_EQ(kept, "keep");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "new"));
}

TEST_F(Trace, goes_into_a_pipe_behind_a_link_such_as_dev_stdout) {
  const Pipe pipe;
  std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(pipe.write_end()), file_);
  ASSERT_TRUE(trace_->begin(now_));
  EXPECT_THAT(pipe.read_now(), HasSubstr("./b:go"));
}

TEST_F(Trace, that_nobody_reads_does_not_hold_up_the_run) {
  const Pipe pipe;
  std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(pipe.write_end()), file_);
  ASSERT_TRUE(trace_->begin(now_));
  ::fcntl(pipe.write_end(), F_SETFL, O_NONBLOCK);
  while (::write(pipe.write_end(), "x", 1) == 1) {
  }
  happens_after(milliseconds(0), engine::Begin{});
  happens_after(milliseconds(1), engine::Started{{a}});
  EXPECT_THAT(said_, HasSubstr("Resource temporarily unavailable; it ends here"));
}

TEST_F(Trace, belongs_to_one_run_at_a_time) {
  ASSERT_TRUE(trace_->begin(now_));
  const std::string begun = text();
  const auto second = make_trace_file(file_, plan_, [](std::string_view) {});
  const Result<void> refused = second->begin(now_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "can't write the trace: another run of dream writes its trace there");
  EXPECT_EQ(text(), begun);
  trace_.reset();
  EXPECT_TRUE(second->begin(now_));
}

TEST_F(Trace, that_can_not_be_written_any_more_says_so_once) {
  trace_ = make_trace_file("/dev/full", plan_, [this](std::string_view line) { said_ += line; });
  EXPECT_FALSE(trace_->begin(now_));
  happens_after(milliseconds(0), engine::Begin{});
  happens_after(milliseconds(1), engine::Started{{a}});
  EXPECT_EQ(said_, "dream: /dev/full: can't write the trace: No space left on device; it ends here\n");
}

}  // namespace
}  // namespace dream::output
