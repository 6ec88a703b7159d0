#include "config/file_rule.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include "config/env_file.hpp"
#include "support/pipe.hpp"
#include "support/temporary_folder.hpp"

namespace dream::config {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

constexpr uid_t mallory = 4711;
constexpr uid_t somebody = 4712;

FoundFile place(const char* path, uid_t owner, mode_t mode) {
  FoundFile place{path, {}, {}};
  place.status.st_uid = owner;
  place.status.st_mode = mode;
  return place;
}

/// What is said of a file to somebody who stands in a folder; "" when it is obeyed.
std::string verdict(const FoundFile& standing, const FoundFile& file) {
  const auto judged = FileRule(standing, {}).of_workspace(file.path.parent_path()).judge(file);
  return judged ? std::string() : judged.error().message;
}

const FoundFile own_folder = place("/w/sub", ::geteuid(), S_IFDIR | 0755);

TEST(FileRule, takes_what_the_user_and_root_have_written) {
  for (const uid_t owner : {::geteuid(), uid_t{0}}) {
    EXPECT_EQ(verdict(own_folder, place("/w/dream.json", owner, S_IFREG | 0664)), "");
    EXPECT_EQ(verdict(place("/w", somebody, S_IFDIR | 0777), place("/w/dream.json", owner, S_IFREG | 0644)),
              "");
  }
}

TEST(FileRule, refuses_what_another_user_has_written_and_says_who) {
  EXPECT_EQ(verdict(own_folder, place("/w/dream.json", mallory, S_IFREG | 0644)),
            "is not obeyed: the file belongs to user 4711");
  EXPECT_EQ(verdict(own_folder, place("/w/dream.json", mallory, S_IFLNK | 0777)),
            "is not obeyed: the link belongs to user 4711");
}

TEST(FileRule, takes_what_the_owner_of_the_folder_has_written) {
  const FoundFile file = place("/w/dream.json", mallory, S_IFREG | 0664);
  EXPECT_EQ(verdict(place("/w", mallory, S_IFDIR | 0775), file), "");
  EXPECT_EQ(verdict(place("/w/sub", mallory, S_IFDIR | 0755), file), "");
  EXPECT_NE(verdict(place("/w", somebody, S_IFDIR | 0755), file), "");
  EXPECT_NE(verdict(place("/w", mallory, S_IFDIR | 0777), file), "");
  EXPECT_NE(verdict(place("/w/sub", mallory, S_IFDIR | 0777), file), "");
  EXPECT_NE(verdict(place("/w", mallory, S_IFDIR | S_ISVTX | 0777), file), "");
}

TEST(FileRule, refuses_what_everybody_may_write_to_whoever_owns_it) {
  for (const mode_t kind : {mode_t{S_IFREG}, mode_t{S_IFIFO}}) {
    EXPECT_EQ(verdict(own_folder, place("/w/dream.json", ::geteuid(), kind | 0606)),
              "is not obeyed: everybody may write to it");
  }
  EXPECT_EQ(verdict(own_folder, place("/dev/null", 0, S_IFCHR | 0666)), "");
}

TEST(FileRule, has_hints_that_can_be_pasted_into_a_shell) {
  const FileRule rule = FileRule(own_folder, {}).of_workspace("/w/a b;id");
  EXPECT_EQ(rule.judge(place("/w/a b;id/dream.json", mallory, S_IFREG | 0644)).error().hint,
            "if you trust it: `dream trust '/w/a b;id'`, or dream with --trust for this once");
}

TEST(FileRule, judges_every_link_on_the_way) {
  const TemporaryFolder folder;
  folder.write("real/dream.json", "{}");
  fs::create_symlink("real", folder.path() / "link");
  const FileRule rule(own_folder, {});
  EXPECT_TRUE(rule.find(folder.path() / "link/dream.json"));
  // Only root can give a link away; for others the rule stands above.
  if (::lchown((folder.path() / "link").c_str(), mallory, static_cast<gid_t>(-1)) != 0) return;
  const auto refused = rule.find(folder.path() / "link/dream.json");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, (folder.path() / "link").string());
}

struct EnvPipe : testing::Test {
  EnvPipe() {
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    other_end = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  }
  ~EnvPipe() override { close_descriptor(other_end); }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(other_end, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  TemporaryFolder folder;
  fs::path path = folder.path() / ".env";
  int other_end = -1;  ///< somebody who never closes it
};

TEST_F(EnvPipe, is_read_by_a_run_up_to_its_end) {
  const int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  write("A=1\n");
  close_descriptor(other_end);
  ASSERT_EQ(::close(writer), 0);
  // What was written stays while anybody has it open, and its end is there already.
  const auto read = read_env_file(path);
  ASSERT_EQ(::close(reader), 0);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(*read, "A=1\n");
}

TEST_F(EnvPipe, that_does_not_end_is_refused) {
  write("A=1\n");
  const auto read = read_env_file(path, {}, std::chrono::milliseconds(1));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::configuration);
  EXPECT_EQ(read.error().where, path.string());
  EXPECT_EQ(read.error().message,
            "the file can't be read: it is a pipe, and its end didn't come within 1 ms");
}

TEST_F(EnvPipe, is_left_alone_by_who_only_looks) {
  write("A=1\n");
  EXPECT_THAT(*read_env_file(path, {}, std::chrono::milliseconds(0)), IsEmpty());
  std::array<char, 4> text{};
  EXPECT_EQ(::read(other_end, text.data(), text.size()), 4);
}

TEST(EnvFile, that_is_no_file_is_refused_at_once) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "folder");
  EXPECT_THAT(read_env_file(folder.path() / "folder").error().message, HasSubstr("it is a folder"));
  EXPECT_THAT(read_env_file("/dev/zero").error().message, HasSubstr("it is larger than 1 MiB"));
  EXPECT_THAT(read_env_file("/proc/self/pagemap").error().message, HasSubstr("it is larger than 1 MiB"));
  EXPECT_THAT(*read_env_file("/dev/null"), IsEmpty());
}

}  // namespace
}  // namespace dream::config
