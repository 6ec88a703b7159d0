// What is copied of a project's folder into a Pod.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "pod_plan.hpp"
#include "support/temporary_folder.hpp"

namespace dream::kubernetes {
namespace {

using plugins::FolderArchive;
using ::testing::HasSubstr;
using ::testing::Not;

struct CopiedFolder : ::testing::Test {
  [[nodiscard]] plugins::FolderContents contents() const {
    return copied_folder({.folder = folder.path().string(), .excluded = {".git", "none"}});
  }
  TemporaryFolder folder;
};

TEST_F(CopiedFolder, has_no_names_that_are_left_out_at_any_depth_and_no_pipes) {
  folder.write("sub/.git/x", "");
  folder.write(".git/x", "");
  folder.write("sub/.gitignore", "");
  ::mkfifo((folder.path() / "pipe").c_str(), 0600);
  FolderArchive archive(contents());
  constexpr std::size_t block = 512;
  EXPECT_EQ(*archive.list(), 4 * block) << "two headers, and the end";
  const auto bytes = archive.next();
  ASSERT_TRUE(bytes);
  EXPECT_THAT(*bytes, Not(HasSubstr(".git/")));
  EXPECT_THAT(*bytes, HasSubstr("sub/.gitignore"));
}

TEST_F(CopiedFolder, has_a_limit) {
  folder.write("large", "");
  std::filesystem::resize_file(folder.path() / "large", std::uintmax_t{64} * 1024 * 1024);
  const auto refused = FolderArchive(contents()).list();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.failure().message, HasSubstr("it has more than 64 MiB"));
  EXPECT_EQ(refused.failure().where, (folder.path() / "large").string());
  std::filesystem::resize_file(folder.path() / "large", std::uintmax_t{64} * 1024 * 1024 - 512);
  EXPECT_TRUE(FolderArchive(contents()).list());
}

}  // namespace
}  // namespace dream::kubernetes
