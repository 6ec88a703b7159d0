#include "runtime/socket_path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "probe/notify_socket.hpp"
#include "support/temporary_folder.hpp"

namespace dream::runtime {
namespace {

using testing::StartsWith;

std::string path_with(const std::filesystem::path& runtime_folder) {
  const Result<std::string> path =
      new_socket_path([&](const std::string& name) -> std::optional<std::string> {
        return name == "XDG_RUNTIME_DIR" ? std::optional(runtime_folder.string()) : std::nullopt;
      });
  return path ? *path : to_string(path.error());
}

const std::string in_tmp = "/tmp/dream-" + std::to_string(::geteuid()) + "/notify-";

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST(SocketPath, is_a_new_one_in_a_folder_of_the_users_own) {
  const TemporaryFolder runtime;
  const std::string path = path_with(runtime.path());
  EXPECT_THAT(path, StartsWith((runtime.path() / "dream/notify-").string()));
  EXPECT_EQ(mode_of(runtime.path() / "dream"), 0700);
  EXPECT_NE(path_with(runtime.path()), path);
}

TEST(SocketPath, is_in_tmp_where_the_runtime_folder_is_none) {
  const TemporaryFolder runtime;
  EXPECT_THAT(path_with(""), StartsWith(in_tmp));
  EXPECT_EQ(mode_of("/tmp/dream-" + std::to_string(::geteuid())), 0700);
  EXPECT_THAT(path_with(runtime.path() / "missing"), StartsWith(in_tmp));
  EXPECT_FALSE(std::filesystem::exists(runtime.path() / "missing"));
  EXPECT_THAT(path_with("relative"), StartsWith(in_tmp));
  std::filesystem::create_symlink(runtime.path(), runtime.path() / "link");
  EXPECT_THAT(path_with(runtime.path() / "link"), StartsWith(in_tmp));
  ::chmod(runtime.path().c_str(), 0777);
  EXPECT_THAT(path_with(runtime.path()), StartsWith(in_tmp)) << "everybody may put something there";
}

TEST(SocketPath, is_in_no_folder_that_only_a_link_leads_to) {
  const TemporaryFolder runtime;
  const TemporaryFolder elsewhere;
  ::chmod(elsewhere.path().c_str(), 0755);
  std::filesystem::create_symlink(elsewhere.path(), runtime.path() / "dream");
  EXPECT_THAT(path_with(runtime.path()), StartsWith(in_tmp));
  EXPECT_EQ(mode_of(elsewhere.path()), 0755) << "it was touched";
}

TEST(SocketPath, is_never_longer_than_the_kernel_takes) {
  const TemporaryFolder runtime;
  const std::size_t name = path_with(runtime.path()).size() - runtime.path().string().size();
  const std::size_t fills = 107 - name - runtime.path().string().size() - 1;
  const auto longest = runtime.path() / std::string(fills, 'x');
  const auto too_long = runtime.path() / std::string(fills + 1, 'x');
  std::filesystem::create_directory(longest);
  std::filesystem::create_directory(too_long);
  EXPECT_EQ(path_with(longest).size(), 107U);
  EXPECT_THAT(path_with(too_long), StartsWith(in_tmp));
}

TEST(SocketPath, of_other_runs_may_lie_in_each_folder_of_the_users_own) {
  const TemporaryFolder runtime;
  static_cast<void>(path_with(""));
  static_cast<void>(path_with(runtime.path()));
  const auto folders_with = [](const std::filesystem::path& runtime_folder) {
    return socket_folders([&](const std::string&) { return std::optional(runtime_folder.string()); });
  };
  const std::filesystem::path own = runtime.path() / "dream";
  const std::filesystem::path shared = "/tmp/dream-" + std::to_string(::geteuid());
  EXPECT_THAT(folders_with(runtime.path()), testing::IsSupersetOf({own, shared}));
  EXPECT_THAT(folders_with(runtime.path() / "."), testing::Contains(runtime.path() / "./dream"));
  EXPECT_THAT(folders_with("relative"), testing::Not(testing::Contains(own)));
  ::chmod(own.c_str(), 0755);
  EXPECT_THAT(folders_with(runtime.path()), testing::Not(testing::Contains(own))) << "others may look";
}

TEST(SocketPath, takes_away_sockets_of_runs_that_were_killed) {
  const TemporaryFolder runtime;
  boost::asio::io_context context;
  const auto living = probe::NotifySocket::open(context, path_with(runtime.path()), {});
  ASSERT_TRUE(living);
  const std::filesystem::path dead = path_with(runtime.path());
  {
    auto killed = probe::NotifySocket::open(context, dead.string(), {});
    ASSERT_TRUE(killed);
    std::filesystem::create_hard_link(dead, dead.string() + "-still");  // as if nobody had taken it away
  }
  const std::filesystem::path pipe = runtime.path() / "dream/jobs-dead";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(pipe, long_ago);
  runtime.write("dream/notify-file");
  runtime.write("dream/other");
  remove_stale_sockets(runtime.path() / "dream");
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(runtime.path() / "dream"))
    left.push_back(entry.path().filename());
  const std::string own = (*living)->added_to({})->front();
  EXPECT_THAT(left, testing::UnorderedElementsAre(own.substr(own.rfind('/') + 1), "other"));
}

}  // namespace
}  // namespace dream::runtime
