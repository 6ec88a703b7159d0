#include "process/last_words.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>

#include "support/pipe.hpp"

namespace dream::process {
namespace {

/// In a process of its own, as it takes the timer.
pid_t start_speaker(int descriptor, const std::string& words, Duration limit) {
  const pid_t speaker = ::fork();
  if (speaker == 0) {
    say_last_words(descriptor, words, limit);
    ::_exit(7);
  }
  return speaker;
}

int exit_code_of(pid_t speaker) {
  int status = 0;
  EXPECT_EQ(::waitpid(speaker, &status, 0), speaker);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void await_that_waits_or_has_ended(pid_t pid) {
  for (std::string stat; stat.find(") S ") == std::string::npos && stat.find(") Z ") == std::string::npos;) {
    ::sched_yield();
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::getline(file, stat);
  }
}

std::string read_to_end(int descriptor) {
  std::string all;
  std::array<char, 4096> some{};
  for (ssize_t count = 0; (count = ::read(descriptor, some.data(), some.size())) > 0;)
    all.append(some.data(), static_cast<std::size_t>(count));
  return all;
}

/// Leaves it non-blocking or not, as `flag` says.
void fill(int descriptor, int flag) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  ASSERT_EQ(::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK), 0);
  const std::string much(4096, 'x');
  while (::write(descriptor, much.data(), much.size()) > 0) {
  }
  while (::write(descriptor, "x", 1) > 0) {
  }
  ASSERT_EQ(::fcntl(descriptor, F_SETFL, flags | flag), 0);
}

TEST(LastWords, reach_a_reader) {
  const Pipe pipe = make_pipe();
  EXPECT_EQ(exit_code_of(start_speaker(pipe.write, "the end\n", std::chrono::hours(1))), 7);
  std::array<char, 64> got{};
  EXPECT_EQ(::read(pipe.read, got.data(), got.size()), 8);
  EXPECT_STREQ(got.data(), "the end\n");
  ::close(pipe.read);
  ::close(pipe.write);
}

TEST(LastWords, reach_a_reader_that_begins_later) {
  for (const auto& make : {make_pipe, make_socket}) {
    for (const int flag : {0, O_NONBLOCK}) {
      Pipe pipe = make();
      fill(pipe.write, flag);
      const pid_t speaker = start_speaker(pipe.write, "the end\n", std::chrono::hours(1));
      await_that_waits_or_has_ended(speaker);
      close_descriptor(pipe.write);
      EXPECT_TRUE(read_to_end(pipe.read).ends_with("xthe end\n")) << flag;
      EXPECT_EQ(exit_code_of(speaker), 7);
      close_descriptor(pipe.read);
    }
  }
}

TEST(LastWords, are_given_up_where_nobody_reads) {
  for (const auto& make : {make_pipe, make_socket}) {
    for (const int flag : {0, O_NONBLOCK}) {
      Pipe pipe = make();
      fill(pipe.write, flag);
      EXPECT_EQ(exit_code_of(start_speaker(pipe.write, "the end\n", std::chrono::milliseconds(20))), 7);
      EXPECT_EQ(::fcntl(pipe.write, F_GETFL) & O_NONBLOCK, flag);
      close_descriptor(pipe.write);
      close_descriptor(pipe.read);
    }
  }
}

}  // namespace
}  // namespace dream::process
