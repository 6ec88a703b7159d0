#include "project_copy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "support/temporary_folder.hpp"

namespace dream::kubernetes {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t block = 512;

TEST(ProjectCopy, has_a_header_and_whole_blocks_for_each_file) {
  const TemporaryFolder folder;
  folder.write("a", std::string(block, 'x'));
  folder.write("b", std::string(block + 1, 'y'));
  folder.write("empty", "");
  folder.write("sub/c", "z");
  ::mkfifo((folder.path() / "pipe").c_str(), 0600);
  const auto archive = archive_of(folder.path(), {}, 1'000'000);
  ASSERT_TRUE(archive);
  // a: 1 + 1; b: 1 + 2; empty: 1; sub/: 1; sub/c: 1 + 1; the end: 2
  EXPECT_EQ(archive->size(), 11 * block);
  EXPECT_THAT(*archive, HasSubstr("sub/c"));
}

TEST(ProjectCopy, leaves_out_names_at_any_depth) {
  const TemporaryFolder folder;
  folder.write("sub/.git/x", "");
  folder.write(".git/x", "");
  folder.write("sub/.gitignore", "");
  const auto archive = archive_of(folder.path(), {".git", "none"}, 1'000'000);
  ASSERT_TRUE(archive);
  EXPECT_THAT(*archive, Not(HasSubstr(".git/")));
  EXPECT_THAT(*archive, HasSubstr("sub/.gitignore"));
}

TEST(ProjectCopy, is_refused_at_the_limit_with_the_file) {
  const TemporaryFolder folder;
  folder.write("large", std::string(block, 'x'));
  EXPECT_TRUE(archive_of(folder.path(), {}, 2 * block));
  const auto refused = archive_of(folder.path(), {}, 2 * block - 1);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.failure().message, HasSubstr("too large"));
  EXPECT_THAT(refused.failure().where, HasSubstr("large"));
  EXPECT_FALSE(archive_of(folder.path() / "none", {}, block));
}

}  // namespace
}  // namespace dream::kubernetes
