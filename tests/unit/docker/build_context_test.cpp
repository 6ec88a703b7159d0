#include "build_context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "support/temporary_folder.hpp"

namespace dream::docker {
namespace {

using plugins::FolderArchive;
using ::testing::HasSubstr;
using ::testing::Not;

/// The whole archive, unpacked by the system's tar below `target`; what that lists.
std::string unpack(FolderArchive& context, const TemporaryFolder& target) {
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
  BuildContext context(const std::string& dockerfile = "") const {
    const auto file = BuildContext::find_dockerfile(folder.path(), ".", dockerfile);
    EXPECT_TRUE(file);
    return {folder.path(), *file};
  }
  std::shared_ptr<FolderArchive> open(const std::string& dockerfile = "") const {
    auto archive = std::make_shared<FolderArchive>(context(dockerfile).contents);
    EXPECT_TRUE(archive->list());
    return archive;
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

/// The engine leaves both out of the image, and finds out by the ignore file that it should.
TEST_F(Context, an_ignored_dockerfile_comes_with_the_ignore_file_that_says_so) {
  folder.write("Dockerfile", "");
  folder.write("a", "");
  folder.write("b", "");
  folder.write(".dockerignore", "*\n!a\n");
  EXPECT_EQ(unpack(*open(), target), ".dockerignore\nDockerfile\na\n");
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
  EXPECT_EQ(context(file.string()).dockerfile, ".dream.dockerfile");
  EXPECT_EQ(unpack(*open(file.string()), target), ".dream.dockerfile\n");
}

TEST_F(Context, an_ignore_file_that_is_a_pipe_is_not_waited_for) {
  folder.write("Dockerfile", "");
  ASSERT_EQ(::mkfifo((folder.path() / ".dockerignore").c_str(), 0600), 0);
  EXPECT_EQ(unpack(*open(), target), "Dockerfile\n");
}

TEST_F(Context, has_pipes_as_pipes) {
  folder.write("Dockerfile", "");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0640), 0);
  EXPECT_EQ(unpack(*open(), target), "Dockerfile\npipe\n");
  EXPECT_TRUE(std::filesystem::is_fifo(target.path() / "x/pipe"));
}

TEST_F(Context, what_is_missing_is_named_by_its_option) {
  EXPECT_EQ(BuildContext::find_dockerfile(folder.path(), ".", "").failure().where, "/build");
  EXPECT_EQ(BuildContext::find_dockerfile(folder.path(), ".", "x").failure().where, "/build/dockerfile");
  EXPECT_EQ(BuildContext::find_dockerfile(folder.path(), "x", "").failure().where, "/build/context");
}

}  // namespace
}  // namespace dream::docker
