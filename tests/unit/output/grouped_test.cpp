#include "output/grouped.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <array>
#include <cstdlib>

#include "base/descriptor.hpp"
#include "output/line_mixer.hpp"
#include "output/spool.hpp"
#include "support/temporary_folder.hpp"
#include "unit/output/run_fixture.hpp"

namespace dream::output {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class GroupedTest : public RunTest {
 protected:
  GroupedTest() { use(make(console_, folder_.path().string())); }

  std::unique_ptr<Renderer> make(Console& console, const std::string& folder, Grouped which = Grouped::all) {
    return make_grouped_renderer(context_, console, plan_, which, {}, callbacks_.on_room, folder);
  }

  TemporaryFolder folder_;
};

TEST_F(GroupedTest, of_the_front_shows_the_others_by_lines) {
  use(make(console_, folder_.path().string(), Grouped::front));
  start_all();
  writes(a, Stream::out, "a1\n");
  writes(c, Stream::out, "c1\n");
  writes(a, Stream::out, "a2\n");
  settle();
  EXPECT_EQ(out_, "a | a1\na | a2\n");
  ends(c, 0);
  settle();
  EXPECT_EQ(out_, "a | a1\na | a2\nc1\n");
}

TEST_F(GroupedTest, shows_a_step_whole_at_its_end) {
  start_all();
  writes(a, Stream::out, "a1\n");
  writes(b, Stream::out, "b1\n");
  writes(a, Stream::out, "a2\n");
  settle();
  EXPECT_EQ(out_, "");
  ends(b, 0);
  settle();
  EXPECT_EQ(out_, "b1\n");
  EXPECT_EQ(err_, "dream: ── ./b:go ──\n");
  ends(a, 0);
  settle();
  EXPECT_EQ(out_, "b1\na1\na2\n");
  EXPECT_EQ(err_, "dream: ── ./b:go ──\ndream: ── ./a:go ──\n");
}

TEST_F(GroupedTest, shows_what_failed_steps_wrote_last_of_all_in_the_order_of_their_ends) {
  start_all();
  for (const StepIndex step : {a, b, c}) {
    writes(step, Stream::out, to_string(plan_.steps[position(step)].id) + " wrote\n");
  }
  ends(b, 3);
  ends(a, 1);
  settle();
  EXPECT_EQ(out_, "");
  ends(c, 0);
  settle();
  EXPECT_EQ(out_, "./c:go wrote\n./b:go wrote\n./a:go wrote\n");
  EXPECT_EQ(err_,
            "dream: ── ./c:go ──\n"
            "dream: ── ./b:go failed, exit code 3, optional ──\n"
            "dream: ── ./a:go failed, exit code 1, optional ──\n");
}

TEST_F(GroupedTest, says_how_a_step_ended_that_was_terminated) {
  start_all();
  writes(a, Stream::err, "half of it\n");
  happens(engine::Interrupted{2});
  for (const StepIndex step : {a, b, c}) ends(step, 0);
  settle();
  EXPECT_EQ(err_, "dream: ── ./a:go terminated, stopped by SIGINT ──\nhalf of it\n");
}

TEST_F(GroupedTest, shows_an_attempt_at_its_end_and_the_last_one_at_the_end_of_the_step) {
  restart_a();
  start_all();
  writes(a, Stream::out, "one, no end");
  attempt_ends(1, 1);
  settle();
  EXPECT_EQ(out_, "one, no end");
  attempt_begins(2);
  writes(a, Stream::out, "two\n");
  settle();
  EXPECT_EQ(out_, "one, no end");
  attempt_ends(2, 0);
  settle();
  EXPECT_EQ(out_, "one, no end\ntwo\n");
  EXPECT_EQ(err_,
            "dream: ── ./a:go (attempt 1) failed, exit code 1, optional ──\n"
            "dream: ── ./a:go ──\n");
}

TEST_F(GroupedTest, shows_an_attempt_that_was_stopped_on_request_when_it_has_ended) {
  start_all();
  writes(a, Stream::out, "one\n");
  happens(engine::HoldAsked{a});
  attempt_ends(1, 0);
  settle();
  EXPECT_EQ(out_, "one\n");
  EXPECT_EQ(err_, "dream: ── ./a:go terminated, stopped on request ──\n");
}

TEST_F(GroupedTest, has_no_heading_for_a_step_that_wrote_nothing) {
  start_all();
  for (const StepIndex step : {a, b, c}) ends(step, 1);
  settle();
  EXPECT_EQ(out_ + err_, "");
}

TEST_F(GroupedTest, keeps_the_streams_apart_and_ends_the_last_line_of_each_only_where_something_follows) {
  start_all();
  writes(a, Stream::out, "out");
  writes(a, Stream::err, "err");
  ends(a, 0);
  settle();
  EXPECT_EQ(out_, "out");
  EXPECT_EQ(err_, "dream: ── ./a:go ──\nerr");
  renderer_->say("dream: next\n");
  settle();
  EXPECT_EQ(out_, "out");
  EXPECT_EQ(err_, "dream: ── ./a:go ──\nerr\ndream: next\n");
  writes(b, Stream::err, "b err\n");
  ends(b, 0);
  settle();
  EXPECT_EQ(out_, "out");
  writes(c, Stream::out, "c out");
  ends(c, 0);
  settle();
  EXPECT_EQ(out_, "out\nc out");
}

TEST_F(GroupedTest, ends_the_last_line_on_a_terminal_for_the_prompt_behind_it) {
  const Descriptor terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_EQ(::grantpt(terminal.get()) + ::unlockpt(terminal.get()), 0);
  const Descriptor screen(::open(::ptsname(terminal.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  Console console(context_, callbacks_, screen.get(), err_pipe_.write_end());
  use(make(console, folder_.path().string()));
  start_all();
  writes(a, Stream::out, "out");
  ends(a, 0);
  settle();
  std::array<char, 100> buffer{};
  const ssize_t size = ::read(terminal.get(), buffer.data(), buffer.size());
  EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(size)), "out\r\n");
  renderer_.reset();
}

TEST_F(GroupedTest, of_the_front_ends_the_last_line_before_one_of_the_others) {
  use(make(console_, folder_.path().string(), Grouped::front));
  start_all();
  writes(c, Stream::out, "c1");
  ends(c, 0);
  settle();
  EXPECT_EQ(out_, "c1");
  writes(a, Stream::out, "a1\n");
  settle();
  EXPECT_EQ(out_, "c1\na | a1\n");
}

TEST_F(GroupedTest, keeps_the_order_of_both_streams_where_they_go_to_one_place) {
  Console console(context_, callbacks_, out_pipe_.write_end(), out_pipe_.write_end());
  use(make(console, folder_.path().string()));
  start_all();
  writes(a, Stream::out, "1 ");
  writes(a, Stream::err, "2\n");
  writes(a, Stream::out, "3\n4 ");
  writes(a, Stream::err, "5");
  ends(a, 0);
  settle();
  EXPECT_EQ(out_, "dream: ── ./a:go ──\n1 2\n3\n4 5");
  renderer_->say("dream: next\n");
  settle();
  EXPECT_EQ(out_, "dream: ── ./a:go ──\n1 2\n3\n4 5\ndream: next\n");
}

TEST_F(GroupedTest, shows_bytes_that_came_after_the_end_at_the_end_of_the_run) {
  start_all();
  ends(a, 0);
  writes(a, Stream::out, "late\n");
  ends(b, 0);
  settle();
  EXPECT_EQ(out_, "");
  ends(c, 0);
  settle();
  EXPECT_EQ(out_, "late\n");
}

/// A step's output that doesn't fit into a writer, in pieces of all sizes.
std::string much_output() {
  std::string text;
  for (int line = 0; text.size() < 12 * Writer::high_water; ++line) text += std::to_string(line) + "\n";
  return text;
}

TEST_F(GroupedTest, shows_much_output_as_fast_as_it_is_read_and_keeps_little_of_it_in_memory) {
  start_all();
  const std::string text = much_output();
  for (std::size_t at = 0, size = 1; at < text.size(); at += size, size = size % 70'000 + 1'234) {
    size = std::min(size, text.size() - at);
    ASSERT_TRUE(writes(a, Stream::out, std::string_view(text).substr(at, size)));
  }
  ends(a, 0);
  renderer_->say("dream: next\n");
  while (out_.size() < text.size()) {
    ASSERT_LE(console_.pending(), Writer::high_water + 65536);
    ASSERT_TRUE(renderer_->busy() || console_.pending() > 0 || !out_.empty());
    run_loop();
    out_ += out_pipe_.read_now();
  }
  settle();
  EXPECT_TRUE(out_ == text);
  EXPECT_EQ(err_, "dream: ── ./a:go ──\ndream: next\n") << "dream's own words don't come between";
  EXPECT_FALSE(renderer_->busy());
}

TEST_F(GroupedTest, is_busy_until_everything_has_been_given_to_the_console) {
  start_all();
  writes(a, Stream::out, much_output());
  EXPECT_FALSE(renderer_->busy());
  ends(a, 0);
  run_loop();
  EXPECT_TRUE(renderer_->busy());
  settle();
  EXPECT_FALSE(renderer_->busy());
  EXPECT_EQ(console_.pending(), 0U);
}

TEST_F(GroupedTest, leaves_nothing_in_the_folder) {
  start_all();
  writes(a, Stream::out, "kept\n");
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(GroupedTest, goes_on_as_prefix_when_nothing_can_be_kept) {
  use(make(console_, (folder_.path() / "missing").string()));
  start_all();
  writes(a, Stream::out, "one\ntw");
  writes(a, Stream::out, "o\n");
  writes(a, Stream::out, "three");
  ends(a, 1);
  settle();
  EXPECT_EQ(out_, "a | one\na | two\na | three\n");
  EXPECT_THAT(err_, StartsWith("dream: can't keep output for later: "));
  EXPECT_THAT(err_, HasSubstr("missing: can't create a temporary file: No such file or directory"));
}

TEST_F(GroupedTest, loses_nothing_when_the_disk_is_full) {
  start_all();
  const std::string block = std::string(65'535, 'x') + "\n";
  const std::size_t most = 80;
  std::size_t blocks = 1;
  writes(b, Stream::out, "b before\n");
  writes(c, Stream::out, "c before\n");
  ends(c, 1);
  {
    const FileSizeLimit limit(60 * block.size());
    while (blocks <= most && writes(a, Stream::out, block)) ++blocks;
  }
  ASSERT_EQ(blocks, 60U) << "the heads of the records need some room, too";
  EXPECT_FALSE(renderer_->ready(a, Stream::out)) << "first, what was kept has to be shown";
  EXPECT_FALSE(writes(b, Stream::out, "b after\n"));
  ends(b, 0);
  settle();
  EXPECT_TRUE(renderer_->ready(a, Stream::out));
  EXPECT_GT(room_calls_, 0);
  EXPECT_TRUE(writes(a, Stream::out, "a after"));
  ends(a, 0);
  settle();
  std::string expected = "c before\n";
  for (std::size_t count = 1; count < blocks; ++count) expected += "a | " + block;
  expected += "b | b before\na | " + block + "b | b after\na | a after\n";
  EXPECT_TRUE(out_ == expected);
  EXPECT_THAT(err_, HasSubstr("File too large"));
  EXPECT_THAT(err_, HasSubstr("dream: ── ./c:go failed, exit code 1, optional ──\n"));
}

TEST_F(GroupedTest, breaks_no_line_in_two_when_the_disk_is_full) {
  start_all();
  const std::string half(100'000, 'x');
  {
    const FileSizeLimit limit(150'000);
    writes(a, Stream::out, "one\ntw");
    writes(a, Stream::err, "war");
    writes(c, Stream::out, "failed\n");
    ends(c, 1);
    writes(b, Stream::out, half);
    writes(b, Stream::out, half + "\n");
  }
  writes(a, Stream::out, "o\n");
  writes(a, Stream::err, "ning\n");
  settle();
  EXPECT_TRUE(out_ == "failed\na | one\nb | " + half + half + "\na | two\n") << out_.substr(0, 1000);
  EXPECT_TRUE(err_.ends_with("\ndream: ── ./c:go failed, exit code 1, optional ──\na | warning\n")) << err_;
}

TEST_F(GroupedTest, passes_on_what_was_kept_as_another_step_ends_its_long_line) {
  use(make(console_, folder_.path().string(), Grouped::front));
  start_all();
  const std::string begun(LineMixer::kept_line + 1, 'x');
  const std::string block = std::string(65'535, 'y') + "\n";
  for (int count = 0; count < 4; ++count) writes(c, Stream::out, block);
  writes(a, Stream::out, begun);
  {
    const FileSizeLimit limit(1);
    EXPECT_FALSE(writes(c, Stream::out, "last\n"));
  }
  EXPECT_TRUE(renderer_->busy()) << "it would fill the memory";
  settle();
  while (renderer_->busy()) context_.run_one();
  settle();
  std::string expected = "a | " + begun + "\n";
  for (int count = 0; count < 4; ++count) expected += "c | " + block;
  EXPECT_TRUE(out_ == expected + "c | last\n");
}

TEST(TemporaryFolder, is_the_one_that_the_user_names_or_else_one_on_a_disk) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  const TemporaryFolder folder;
  ::setenv("TMPDIR", folder.path().c_str(), 1);
  EXPECT_EQ(temporary_folder(), folder.path());
  for (const std::string useless : {folder.path() / "gone", folder.write("file", "")}) {
    ::setenv("TMPDIR", useless.c_str(), 1);
    EXPECT_EQ(temporary_folder(), "/var/tmp") << useless;
  }
  ::unsetenv("TMPDIR");
  EXPECT_EQ(temporary_folder(), "/var/tmp");
  if (before != nullptr) ::setenv("TMPDIR", kept.c_str(), 1);
}

}  // namespace
}  // namespace dream::output
