#include "prepare/changed_files.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "prepare/late_env_files.hpp"
#include "support/temporary_folder.hpp"

namespace dream::prepare {
namespace {

using std::chrono::system_clock;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct stat status_of(const std::filesystem::path& file) {
  struct stat status {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0);
  return status;
}

/// Other text of the same size, and then the old time, as by `cp -p`; not in the same moment as before.
void write_unnoticed(const std::filesystem::path& file, const std::string& text) {
  const struct stat before = status_of(file);
  ASSERT_EQ(static_cast<std::size_t>(before.st_size), text.size());
  const timespec times[] = {before.st_atim, before.st_mtim};
  struct stat now {};
  do {
    std::ofstream(file) << text;
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
    now = status_of(file);
  } while (now.st_ctim.tv_sec == before.st_ctim.tv_sec && now.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

/// By this process, in bytes.
std::uint64_t read_so_far() {
  std::ifstream use("/proc/self/io");
  std::string name;
  std::uint64_t bytes = 0;
  use >> name >> bytes;
  EXPECT_EQ(name, "rchar:");
  return bytes;
}

class ChangedFilesTest : public testing::Test {
 protected:
  [[nodiscard]] static std::string text(const std::string& command) {
    return R"({"projects": {"./a": {"tasks": {"go": {"command": ")" + command + "\"}}}}}" +
           std::string(100'000, ' ');
  }
  ChangedFilesTest() {
    loaded_.emplace(*read_workspace(folder_.path(), true));
    files_.emplace(*loaded_);
  }
  std::vector<std::string> look() { return files_->look(system_clock::now()); }
  /// When no stamp is new any more.
  std::vector<std::string> look_later() { return files_->look(system_clock::now() + std::chrono::hours(1)); }

  TemporaryFolder folder_;
  std::filesystem::path dream_json_ = folder_.write("dream.json", text("one"));
  std::optional<LoadedWorkspace> loaded_;
  std::optional<ChangedFiles> files_;
};

TEST_F(ChangedFilesTest, are_told_also_after_an_edit_that_keeps_size_and_time) {
  EXPECT_THAT(look_later(), IsEmpty());
  write_unnoticed(dream_json_, text("two"));
  EXPECT_THAT(look_later(), ElementsAre("dream.json"));
  EXPECT_THAT(look_later(), ElementsAre("dream.json")) << "without being read again";
  write_unnoticed(dream_json_, text("one"));
  EXPECT_THAT(look_later(), IsEmpty()) << "it is as it was when the run began";
}

TEST_F(ChangedFilesTest, are_told_also_after_an_edit_that_may_leave_a_new_stamp_as_it_was) {
  EXPECT_THAT(look(), IsEmpty());
  std::ofstream(dream_json_) << text("two");
  EXPECT_THAT(look(), ElementsAre("dream.json"));
}

TEST_F(ChangedFilesTest, are_told_of_a_file_that_goes_or_comes) {
  folder_.write("dream.local.json", "{}");
  EXPECT_THAT(look(), ElementsAre("dream.local.json"));
  std::filesystem::remove(dream_json_);
  EXPECT_THAT(look(), ElementsAre("dream.json", "dream.local.json"));
}

TEST_F(ChangedFilesTest, are_not_read_again_as_long_as_their_stamp_stays) {
  EXPECT_THAT(look_later(), IsEmpty());
  const std::uint64_t before = read_so_far();
  for (int time = 0; time < 10; ++time) EXPECT_THAT(look_later(), IsEmpty());
  EXPECT_LT(read_so_far() - before, text("one").size());
}

TEST_F(ChangedFilesTest, that_steps_write_are_read_again_though_size_and_time_stay) {
  const std::filesystem::path env = folder_.write("step.env", "WORD=one");
  Plan plan;
  plan.steps.resize(2);
  plan.steps[1].env_files = {"step.env"};
  std::vector<PreparedStep> steps(2);
  steps[1].task.directory = folder_.path().string();
  LateEnvFiles late(plan, *loaded_, steps);
  write_unnoticed(env, "WORD=two");
  const Result<bool> is_new = late.read_again(StepIndex(1));
  ASSERT_TRUE(is_new) << is_new.error().message;
  EXPECT_TRUE(*is_new);
  EXPECT_THAT(*steps[1].task.own_environment, ::testing::Contains("WORD=two"));
}

}  // namespace
}  // namespace dream::prepare
