#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <sstream>
#include <string_view>

#include "e2e/dream_run.hpp"

namespace dream::e2e {
namespace {

/// 5 MB of numbered lines, written in pieces that have nothing to do with lines.
constexpr std::size_t lines_of_a_writer = 250'000;
std::string writer(const std::string& name, const std::string& piece) {
  return "seq -f '" + name + " line %012.0f' " + std::to_string(lines_of_a_writer) + " | dd obs=" + piece +
         " status=none";
}

TEST(OutputVolume, eight_writers_lose_and_mix_nothing) {
  std::vector<Step> steps;
  for (int number = 0; number < 8; ++number) {
    const std::string name = "w" + std::to_string(number);
    steps.push_back({name, writer(name, std::to_string(777 + 4001 * number)), async, ""});
  }
  steps.push_back({"c", "true", "", ""});
  const Workspace workspace(steps);
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  std::map<std::string, std::size_t> lines;
  std::string_view rest = finished.out;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const std::string name(line.substr(0, 2));
    std::string number = std::to_string(++lines[name]);
    number.insert(0, 12 - number.size(), '0');
    ASSERT_EQ(line, std::string(name).append(" | ").append(name).append(" line ").append(number));
  }
  EXPECT_EQ(lines.size(), 8U);
  for (const auto& [name, count] : lines) EXPECT_EQ(count, lines_of_a_writer) << name;
}

TEST(OutputVolume, of_the_next_program_on_a_shared_socket_is_not_cut_off) {
  const Workspace workspace({{"c", "head -c 3000000 /dev/zero", "", ""}});
  const Finished finished =
      run(workspace, {.arguments = {"-c", DREAM_BINARY " go; head -c 5000000 /dev/zero"},
                      .folder = "c",
                      .out_is_socket = true,
                      .program = "/bin/sh"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out.size(), 8'000'000U);
}

TEST(OutputVolume, a_line_of_a_megabyte_is_not_mixed_with_others) {
  constexpr std::size_t size = 1'048'576;
  const Workspace workspace(
      {{"a", "head -c " + std::to_string(size) + " /dev/zero | tr '\\0' x; echo", async, ""},
       {"b", "seq 20000", async, ""},
       {"c", "true", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  EXPECT_GE(std::ranges::count(finished.out, '\n'), 20'001) << "more where b had waited long enough";
  std::string numbers;
  for (int number = 1; number <= 20'000; ++number) numbers += "b | " + std::to_string(number) + "\n";
  std::string lines_of_b;
  std::istringstream lines(finished.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("b | ")) lines_of_b += line + "\n";
  }
  EXPECT_TRUE(lines_of_b == numbers);
  EXPECT_EQ(std::ranges::count(finished.out, 'x'), std::ptrdiff_t{size});
}

/// 64 KiB a block; the file tells how many the task could write.
const std::string counted_blocks =
    "block=$(head -c 65535 /dev/zero | tr '\\0' y); n=0; while [ $n -lt 320 ]; do echo \"$block\"; "
    "n=$((n+1)); echo $n > $ROOT/progress; done";

TEST(OutputVolume, a_slow_reader_slows_the_task_and_loses_nothing) {
  const Workspace workspace({{"c", counted_blocks, "", ""}});
  DreamRun dream(workspace);
  constexpr std::size_t block = 65536;
  constexpr std::size_t total = 320 * block;
  constexpr std::size_t buffered_at_most =
      std::size_t{4} * 1024 * 1024;  // pipes on both sides, and dream's own buffer
  while (dream.out().size() < total) {
    dream.read_out(1);
    const std::string progress = workspace.read("progress");
    const std::size_t written = progress.empty() ? 0 : std::stoul(progress) * block;
    ASSERT_LE(written, dream.out().size() + buffered_at_most);
  }
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_EQ(dream.out().size(), total);
  EXPECT_EQ(std::ranges::count(dream.out(), 'y'), static_cast<std::ptrdiff_t>(total - 320));
}

TEST(OutputVolume, everything_is_written_before_dream_ends) {
  const Workspace workspace({{"c", "seq 400000", "", ""}});
  DreamRun dream(workspace);
  dream.stop_reading_out();
  dream.await_err("");
  dream.read_out(1);  // the task has ended long before the reader has everything
  dream.resume_reading_out();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_TRUE(dream.out().ends_with("\n399999\n400000\n"));
}

/// More than the pipe holds, and less than the pipes and dream's buffer together: dream is left with some of
/// it.
TEST(OutputVolume, a_reader_that_reads_nothing_can_not_keep_a_stopped_run_alive) {
  const Workspace workspace({{"c", "head -c 1100000 /dev/zero; echo written >&2; yes", "", ""}});
  DreamRun dream(workspace);
  dream.stop_reading_out();
  dream.await_err("written");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
}

TEST(OutputVolume, a_second_signal_does_not_wait_for_the_reader) {
  const Workspace workspace({{"c", "head -c 1100000 /dev/zero; echo written >&2", "", ""}});
  DreamRun dream(workspace, {.arguments = {"go", "-d"}, .folder = "c"});
  dream.stop_reading_out();
  dream.await_err("written");
  dream.await_err("the run is over");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 0);  // the run was over: only its reader was not
}

}  // namespace
}  // namespace dream::e2e
