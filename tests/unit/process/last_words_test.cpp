#include "process/last_words.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

#include "support/pipe.hpp"

namespace dream::process {
namespace {

/// In a process of its own, as it takes the timer; its exit code.
int exit_code_of_speaker(int descriptor, const std::string& words, Duration limit) {
  const pid_t speaker = ::fork();
  if (speaker == 0) {
    say_last_words(descriptor, words, limit);
    ::_exit(7);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(speaker, &status, 0), speaker);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void fill(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  ASSERT_EQ(::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK), 0);
  const std::string much(4096, 'x');
  while (::write(descriptor, much.data(), much.size()) > 0) {
  }
  while (::write(descriptor, "x", 1) > 0) {
  }
  ASSERT_EQ(::fcntl(descriptor, F_SETFL, flags), 0);
}

TEST(LastWords, reach_a_reader) {
  const Pipe pipe = make_pipe();
  EXPECT_EQ(exit_code_of_speaker(pipe.write, "the end\n", std::chrono::hours(1)), 7);
  std::array<char, 64> got{};
  EXPECT_EQ(::read(pipe.read, got.data(), got.size()), 8);
  EXPECT_STREQ(got.data(), "the end\n");
  ::close(pipe.read);
  ::close(pipe.write);
}

TEST(LastWords, are_given_up_where_nobody_reads) {
  const Pipe pipe = make_pipe();
  std::array<int, 2> sockets{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()), 0);
  for (const int full : {pipe.write, sockets[0]}) {
    fill(full);
    EXPECT_EQ(exit_code_of_speaker(full, "the end\n", std::chrono::milliseconds(20)), 7);
    EXPECT_EQ(::fcntl(full, F_GETFL) & O_NONBLOCK, 0);
  }
  for (const int end : {pipe.read, pipe.write, sockets[0], sockets[1]}) ::close(end);
}

}  // namespace
}  // namespace dream::process
