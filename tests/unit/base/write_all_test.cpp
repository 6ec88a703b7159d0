#include "base/write_all.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <thread>

#include "support/pipe.hpp"
#include "support/temporary_folder.hpp"

/// Files that are written whole or not at all.
namespace dream {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(WriteAll, waits_for_room_in_a_pipe_that_does_not_block) {
  const Pipe pipe = make_pipe();
  ASSERT_EQ(::fcntl(pipe.write, F_SETFL, O_NONBLOCK), 0);
  const int room = ::fcntl(pipe.write, F_GETPIPE_SZ);
  const std::string text(static_cast<std::size_t>(room) * 3, 'x');
  int problem = -1;
  std::thread writer([&] {
    problem = write_all(pipe.write, text);
    ::close(pipe.write);
  });
  pollfd full{pipe.write, POLLOUT, 0};
  while (::poll(&full, 1, 0) > 0) std::this_thread::yield();
  std::string all;
  std::string buffer(4096, ' ');
  for (ssize_t size = 1; size > 0;) {
    size = ::read(pipe.read, buffer.data(), buffer.size());
    if (size > 0) all.append(buffer, 0, static_cast<std::size_t>(size));
  }
  writer.join();
  ::close(pipe.read);
  EXPECT_EQ(problem, 0);
  EXPECT_EQ(all.size(), text.size());
}

TEST(WriteUnlessFull, fails_where_there_is_no_room) {
  const Pipe pipe = make_pipe();
  ASSERT_EQ(::fcntl(pipe.write, F_SETFL, O_NONBLOCK), 0);
  const auto room = static_cast<std::size_t>(::fcntl(pipe.write, F_GETPIPE_SZ));
  EXPECT_EQ(write_unless_full(pipe.write, std::string(room, 'x')), 0);
  EXPECT_EQ(write_unless_full(pipe.write, "y"), EAGAIN);
  ::close(pipe.write);
  ::close(pipe.read);
}

TEST(ReplaceFile, keeps_the_mode_and_a_link_to_it) {
  const TemporaryFolder folder;
  folder.write("real/dream.json", "old");
  const fs::path real = folder.path() / "real/dream.json";
  ASSERT_EQ(::chmod(real.c_str(), 0604), 0);
  const fs::path link = folder.path() / "dream.json";
  fs::create_symlink("real/dream.json", link);
  EXPECT_EQ(replace_file(link, "new text"), 0);
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(text_of(real), "new text");
  struct stat status {};
  ASSERT_EQ(::stat(real.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0604U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() / "real"), {}), 1);
}

TEST(ReplaceFile, leaves_whoever_has_it_open_the_old_one_whole) {
  const TemporaryFolder folder;
  folder.write("dream.json", "old");
  std::ifstream reader(folder.path() / "dream.json");
  EXPECT_EQ(replace_file(folder.path() / "dream.json", "new"), 0);
  std::string text;
  reader >> text;
  EXPECT_EQ(text, "old");
}

TEST(ReplaceFile, makes_none_where_there_is_none) {
  const TemporaryFolder folder;
  EXPECT_EQ(replace_file(folder.path() / "dream.json", "new"), ENOENT);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace dream
