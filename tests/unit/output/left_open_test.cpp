#include "output/left_open.hpp"

#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <array>

#include "output/grouped.hpp"
#include "output/quiet.hpp"
#include "support/temporary_folder.hpp"
#include "unit/output/run_fixture.hpp"

namespace dream::output {
namespace {

constexpr const char* string_over = "\x1b\\";
constexpr const char* link_over = "\x1b]8;;\x1b\\";
constexpr const char* style_over = "\x1b[0m";

/// Told whole, and byte by byte.
std::string end_of(std::string_view bytes) {
  LeftOpen whole;
  whole.follow(bytes);
  LeftOpen pieces;
  for (const char& byte : bytes) pieces.follow({&byte, 1});
  const std::string end = whole.take_end();
  EXPECT_EQ(pieces.take_end(), end);
  EXPECT_EQ(whole.take_end(), "") << "it is over";
  return end;
}

TEST(LeftOpen, is_nothing_where_all_is_ended) {
  for (const char* bytes : {"", "text\n", "\x1b[31mred\x1b[0m", "\x1b[1mbold\x1b[22m\n",
                            "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "\x1b]0;title\a",
                            "\x1b[>4;1m\x1b[>4m", "\x1b]8;;http://x\alink\x1b]8;;\a",
                            "\x1b[31m\x1b"
                            "c",
                            "\x1b[2K\x1b[?25h"}) {
    EXPECT_EQ(end_of(bytes), "") << bytes;
  }
}

TEST(LeftOpen, is_a_sequence_without_an_end_a_link_or_a_style) {
  EXPECT_EQ(end_of("\x1b[31mred"), style_over);
  EXPECT_EQ(end_of("\x1b[31mred\n\x1b[3"), std::string(string_over) + style_over);
  EXPECT_EQ(end_of("\x1b]0;title"), string_over);
  EXPECT_EQ(end_of("\x1bP1;2"), string_over);
  EXPECT_EQ(end_of("\x1b"), string_over);
  EXPECT_EQ(end_of("\x1b]8;;http://x\x1b\\link"), link_over);
  EXPECT_EQ(end_of("\x1b]8;id=1;http://x\alink"), link_over);
  EXPECT_EQ(end_of("log\nlink \x1b]8;;http://x/y"), std::string(string_over) + link_over);
  EXPECT_EQ(end_of("\x1b]8;;http://x/" + std::string(5000, 'y')), std::string(string_over) + link_over);
  EXPECT_EQ(end_of("\x1b]0;title\x1b[31mred"), style_over) << "the second breaks the first off";
}

TEST(LeftOpen, is_a_mode_that_differs_from_how_a_program_finds_it) {
  EXPECT_EQ(end_of("\x1b[?25lworking"), "\x1b[?25h");
  EXPECT_EQ(end_of("\x1b[?7l"), "\x1b[?7h");
  EXPECT_EQ(end_of("\x1b[?1049h\x1b[?1000;1006h"), "\x1b[?1049l\x1b[?1006l\x1b[?1000l");
  EXPECT_EQ(end_of("\x1b[?2004h\x1b[4h"), "\x1b[?2004l\x1b[4l");
  EXPECT_EQ(end_of("\x1b(0lqk"), "\x1b(B");
  EXPECT_EQ(end_of("\x1b)0\x0elqk"), "\x0f\x1b)B");
  EXPECT_EQ(end_of("\x1b="), "\x1b>");
  EXPECT_EQ(end_of("\x1b[2;9r"),
            "\x1b"
            "7\x1b[r\x1b"
            "8");
  EXPECT_EQ(end_of("\x1b[5 q"), "\x1b[0 q");
  EXPECT_EQ(end_of("\x1b[>1u"), "\x1b[<u");
  EXPECT_EQ(end_of("\x1b[>1u\x1b[<u\x1b[?6h"), "") << "what takes origin mode back moves the cursor";
  for (const char* bytes : {"\x1b[?25l\x1b[?25h", "\x1b[?1049h\x1b[?1049l", "\x1b(0x\x1b(B", "\x0ex\x0f",
                            "\x1b=\x1b>", "\x1b[2;9r\x1b[r",
                            "\x1b[?25l\x1b[4h\x1b"
                            "c",
                            "\x1b[?12h", "\x1b[?", "\x1b[?25$p"}) {
    EXPECT_EQ(end_of(std::string(bytes) + "\x1b[m"), "") << bytes;
  }
}

/// What makes another terminal like one that was told this is what leaves the same open.
TEST(LeftOpen, begins_on_another_terminal) {
  const auto begin_of = [](std::string_view bytes) {
    LeftOpen told;
    told.follow(bytes);
    const std::string begin = told.begin();
    EXPECT_EQ(end_of(begin), told.take_end()) << begin;
    EXPECT_EQ(told.begin(), "");
    return begin;
  };
  EXPECT_EQ(begin_of("text\n\x1b[31mred\x1b[0m\x1b[?1h\x1b[?1l"), "");
  EXPECT_EQ(begin_of("\x1b[?1049h\x1b[1;24r\x1b[?1h\x1b=\x1b[?25l"),
            "\x1b[?1h\x1b[?1049h\x1b[?25l\x1b=\0337\x1b[1;24r\0338");
  EXPECT_EQ(begin_of("\x1b[?2004h\x1b[?1002;1006h\x1b[?7l"), "\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?7l");
  EXPECT_EQ(begin_of("\x1b(0\x0e"), "\x1b(0\x0e");
  EXPECT_EQ(begin_of("\x1b[>1u\x1b[5 q\x1b[>4;2m"), "\x1b[>1u\x1b[>4;2m\x1b[5 q");
  EXPECT_EQ(begin_of("\x1b[=5u"), "\x1b[=5u");
  EXPECT_EQ(begin_of("\x1b[1;31mred"), "\x1b[1;31m");
  EXPECT_EQ(begin_of("\x1b(\xff"), "") << "it is no text that could be sent";
}

TEST(LeftOpen, knows_the_other_screen) {
  LeftOpen told;
  for (const char* mode : {"47", "1047", "1049"}) {
    told.follow("\x1b[?" + std::string(mode) + "h");
    EXPECT_TRUE(told.has_other_screen());
    told.follow("\x1b[?" + std::string(mode) + "l");
    EXPECT_FALSE(told.has_other_screen());
  }
}

/// A run whose stdout and stderr are one terminal.
class TerminalRunTest : public RunTest {
 protected:
  TerminalRunTest() { EXPECT_EQ(::openpty(&master_, &terminal_, nullptr, nullptr, nullptr), 0); }
  ~TerminalRunTest() override {
    ::close(master_);
    ::close(terminal_);
  }

