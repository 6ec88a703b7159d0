#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <string_view>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"

namespace dream::e2e {
namespace {

/// What was written below each label, with the newlines.
std::map<std::string, std::string> by_label(std::string_view out) {
  std::map<std::string, std::string> texts;
  while (!out.empty()) {
    const std::size_t label = out.find(" | ");
    const std::size_t end = out.find('\n', label);
    if (label == std::string_view::npos || end == std::string_view::npos) {
      ADD_FAILURE() << "the end is no whole line: " << out.substr(0, 100);
      break;
    }
    texts[std::string(out.substr(0, out.find_last_not_of(' ', label) + 1))] +=
        out.substr(label + 3, end + 1 - label - 3);
    out.remove_prefix(end + 1);
  }
  return texts;
}

/// Of the process that runs the steps, as it is shipped: sanitizers and counters of coverage take their own.
void expect_small_memory(const DreamRun& dream) {
#if defined(DREAM_OPTIMIZED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  constexpr std::size_t most_kib = 20'000;
  EXPECT_LT(peak_memory_kib(host_of(dream.pid())), most_kib);
#else
  EXPECT_GT(peak_memory_kib(host_of(dream.pid())), 0U);
#endif
}

TEST(HardOutput, lines_of_ten_megabytes_with_a_slow_reader_stay_whole_in_little_memory) {
  constexpr std::size_t size = 10'000'000;
  const auto long_lines = [](char of) {
    return "for line in 1 2 3; do head -c " + std::to_string(size) + " /dev/zero | tr '\\0' " + of +
           "; echo; done";
  };
  const Workspace workspace({{"a", long_lines('a'), async, ""},
                             {"b", long_lines('b'), async, ""},
                             {"d", "seq 100000", async, ""},
                             {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  std::string numbers;
  for (int number = 1; number <= 100'000; ++number) numbers += std::to_string(number) + "\n";
  DreamRun dream(workspace);
  dream.stop_reading_out();
  dream.await_err("./c:go started");
  constexpr std::size_t bite = 10'000;
  while (dream.out().size() < 6 * size) dream.read_out(bite);
  expect_small_memory(dream);
  dream.resume_reading_out();
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  auto texts = by_label(dream.out());
  EXPECT_TRUE(texts["d"] == numbers);
  for (const char name : {'a', 'b'}) {
    std::string& text = texts[{name}];
    EXPECT_GE(std::erase(text, '\n'), 3U) << "more where others had waited long enough";
    EXPECT_TRUE(text == std::string(3 * size, name)) << name;
  }
}

TEST(HardOutput, a_line_without_end_keeps_nobody_waiting) {
  const Workspace workspace(
      {{"a", "while read go < $ROOT/more; do printf '%3000s\\r' 10%; done", async, ""},
       {"b", "n=0; while read go < $ROOT/line; do n=$((n+1)); echo line $n; done", async, ""},
       {"c", "read go < $ROOT/gate", "", ""}});
  const Gate more(workspace, "more");
  const Gate line(workspace, "line");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("./c:go started");
  std::size_t asked_for = 0;  // bytes
  for (int number = 1; number <= 3; ++number) {
    line.open();
    const std::string awaited = "b | line " + std::to_string(number) + "\n";
    for (std::size_t at = 0; dream.out().find(awaited, at) == std::string::npos;) {
      at = dream.out().size() - std::min(dream.out().size(), awaited.size());
      // More than is kept of an unfinished line; not so much that it waits in the fifo, which would be full
      // at last.
      for (; asked_for < dream.out().size() + 100'000; asked_for += 3000) more.open();
      dream.await_more_out();
    }
  }
  dream.send(SIGTERM);
  dream.exit_code();
}

TEST(HardOutput, in_raw_mode_pieces_of_several_steps_wait_for_nothing) {
  const Workspace workspace({{"a", "printf '10%%\\r'; read go < $ROOT/more", async, ""},
                             {"c", "printf 'no '; read go < $ROOT/gate; printf end", "", ""}});
  const Gate a(workspace, "more");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, {.arguments = {"go", "-o", "raw"}, .folder = "c"});
  dream.await_out("10%\r");
  dream.await_out("no ");
  gate.open();
  dream.await_out("end");
  a.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_EQ(dream.out().size(), std::string_view("10%\rno end").size());
}

TEST(HardOutput, of_many_steps_that_all_wait_for_the_reader_needs_little_memory) {
  constexpr int step_count = 300;
  std::string text;
  for (int number = 1; number <= 20'000; ++number) text += std::to_string(number) + "\n";
  std::vector<Step> steps;
  steps.reserve(step_count + 1);
  for (int number = 0; number < step_count; ++number) {
    steps.push_back({"w" + std::to_string(number), "seq 20000", async, ""});
  }
  steps.push_back({"c", "read go < $ROOT/gate", "", ""});
  const Workspace workspace(steps);
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.stop_reading_out();
  dream.await_err("./c:go started");
  expect_small_memory(dream);
  const std::size_t label_size = sizeof "w100 | " - 1;
  const std::size_t total = step_count * (text.size() + 20'000 * label_size);
  while (dream.out().size() < total)
    dream.read_out(std::min<std::size_t>(500'000, total - dream.out().size()));
  expect_small_memory(dream);
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  const auto texts = by_label(dream.out());
  EXPECT_EQ(texts.size(), std::size_t{step_count});
  for (const auto& [name, got] : texts) EXPECT_TRUE(got == text) << name;
}

TEST(HardOutput, bytes_without_any_sense_pass_unchanged_below_their_labels) {
  std::mt19937 random(7);
  std::map<std::string, std::string> expected;
  std::vector<Step> steps;
  for (const std::string name : {"a", "b", "d"}) {
    for (int count = 0; count < 300'000; ++count) expected[name] += static_cast<char>(random() & 0xFFU);
    expected[name] += std::string("\0\xFF\xC3\r\x80 end", 9);  // of its last line, which has no newline
    steps.push_back({name, "cat $ROOT/bytes_" + name, async, ""});
  }
  steps.push_back({"c", "true", "", ""});
  const Workspace workspace(steps);
  for (auto& [name, bytes] : expected) {
    workspace.write("bytes_" + name, bytes);
    bytes += '\n';
  }
  // A line of such bytes may itself hold " | ": the label is what stands before the first.
  EXPECT_TRUE(by_label(run(workspace).out) == expected);
}

TEST(HardOutput, that_comes_one_byte_at_a_time_is_whole_lines) {
  std::vector<Step> steps;
  std::map<std::string, std::string> expected;
  for (const std::string name : {"a", "b", "d"}) {
    for (int line = 0; line < 500; ++line) expected[name] += "größer " + name + std::to_string(line) + "\n";
    steps.push_back({name, "dd if=$ROOT/text_" + name + " bs=1 status=none", async, ""});
  }
  steps.push_back({"c", "true", "", ""});
  const Workspace workspace(steps);
  for (const auto& [name, text] : expected) workspace.write("text_" + name, text);
  EXPECT_TRUE(by_label(run(workspace).out) == expected);
}

TEST(HardOutput, of_ten_thousand_writers_at_once_is_complete_and_needs_little_memory) {
  constexpr int step_count = 200;
  constexpr int writers = 50;
  constexpr int lines = 3;
  std::vector<Step> steps;
  steps.reserve(step_count + 1);
  for (int number = 0; number < step_count; ++number) {
    steps.push_back({"w" + std::to_string(number),
                     "exec writers " + std::to_string(writers) + " " + std::to_string(lines) + " $ROOT/go",
                     async, ""});
  }
  steps.push_back({"c", "read go < $ROOT/gate", "", ""});
  const Workspace workspace(steps);
  const Gate gate(workspace, "gate");
  std::optional<Gate> go(std::in_place, workspace, "go");
  DreamRun dream(workspace);
  while (std::ranges::count(dream.out(), '\n') < step_count) dream.await_more_out();
  go.reset();
  while (std::ranges::count(dream.out(), '\n') < std::ptrdiff_t{step_count} * (1 + writers * lines))
    dream.await_more_out();
  expect_small_memory(dream);
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  const auto texts = by_label(dream.out());
  EXPECT_EQ(texts.size(), std::size_t{step_count});
  for (const auto& [name, text] : texts) {
    std::vector<int> next(writers);
    std::istringstream stream(text);
    std::string word;
    std::getline(stream, word);
    EXPECT_EQ(word, "ready");
    for (int writer = 0, line = 0; stream >> word >> writer >> word >> line;) {
      ASSERT_TRUE(writer >= 0 && writer < writers) << name;
      ASSERT_EQ(line, next[static_cast<std::size_t>(writer)]++) << name << " writer " << writer;
    }
    EXPECT_EQ(next, std::vector<int>(writers, lines)) << name;
  }
}

}  // namespace
}  // namespace dream::e2e
