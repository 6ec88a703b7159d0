#include "record/run_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "plugin/trust.hpp"
#include "support/temporary_folder.hpp"

namespace dream::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Records : testing::Test {
  [[nodiscard]] plugin::Place place(const std::string& session = "one") const {
    return {.session = session, .root = folder.path(), .state = folder.path() / "dream", .cache = {}};
  }
  [[nodiscard]] RunRecord record(const std::string& options = "{}",
                                 const std::string& session = "one") const {
    return {session, folder.path().string(), {{"leaving", DREAM_LEAVING_PLUGIN, {options}}}};
  }
  /// The record of a run that has died, and what it left.
  std::filesystem::path dead_record(const RunRecord& record) const {
    folder.write("left-" + record.session);
    EXPECT_TRUE(OwnRecord::write(place(record.session), record));
    return record_path(place(record.session));
  }
  /// What reap_run says.
  std::string reap(const std::filesystem::path& path, int expected,
                   std::chrono::milliseconds limit = reap_limit) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(reap_run(path, limit), expected);
    return testing::internal::GetCapturedStderr();
  }
  [[nodiscard]] bool is_there(const std::string& name) const {
    return std::filesystem::exists(folder.path() / name);
  }

  TemporaryFolder folder;
};

TEST_F(Records, are_for_the_user_alone) {
  const auto own = OwnRecord::write(place(), record());
  ASSERT_TRUE(own) << to_string(own.error());
  struct stat status {};
  ASSERT_EQ(::stat(record_path(place()).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Records, of_a_plugin_that_has_changed_do_not_run_it) {
  RunRecord changed = record();
  changed.plugins[0].sha256 = std::string(64, '0');
  const auto path = dead_record(changed);
  EXPECT_THAT(reap(path, 1), HasSubstr("is not loaded: it has changed since that run"));
  EXPECT_TRUE(is_there("left-one"));
  changed.plugins[0].sha256 = plugin::fingerprint_of(DREAM_LEAVING_PLUGIN)->sha256;
  std::filesystem::remove(path);
  EXPECT_EQ(reap(dead_record(changed), 0), "");
  EXPECT_FALSE(is_there("left-one"));
}

TEST_F(Records, of_a_run_that_lives_are_not_those_of_the_dead) {
  EXPECT_THAT(records_of_the_dead(place()), IsEmpty());
  {
    const auto own = OwnRecord::write(place(), record());
    ASSERT_TRUE(own);
    EXPECT_THAT(records_of_the_dead(place()), IsEmpty());
  }
  EXPECT_THAT(records_of_the_dead(place()), ElementsAre(record_path(place())));
}

TEST_F(Records, of_a_run_that_ended_well_are_gone) {
  const auto own = OwnRecord::write(place(), record());
  ASSERT_TRUE(own);
  (*own)->remove();
  EXPECT_FALSE(std::filesystem::exists(record_path(place())));
}

TEST_F(Records, without_a_place_can_not_be_written) {
  EXPECT_EQ(record_path({}), "");
  EXPECT_FALSE(OwnRecord::write({}, record()));
  EXPECT_THAT(records_of_the_dead({}), IsEmpty());
}

TEST_F(Records, lead_a_plugin_to_what_its_run_has_left_and_to_nothing_else) {
  folder.write("left-another");
  const auto path = dead_record(record(R"({"quotes": "\"and\"\n"})"));
  EXPECT_EQ(reap(path, 0), "");
  EXPECT_FALSE(is_there("left-one"));
  EXPECT_TRUE(is_there("left-another"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Records, that_are_gone_already_are_no_failure) {
  EXPECT_EQ(reap(folder.path() / "nothing.json", 0), "");
}

TEST_F(Records, that_make_no_sense_are_removed) {
  for (const char* text : {"", "{", "[]", R"({"session": 1})", R"({"session": "s", "plugins": [1]})"}) {
    const auto path = folder.write("nonsense.json", text);
    EXPECT_EQ(reap(path, 0), "") << text;
    EXPECT_FALSE(std::filesystem::exists(path)) << text;
  }
}

TEST_F(Records, stay_when_a_plugin_fails) {
  const auto path = dead_record(record(R"({"reap": "fail"})"));
  EXPECT_THAT(reap(path, 1), HasSubstr("executor leaving can't remove what a run that died has left behind: "
                                       "nobody answers"));
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(Records, stay_when_a_plugin_hangs_and_the_others_are_asked_all_the_same) {
  RunRecord both = record(R"({"reap": "hang"})");
  both.plugins.push_back({"other", DREAM_LEAVING_PLUGIN, {"{}"}});
  const auto path = dead_record(both);
  EXPECT_THAT(reap(path, 1, std::chrono::milliseconds(500)), HasSubstr("but was not done after 500 ms"));
  EXPECT_FALSE(is_there("left-one"));
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(Records, stay_when_the_plugin_is_gone) {
  RunRecord moved = record();
  moved.plugins[0].file = (folder.path() / "libdream_gone.so").string();
  const auto path = dead_record(moved);
  EXPECT_THAT(reap(path, 1), HasSubstr("there is no such file"));
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace dream::record
