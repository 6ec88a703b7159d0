#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <random>
#include <vector>

#include "output/screen_line.hpp"
#include "support/screen_cases.hpp"
#include "support/temporary_folder.hpp"

namespace dream::output {
namespace {

using Lines = std::vector<std::string>;

std::string shown_by_dream(std::string_view written) {
  ScreenLine line;
  line.set_width(screen_width);
  std::string shown;
  line.write(written, [&](std::string_view text) { shown.append(text).append("(over)"); });
  return shown + line.text();
}

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Rows as tmux tells of them, each in dream's own words for styles and without blanks at its end.
Lines comparable(const Lines& rows) {
  Lines lines;
  ScreenLine line;
  const auto add = [&](std::string_view text) {
    const std::size_t end = text.find_last_not_of(' ');
    lines.emplace_back(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
  };
  for (const std::string& row : rows) line.write(row + "\n", add);
  return lines;
}

/// What a terminal shows of lines that are written into it.
Lines shown_by_tmux(const Lines& written) {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  std::string bytes;
  for (const std::string& line : written) bytes += "\x1b[0m" + line + "\x1b[0m\n";
  folder.write("lines", bytes);
  // The pane asks the terminal, which has read everything else when it answers. The server ends with the
  // pane, at the latest when the pipe breaks because the test is gone.
  folder.write("pane",
               fmt::format("stty -icanon -echo; cat {0}/lines; printf '\\033[5n'; head -c 4 >{0}/answer\n"
                           "tmux wait-for -S shown; exec cat {0}/alive\n",
                           path));
  const std::string pipe = path + "/alive";
  if (::mkfifo(pipe.c_str(), 0600) != 0) throw std::runtime_error("no pipe");
  const int alive = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  const std::string command = fmt::format(
      "env -u TMUX -u TMUX_PANE LC_ALL=C.UTF-8 TMUX_TMPDIR={0} tmux -u -L rows -f /dev/null "
      "new-session -d -x {1} -y {2} 'sh {0}/pane' ';' wait-for shown ';' capture-pane -p -e ';' "
      "kill-server",
      path, screen_width, written.size() + 3);
  std::FILE* tmux = ::popen(command.c_str(), "r");
  std::string shown;
  std::array<char, 4096> buffer{};
  for (std::size_t size = 1; size > 0;) {
    size = std::fread(buffer.data(), 1, buffer.size(), tmux);
    shown.append(buffer.data(), size);
  }
  EXPECT_EQ(::pclose(tmux), 0) << command;
  ::close(alive);
  Lines lines = split(shown);
  lines.resize(written.size());
  return lines;
}

/// Each is written to a terminal as it is and as dream shows it: both must look the same.
void expect_as_on_a_terminal(const Lines& cases) {
  Lines written;
  for (const std::string& one : cases) {
    for (const std::string& line : {std::string("."), one, std::string("."), shown_by_dream(one)})
      written.push_back(line);
  }
  const Lines shown = comparable(shown_by_tmux(written));
  ASSERT_EQ(shown.size(), written.size());
  for (std::size_t at = 0; at < cases.size(); ++at) {
    ASSERT_EQ(shown[4 * at], ".");
    EXPECT_EQ(shown[4 * at + 3], shown[4 * at + 1]) << ::testing::PrintToString(cases[at]);
  }
}

/// Lines of random commands, none of which goes beyond the edge. tmux doesn't tell of a background that was
/// erased to the edge, so none is; and it leaves the other half of a wide character that is erased, or
/// written over in the first column, so nothing is erased beside wide characters, and they never stand there.
class RandomLines {
 public:
  explicit RandomLines(unsigned seed) : random_(seed) {}

  std::string next() {
    const bool wide = below(2) == 0;
    std::string line = wide ? "|" : "";
    bool saved = false;
    for (std::size_t left = 1 + below(12); left > 0; --left) {
      const std::size_t kind = below(16);
      if (kind < 6) line += wide ? one_of({"a", "中", "文字", "日本語x", "한", "👍", "e\u0301"}) : text();
      if (kind >= 6 && kind < 10) line += move() + (wide ? "\x1b[C" : "");
      if (kind == 10 || kind == 11) line += wide ? "\b\x1b[C" : erase();
      if (kind == 12) line += style();
      if (kind == 13) line += one_of({"\x1b\x37", "\x1b[s"});
      if (kind == 14 && saved) line += one_of({"\x1b\x38", "\x1b[u"});
      saved = saved || kind == 13;
    }
    return line;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::string one_of(const Lines& all) { return all[below(all.size())]; }

  std::string text() { return one_of({"a", "bcd", "efghij", "x.y", "ä", "e\u0301", "\u0301"}); }
  std::string move() {
    if (below(2) == 0) return one_of({"\r", "\b", "\b\b\b", "\t"});
    return fmt::format("\x1b[{}{}", below(24), one_of({"G", "`", "C", "D"}));
  }
  std::string erase() { return fmt::format("\x1b[49m\x1b[{}", below(3)) + one_of({"K", "X", "@", "P"}); }
  std::string style() {
    return "\x1b[" +
           one_of({"31", "1;92", "44", "38;5;200", "48;2;1;2;3", "0", "39", "49", "4:3", "7", "3;22"}) + "m";
  }

  std::mt19937 random_;
};

TEST(TerminalRows, show_what_is_recorded) {
  Lines written;
  for (const ScreenCase& one : screen_cases) written.emplace_back(one.written);
  const Lines shown = comparable(shown_by_tmux(written));
  for (std::size_t at = 0; at < written.size(); ++at) {
    EXPECT_EQ(shown[at], screen_cases[at].shown) << ::testing::PrintToString(written[at]);
  }
}

TEST(TerminalRows, look_the_same_after_dream_has_read_them) {
  constexpr unsigned seed = 1;
  RandomLines random(seed);
  Lines cases;
  for (int count = 0; count < 300; ++count) cases.push_back(random.next());
  expect_as_on_a_terminal(cases);
}

}  // namespace
}  // namespace dream::output
