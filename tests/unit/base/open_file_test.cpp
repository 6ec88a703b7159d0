#include "base/open_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "support/pipe.hpp"
#include "support/temporary_folder.hpp"

namespace dream {
namespace {

using testing::Contains;
using testing::HasSubstr;
namespace fs = std::filesystem;

struct FindFile : testing::Test {
  FindFile() {
    folder.write("a/b/file", "text");
    fs::create_symlink("../a/b", folder.path() / "a/link");
    fs::create_symlink(folder.path() / "a/link/file", folder.path() / "far");
  }
  static std::string text_of(const FoundFile& file) {
    const Descriptor descriptor = open_for_reading(file);
    std::array<char, 16> text{};
    const ssize_t size = ::read(descriptor.get(), text.data(), text.size());
    return {text.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }

  TemporaryFolder folder;
};

TEST_F(FindFile, follows_links_and_tells_the_path_without_them) {
  for (const char* path : {"a/b/file", "far", "a/link/file", "a/../a/./link/../b//file"}) {
    const auto found = find_file(folder.path() / path);
    ASSERT_TRUE(found) << to_string(found.error());
    ASSERT_TRUE(*found) << path;
    EXPECT_EQ((*found)->path, folder.path() / "a/b/file");
    EXPECT_EQ(text_of(**found), "text");
  }
}

TEST_F(FindFile, has_every_folder_link_and_file_on_the_way_judged) {
  std::vector<std::string> places;
  ASSERT_TRUE(find_file(folder.path() / "far", [&](const FoundFile& place) -> Result<void> {
    places.push_back(place.path.string());
    return {};
  }));
  for (const char* path : {"", "far", "a", "a/link", "a/b", "a/b/file"}) {
    EXPECT_THAT(places, Contains(path[0] == 0 ? folder.path().string() : (folder.path() / path).string()));
  }
  EXPECT_EQ(places.front(), "/");
}

TEST_F(FindFile, ends_where_the_judge_says_so) {
  const auto found = find_file(folder.path() / "far", [](const FoundFile& place) -> Result<void> {
    if (S_ISLNK(place.status.st_mode)) return Error{ErrorCode::plugin, "no links", {}, {}};
    return {};
  });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "no links");
}

TEST_F(FindFile, finds_nothing_where_nothing_is) {
  fs::create_symlink("nowhere", folder.path() / "broken");
  for (const char* path : {"no", "no/file", "a/b/file/x", "broken"}) {
    const auto found = find_file(folder.path() / path);
    ASSERT_TRUE(found) << path;
    EXPECT_FALSE(*found) << path;
  }
}

TEST_F(FindFile, ends_in_a_circle_of_links) {
  fs::create_symlink("y", folder.path() / "x");
  fs::create_symlink("x", folder.path() / "y");
  EXPECT_THAT(find_file(folder.path() / "x").error().message, HasSubstr("Too many levels of symbolic links"));
}

TEST_F(FindFile, keeps_the_file_whatever_comes_under_its_name) {
  const auto found = find_file(folder.path() / "a/b/file");
  fs::remove(folder.path() / "a/b/file");
  folder.write("a/b/file", "else");
  EXPECT_EQ(text_of(**found), "text");
}

TEST_F(FindFile, finds_what_only_a_descriptor_leads_to) {
  Pipe pipe = make_pipe();
  const auto found = find_file("/proc/self/fd/" + std::to_string(pipe.read));
  ASSERT_TRUE(found) << to_string(found.error());
  ASSERT_TRUE(*found);
  EXPECT_TRUE(S_ISFIFO((*found)->status.st_mode));
  close_descriptor(pipe.read);
  close_descriptor(pipe.write);
}

TEST_F(FindFile, says_so_when_too_many_files_are_open) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto found = find_file(folder.path() / "a");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().hint, HasSubstr("ulimit -n"));
}

}  // namespace
}  // namespace dream