  std::string shown(std::string_view bytes, const std::function<std::unique_ptr<Renderer>(Console&)>& make) {
    Console console(context_, {.on_room = [] {}, .on_lost = [](Stream, int) {}}, terminal_, terminal_);
    use(make(console));
    start_all();
    writes(a, Stream::out, bytes);
    for (const StepIndex step : {a, b, c}) ends(step, step == a ? 1 : 0);
    settle();
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(master_, buffer.data(), buffer.size());
    use(nullptr);
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

  int master_ = -1;
  int terminal_ = -1;
};

TEST_F(TerminalRunTest, what_a_step_leaves_open_is_ended_before_dream_speaks) {
  const TemporaryFolder folder;
  const auto grouped = [&](Console& console) {
    return make_grouped_renderer(
        context_, console, plan_, Grouped::all, {}, [] {}, folder.path().string());
  };
  EXPECT_EQ(shown("log\nlink \x1b]8;;http://x/y", grouped),
            "dream: ── ./a:go failed, exit code 1, optional ──\r\nlog\r\nlink \x1b]8;;http://x/y" +
                std::string(string_over) + link_over + "\r\n");
}

TEST_F(TerminalRunTest, the_last_lines_of_a_failure_leave_nothing_open) {
  const auto quiet = [&](Console& console) { return make_quiet_renderer(console, plan_); };
  EXPECT_EQ(shown("\x1b[31mred\n", quiet),
            "dream: ── ./a:go, last lines ──\r\n\x1b[31mred\r\n" + std::string(style_over));
}

}  // namespace
}  // namespace dream::output
