#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <regex>
#include <utility>
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

/// The rows of a terminal in which `bytes` were written.
Lines screen_after(const std::string& bytes, std::size_t columns, std::size_t rows) {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  folder.write("bytes", bytes);
  // The pane asks the terminal, which has read everything else when it answers. The server ends with the
  // pane, at the latest when the pipe breaks because the test is gone.
  folder.write("pane",
               fmt::format("stty -icanon -echo; cat {0}/bytes; printf '\\033[5n'; head -c 4 >{0}/answer\n"
                           "tmux wait-for -S shown; exec cat {0}/alive\n",
                           path));
  const std::string pipe = path + "/alive";
  if (::mkfifo(pipe.c_str(), 0600) != 0) throw std::runtime_error("no pipe");
  const int alive = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  const std::string command = fmt::format(
      "env -u TMUX -u TMUX_PANE LC_ALL=C.UTF-8 TMUX_TMPDIR={0} tmux -u -L rows -f /dev/null "
      "new-session -d -x {1} -y {2} 'sh {0}/pane' ';' wait-for shown ';' capture-pane -p -e ';' "
      "kill-server",
      path, columns, rows);
  std::FILE* tmux = ::popen(command.c_str(), "r");
  std::string shown;
  std::array<char, 4096> buffer{};
  for (std::size_t size = 1; size > 0;) {
    size = std::fread(buffer.data(), 1, buffer.size(), tmux);
    shown.append(buffer.data(), size);
  }
  EXPECT_EQ(::pclose(tmux), 0) << command;
  ::close(alive);
  return split(shown);
}

/// What a terminal shows of lines that are written into it.
Lines shown_by_tmux(const Lines& written) {
  std::string bytes;
  for (const std::string& line : written) bytes += "\x1b[0m" + line + "\x1b[0m\n";
  Lines lines = screen_after(bytes, screen_width, written.size() + 3);
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

  std::string next() { return next(below(2) == 0); }

  /// With `wide` characters or without.
  std::string next(bool wide) {
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

/// All lines that dream makes of what a program wrote, in pieces of this size.
Lines lines_of(std::string_view written, std::size_t columns, std::size_t piece) {
  Lines lines;
  ScreenLine line;
  line.set_width(columns);
  const auto add = [&](std::string_view text) { lines.emplace_back(text); };
  for (; !written.empty(); written.remove_prefix(std::min(piece, written.size())))
    line.write(written.substr(0, piece), add);
  line.end(add);
  return lines;
}

Lines without_empty(Lines lines) {
  std::erase(lines, "");
  return lines;
}

/// A list of tasks, a few progress bars: rows to which the cursor goes back, and which it leaves as they are,
/// writes anew or writes over. Every row ends as a row of its own.
class RandomBlock {
 public:
  RandomBlock(RandomLines& rows, std::mt19937& random) : rows_(rows), random_(random) {}

  std::string next(std::size_t height) {
    wide_ = random_() % 2 == 0;
    std::string written;
    for (std::size_t row = 0; row < height; ++row) written += text() + "\n";
    for (std::size_t frame = 1 + random_() % 5; frame > 0; --frame) {
      const std::size_t first = random_() % height;
      written += fmt::format("\x1b[{}A", height - first);
      if (random_() % 4 == 0) written += "\x1b[J";
      for (std::size_t row = first; row < height; ++row) written += change();
    }
    return written;
  }

 private:
  std::string text() { return fmt::format("\x1b[0m{}.{}\x1b[0m", random_() % 1000, rows_.next(wide_)); }
  std::string change() {
    switch (random_() % 4) {
      case 0:
        return "\n";
      case 1:
        return "\x1b[2K" + text() + "\n";
      case 2:
        return "\r" + text() + "\n";
      default:
        return "\x1b[B";
    }
  }

  RandomLines& rows_;
  bool wide_ = false;  ///< all rows of the block or none: they are written over one another
  std::mt19937& random_;
};

TEST(TerminalRows, that_are_redrawn_become_the_lines_that_are_left) {
  constexpr unsigned seed = 2;
  std::mt19937 random(seed);
  RandomLines rows(seed);
  RandomBlock blocks(rows, random);
  std::string bytes;
  std::vector<std::pair<std::string, std::size_t>> cases;
  std::size_t height = 3;
  for (int count = 0; count < 200; ++count) {
    const std::size_t size = 1 + random() % 6;
    cases.emplace_back(blocks.next(size), size);
    bytes += cases.back().first + "\r\x1b[0m==\n";
    height += size + 1;
  }
  const Lines shown = comparable(screen_after(bytes, screen_width, height));
  auto row = shown.begin();
  for (const auto& [written, size] : cases) {
    const Lines lines = comparable(lines_of(written, screen_width, written.size()));
    EXPECT_LE(lines.size(), 2 * size) << ::testing::PrintToString(written);
    for (std::size_t left = size; left > 0; --left) {
      ASSERT_NE(row, shown.end());
      const bool there = row->empty() || std::ranges::find(lines, *row) != lines.end();
      EXPECT_TRUE(there) << *row << " of " << ::testing::PrintToString(written);
      ++row;
    }
    ASSERT_EQ(*row++, "==") << ::testing::PrintToString(written);
  }
}

/// What common programs wrote into a terminal of 100 columns (docker_pull, gradle and pip: as they do).
class RecordedRows : public testing::TestWithParam<std::string> {
 protected:
  static constexpr std::size_t columns = 100;
  std::string written_ = [] {
    std::ifstream file(DREAM_SOURCE_DIR "/tests/golden/terminal/" + GetParam() + ".out", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
};

TEST_P(RecordedRows, are_the_lines_of_dream) {
  ASSERT_FALSE(written_.empty());
  const Lines shown = without_empty(comparable(screen_after(written_ + "\x1b[0m", columns, 200)));
  const Lines whole = lines_of(written_, columns, written_.size());
  const Lines lines = without_empty(comparable(whole));
  static const std::regex goes_up("\x1b\\[[0-9]*A");
  if (!std::regex_search(written_, goes_up)) {
    EXPECT_EQ(lines, shown);
  } else {  // a line that changed is there twice: as it was first, and as it was left
    EXPECT_THAT(shown, ::testing::Each(::testing::Truly([&](const std::string& row) {
                  return std::ranges::find(lines, row) != lines.end();
                })))
        << ::testing::PrintToString(lines);
    EXPECT_LE(lines.size(), 2 * shown.size()) << ::testing::PrintToString(lines);
  }
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U})
    EXPECT_EQ(lines_of(written_, columns, piece), whole) << piece;
}

INSTANTIATE_TEST_SUITE_P(Of, RecordedRows,
                         ::testing::Values("apt", "cli_progress", "curl", "curl_bar", "dd", "docker_pull",
                                           "git", "gradle", "listr2", "npm", "ora", "pip", "wget"),
                         [](const auto& tool) { return tool.param; });

}  // namespace
}  // namespace dream::output
