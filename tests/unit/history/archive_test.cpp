#include "history/archive.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/locked_file.hpp"
#include "support/temporary_folder.hpp"

namespace dream::history {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ArchiveTest : public testing::Test {
 protected:
  [[nodiscard]] plugin::Place place() const {
    plugin::Place place;
    place.state = folder.path() / "state/dream";
    return place;
  }
  [[nodiscard]] Archive make() const { return *Archive::make(place()); }

  /// A record of so many bytes.
  static void add(const Archive& archive, const std::string& root, int at, const std::string& run,
                  std::size_t size = 10) {
    const Descriptor file = create_locked(archive.folder(), name_of(root, at, run));
    ASSERT_EQ(::ftruncate(file.get(), static_cast<off_t>(size)), 0);
  }
  static std::vector<std::string> runs_in(const Archive& archive) {
    std::vector<std::string> runs;
    for (const Entry& entry : archive.entries()) runs.push_back(entry.run);
    return runs;
  }

  TemporaryFolder folder;
};

TEST_F(ArchiveTest, without_a_folder_is_empty) {
  EXPECT_TRUE(Archive::open(place())->entries().empty());
  EXPECT_TRUE(Archive::open({})->entries().empty());
  EXPECT_EQ(Archive::make({}).error().hint, "set HOME");
}

TEST_F(ArchiveTest, is_the_users_alone) {
  const Archive archive = make();
  struct stat status {};
  ASSERT_EQ(::stat(archive.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  add(archive, "/w", 1, "a");
  ASSERT_EQ(::fstatat(archive.folder().get(), name_of("/w", 1, "a").c_str(), &status, 0), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  ASSERT_EQ(::chmod(archive.path().c_str(), 0755), 0);
  EXPECT_THAT(Archive::open(place()).error().message, HasSubstr("isn't yours alone"));
  std::filesystem::rename(archive.path(), folder.path() / "elsewhere");
  std::filesystem::create_directory_symlink(folder.path() / "elsewhere", archive.path());
  EXPECT_FALSE(Archive::open(place())) << "a link";
}

TEST_F(ArchiveTest, does_not_read_what_others_could_have_written) {
  const Archive archive = make();
  add(archive, "/w", 1, "a");
  const Entry entry = archive.entries().front();
  EXPECT_TRUE(archive.read(entry));
  ASSERT_EQ(::chmod((archive.path() / entry.name).c_str(), 0622), 0);
  EXPECT_FALSE(archive.read(entry));
  std::filesystem::remove(archive.path() / entry.name);
  ASSERT_EQ(::mkfifo((archive.path() / entry.name).c_str(), 0600), 0);
  EXPECT_FALSE(archive.read(entry)) << "a pipe, and nobody waits for it";
}

TEST_F(ArchiveTest, has_the_newest_first_and_nothing_else) {
  const Archive archive = make();
  add(archive, "/w", 5, "five");
  add(archive, "/v", 70, "seventy");
  add(archive, "/w", 6, "six");
  for (const char* other : {"index", ".jsonl", "x.jsonl", "0123456789abcdef-00000000000000x-r.jsonl",
                            "0123456789abcdef-000000000000001-.jsonl"})
    ASSERT_TRUE(create_locked(archive.folder(), other).is_open());
  EXPECT_THAT(runs_in(archive), ElementsAre("seventy", "six", "five"));
  EXPECT_EQ(archive.entries()[1].workspace, mark_of("/w"));
  EXPECT_EQ(archive.entries()[1].started_ms, 6);
}

TEST_F(ArchiveTest, removes_the_oldest_of_a_workspace) {
  const Archive archive = make();
  for (int at = 1; at <= 4; ++at) add(archive, "/w", at, "w" + std::to_string(at));
  add(archive, "/v", 0, "v");
  archive.make_room(mark_of("/w"), {.runs_of_workspace = 3});
  EXPECT_THAT(runs_in(archive), ElementsAre("w4", "w3", "v"));
}

TEST_F(ArchiveTest, removes_the_oldest_of_all_when_they_are_too_many_or_too_large) {
  const Archive archive = make();
  for (int at = 1; at <= 5; ++at) add(archive, "/" + std::to_string(at), at, std::to_string(at), 1000);
  archive.make_room(mark_of("/w"), {.bytes_of_run = 500, .bytes = 4600});
  EXPECT_THAT(runs_in(archive), ElementsAre("5", "4", "3", "2"));
  archive.make_room(mark_of("/w"), {.runs = 3});
  EXPECT_THAT(runs_in(archive), ElementsAre("5", "4"));
}

TEST_F(ArchiveTest, leaves_runs_that_go_on) {
  const Archive archive = make();
  const Descriptor held = create_locked(archive.folder(), name_of("/w", 1, "held"));
  add(archive, "/w", 2, "ended");
  const Entry entry = archive.entries().back();
  EXPECT_TRUE(archive.is_held(entry));
  EXPECT_FALSE(archive.is_held(archive.entries().front()));
  archive.make_room(mark_of("/w"), {.runs_of_workspace = 1});
  EXPECT_THAT(runs_in(archive), ElementsAre("held"));
}

TEST_F(ArchiveTest, removes_what_a_crash_left_half_written) {
  const Archive archive = make();
  const Descriptor held = create_locked(archive.folder(), name_of("/w", 1, "a") + ".new");
  ASSERT_TRUE(create_locked(archive.folder(), name_of("/w", 2, "b") + ".new").is_open());
  archive.make_room(mark_of("/w"), {});
  EXPECT_TRUE(std::filesystem::exists(archive.path() / (name_of("/w", 1, "a") + ".new")));
  EXPECT_FALSE(std::filesystem::exists(archive.path() / (name_of("/w", 2, "b") + ".new")));
}

}  // namespace
}  // namespace dream::history
