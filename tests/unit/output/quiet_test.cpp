#include "output/quiet.hpp"

#include <gmock/gmock.h>

#include "unit/output/run_fixture.hpp"

namespace dream::output {
namespace {

class QuietTest : public RunTest {
 protected:
  QuietTest() { use(make_quiet_renderer(console_, plan_)); }
};

TEST_F(QuietTest, shows_nothing_that_steps_write_while_all_goes_well) {
  start_all();
  writes(a, Stream::out, "a1\n");
  writes(c, Stream::err, "c1\n");
  ends(a, 0);
  ends(c, 0);
  settle();
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "");
}

TEST_F(QuietTest, shows_the_last_lines_of_a_step_that_fails) {
  start_all();
  std::string all;
  for (int line = 1; line <= 100; ++line) all += std::to_string(line) + "\n";
  writes(b, Stream::out, "of another\n");
  writes(a, Stream::out, all);
  writes(a, Stream::err, "no end");
  ends(a, 3);
  settle();
  EXPECT_EQ(err_, "dream: ── ./a:go, last lines ──\n");
  EXPECT_TRUE(out_.starts_with("62\n63\n")) << out_;
  EXPECT_TRUE(out_.ends_with("100\nno end\n")) << out_;
}

TEST_F(QuietTest, shows_each_failed_attempt_with_its_own_lines) {
  restart_a();
  start_all();
  writes(a, Stream::out, "first\n");
  attempt_ends(1, 1);
  attempt_begins(2);
  writes(a, Stream::out, "second\n");
  attempt_ends(2, 1);
  settle();
  EXPECT_EQ(out_, "first\nsecond\n");
  EXPECT_EQ(err_,
            "dream: ── ./a:go (attempt 1), last lines ──\ndream: ── ./a:go (attempt 2), last lines ──\n");
}

TEST_F(QuietTest, shows_nothing_of_earlier_attempts_as_that_of_a_failed_one) {
  plan_.steps[0].restart.on = Restart::On::always;
  start_all();
  writes(a, Stream::out, "whole 1\nopen 1");
  attempt_ends(1, 0);
  attempt_begins(2);
  writes(a, Stream::out, "open 2");
  attempt_ends(2, 0);
  attempt_begins(3);
  writes(a, Stream::out, "open 3");
  attempt_ends(3, 1);
  settle();
  EXPECT_EQ(err_, "dream: ── ./a:go (attempt 3), last lines ──\n");
  EXPECT_EQ(out_, "open 3\n");
}

TEST_F(QuietTest, shows_as_many_lines_however_long_they_are) {
  start_all();
  std::string all;
  for (int line = 1; line <= 100; ++line) all += std::to_string(line) + std::string(2000, 'x') + "\n";
  const std::string last = all.substr(all.find("61x"));
  writes(a, Stream::out, all);
  ends(a, 1);
  settle();
  EXPECT_EQ(out_, last);
}

TEST_F(QuietTest, of_a_line_of_any_length_the_begin_is_shown_and_those_around_it) {
  start_all();
  writes(a, Stream::out, "one\n");
  for (int piece = 0; piece < 10; ++piece) writes(a, Stream::out, std::string(60'000, 'x'));
  writes(a, Stream::err, "of the other stream\n");
  writes(a, Stream::out, "\ntwo\n");
  ends(a, 1);
  settle();
  EXPECT_EQ(out_, "one\nof the other stream\n" + std::string(2048, 'x') + "… (597952 more bytes)\ntwo\n");
}

TEST_F(QuietTest, counts_lines_the_same_however_they_come) {
  start_all();
  std::string all;
  for (int line = 1; line <= 41; ++line) all += std::to_string(line) + "\n";
  for (const StepIndex step : {a, c}) {
    writes(step, Stream::out, "before ");
    if (step == a) writes(step, Stream::out, all);
    if (step == c)
      for (const char byte : all) writes(step, Stream::out, {&byte, 1});
    ends(step, 1);
  }
  settle();
  const std::string last = all.substr(2);
  EXPECT_EQ(out_, last + last);
}

TEST_F(QuietTest, of_a_long_line_the_begin_is_shown) {
  start_all();
  std::string line;
  while (line.size() < 50'000) line += "中文";
  writes(a, Stream::out, "before\n" + line + "\nbehind\n");
  ends(a, 1);
  settle();
  EXPECT_EQ(out_, "before\n" + line.substr(0, 2046) + "… (" + std::to_string(line.size() - 2046) +
                      " more bytes)\nbehind\n");
}

TEST_F(QuietTest, a_long_line_is_cut_between_its_escape_sequences) {
  start_all();
  std::string line;
  while (line.size() < 4000) line += "\x1b[31mx";
  writes(a, Stream::out, line + "\n");
  ends(a, 1);
  settle();
  EXPECT_THAT(out_, testing::EndsWith("x…\x1b[0m (1956 more bytes)\n"));
}

TEST_F(QuietTest, a_failure_without_a_word_has_no_heading) {
  start_all();
  ends(a, 1);
  settle();
  EXPECT_EQ(err_, "");
}

}  // namespace
}  // namespace dream::output
