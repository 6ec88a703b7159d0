#include "build_context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "support/temporary_folder.hpp"

namespace dream::docker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The whole archive, unpacked by the system's tar below `target`; what that lists.
std::string unpack(BuildContext& context, const TemporaryFolder& target) {
  std::string archive;
  while (true) {
    const auto piece = context.next();
    if (!piece) return piece.failure().message;
    if (piece->empty()) break;
    archive += *piece;
  }
  const auto file = target.write("archive.tar", archive);
  const std::string command =
      "cd " + target.path().string() + " && mkdir x && tar -C x -xvf archive.tar 2>&1 | LC_ALL=C sort";
  std::string listed;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) listed += static_cast<char>(c);
  ::pclose(pipe);
  return listed;
}

struct Context : ::testing::Test {
  std::shared_ptr<BuildContext> open(const std::string& dockerfile = "") const {
    const auto file = BuildContext::find_dockerfile(folder.path(), ".", dockerfile);
    EXPECT_TRUE(file);
    auto context = BuildContext::open(folder.path(), *file);
    EXPECT_TRUE(context);
    return *context;
  }
  TemporaryFolder folder;
  TemporaryFolder target;
};

TEST_F(Context, is_an_archive_of_the_folder) {
  folder.write("Dockerfile", "FROM x\n");
  folder.write("src/a.txt", "hello");
  folder.write("src/empty", "");
  std::filesystem::create_symlink("a.txt", folder.path() / "src/link");
  EXPECT_EQ(unpack(*open(), target), "Dockerfile\nsrc/\nsrc/a.txt\nsrc/empty\nsrc/link\n");
  std::ifstream file(target.path() / "x/src/link");
  std::string text;
  file >> text;
  EXPECT_EQ(text, "hello");
}

TEST_F(Context, files_of_every_size_come_through_whole) {
  folder.write("Dockerfile", "");
  for (const std::size_t size : {1U, 511U, 512U, 513U, 65535U, 65536U, 300000U}) {
    folder.write("f" + std::to_string(size), std::string(size, 'x'));
  }
  unpack(*open(), target);
  for (const std::size_t size : {1U, 511U, 512U, 513U, 65535U, 65536U, 300000U}) {
    EXPECT_EQ(std::filesystem::file_size(target.path() / "x" / ("f" + std::to_string(size))), size);
  }
}

TEST_F(Context, long_names_and_long_links_come_through) {
  const std::string name(150, 'n');
  folder.write("Dockerfile", "");
  folder.write("a/" + name, "1");
  std::filesystem::create_symlink(std::string(140, 'l'), folder.path() / "link");
  EXPECT_THAT(unpack(*open(), target), HasSubstr("a/" + name + "\n"));
  EXPECT_EQ(std::filesystem::read_symlink(target.path() / "x/link").string(), std::string(140, 'l'));
}

TEST_F(Context, what_is_ignored_stays_out_but_never_the_dockerfile) {
  folder.write("docker/Dockerfile.dev", "");
  folder.write("node_modules/x.js", "1");
  folder.write("logs/a.log", "1");
  folder.write("logs/keep.log", "1");
  folder.write(".dockerignore", "node_modules\nlogs\n!logs/keep.log\ndocker\n");
  EXPECT_EQ(unpack(*open("docker/Dockerfile.dev"), target),
            ".dockerignore\ndocker/Dockerfile.dev\nlogs/keep.log\n");
}

TEST_F(Context, a_dockerfile_may_have_an_ignore_file_of_its_own) {
  folder.write("Dockerfile", "");
  folder.write(".dockerignore", "b\n");
  folder.write("Dockerfile.dockerignore", "a\n");
  folder.write("a", "");
  folder.write("b", "");
  EXPECT_THAT(unpack(*open(), target), Not(HasSubstr("\na\n")));
}

TEST_F(Context, a_dockerfile_outside_of_the_folder_goes_along) {
  const TemporaryFolder other;
  const auto file = other.write("Dockerfile", "FROM y\n");
  const auto context = open(file.string());
  EXPECT_EQ(context->dockerfile(), ".dream.dockerfile");
  EXPECT_EQ(unpack(*context, target), ".dream.dockerfile\n");
}

TEST_F(Context, what_is_missing_is_named_by_its_option) {
  EXPECT_EQ(BuildContext::find_dockerfile(folder.path(), ".", "").failure().where, "/build");
  EXPECT_EQ(BuildContext::find_dockerfile(folder.path(), ".", "x").failure().where, "/build/dockerfile");
  EXPECT_EQ(BuildContext::find_dockerfile(folder.path(), "x", "").failure().where, "/build/context");
}

}  // namespace
}  // namespace dream::docker
