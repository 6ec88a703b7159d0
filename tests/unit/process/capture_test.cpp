#include "process/capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "base/descriptor.hpp"

namespace dream::process {
namespace {

using testing::HasSubstr;

Result<Captured> run(const std::string& line) {
  return capture({.executable = "/bin/sh",
                  .argv = {"sh", "-c", line},
                  .directory = "/",
                  .environment = {"PATH=/usr/bin:/bin", "NAME=value"}});
}

TEST(Capture, takes_both_streams_and_the_exit_code) {
  const auto captured = run(R"(printf 'a\0b'; echo "$NAME" >&2; pwd; exit 3)");
  ASSERT_TRUE(captured) << to_string(captured.error());
  EXPECT_EQ(captured->output, std::string("a\0b/\n", 5));
  EXPECT_EQ(captured->complaint, "value\n");
  EXPECT_EQ(captured->status, ExitStatus(ExitedWith{3}));
}

TEST(Capture, tells_of_a_signal) {
  const auto captured = run("kill -TERM $$");
  ASSERT_TRUE(captured) << to_string(captured.error());
  EXPECT_EQ(captured->status, ExitStatus(KilledBy{SIGTERM}));
}

TEST(Capture, gives_nothing_to_read) {
  const Descriptor own(::dup(STDIN_FILENO));
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  ASSERT_EQ(::write(pipe[1], "word", 4), 4);
  ASSERT_EQ(::dup2(pipe[0], STDIN_FILENO), STDIN_FILENO);
  for (const int end : pipe) ::close(end);
  const auto captured = run("cat; echo end");
  ::dup2(own.get(), STDIN_FILENO);
  ASSERT_TRUE(captured) << to_string(captured.error());
  EXPECT_EQ(captured->output, "end\n");
}

TEST(Capture, takes_more_of_both_streams_than_a_pipe_holds) {
  const auto captured =
      run("head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero; head -c 1000000 /dev/zero >&2");
  ASSERT_TRUE(captured) << to_string(captured.error());
  EXPECT_EQ(captured->output.size(), 3'000'000U);
  EXPECT_EQ(captured->complaint.size(), 4'000'000U);
}

TEST(Capture, does_not_wait_for_what_was_left_running) {
  const auto captured = run("tail -f /dev/null & echo $!");
  ASSERT_TRUE(captured) << to_string(captured.error());
  EXPECT_EQ(::kill(std::stoi(captured->output), SIGKILL), 0);
}

TEST(Capture, names_a_program_that_is_not_there) {
  const auto captured =
      capture({.executable = "/nowhere/git", .argv = {"git"}, .directory = "/", .environment = {}});
  ASSERT_FALSE(captured);
  EXPECT_THAT(to_string(captured.error()), HasSubstr("/nowhere/git"));
}

}  // namespace
}  // namespace dream::process
