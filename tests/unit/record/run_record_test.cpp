#include "record/run_record.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "plugin/trust.hpp"
#include "record/record_text.hpp"
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
    EXPECT_EQ(reap_run(path, search, limit), expected);
    return testing::internal::GetCapturedStderr();
  }
  /// The records of the dead, by the names of their files.
  [[nodiscard]] std::vector<std::string> dead() const {
    const auto records = records_of_the_dead(place());
    std::vector<std::string> names;
    if (!records) return {to_string(records.error())};
    for (const auto& record : *records) names.push_back(record.filename());
    return names;
  }
  /// A file among the records, for the user alone.
  [[nodiscard]] std::filesystem::path write_record(const std::string& name, const std::string& text) const {
    EXPECT_TRUE(plugin::make_private_folder(folder.path() / "dream/.runs"));
    const auto path = folder.write("dream/.runs/" + name, text);
    EXPECT_EQ(::chmod(path.c_str(), 0600), 0);
    return path;
  }
  static std::string hash_of(const std::filesystem::path& file) {
    return plugin::fingerprint_of(**find_file(file))->sha256;
  }
  [[nodiscard]] bool is_there(const std::string& name) const {
    return std::filesystem::exists(folder.path() / name);
  }

  TemporaryFolder folder;
  /// The plugin's folder is one that the user has named.
  plugin::SearchPath search{.environment = {std::filesystem::path(DREAM_LEAVING_PLUGIN).parent_path()}};
};

TEST_F(Records, are_for_the_user_alone) {
  const auto own = OwnRecord::write(place(), record());
  ASSERT_TRUE(own) << to_string(own.error());
  struct stat status {};
  ASSERT_EQ(::stat(record_path(place()).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Records, of_a_plugin_that_has_changed_do_not_run_it_though_the_user_says_trust) {
  search.environment.clear();
  search.trust.everything = true;
  RunRecord changed = record();
  changed.plugins[0].sha256 = std::string(64, '0');
  const auto path = dead_record(changed);
  EXPECT_THAT(reap(path, 1), HasSubstr("is not loaded: it has changed since that run"));
  EXPECT_TRUE(is_there("left-one"));
  changed.plugins[0].sha256 = hash_of(DREAM_LEAVING_PLUGIN);
  std::filesystem::remove(path);
  EXPECT_EQ(reap(dead_record(changed), 0), "");
  EXPECT_FALSE(is_there("left-one"));
}

TEST_F(Records, do_not_say_themselves_that_a_plugin_is_trusted) {
  search.environment.clear();
  RunRecord one = record();
  for (const std::string& sha256 : {std::string(), hash_of(DREAM_LEAVING_PLUGIN)}) {
    one.plugins[0].sha256 = sha256;
    const auto path = dead_record(one);
    EXPECT_THAT(reap(path, 1),
                HasSubstr("is not loaded: it comes with this workspace, and you haven't confirmed it"));
    EXPECT_TRUE(is_there("left-one"));
    std::filesystem::remove(path);
  }
  search.trust.file = folder.path() / "dream/trusted.json";
  ASSERT_TRUE(search.trust.remember({DREAM_LEAVING_PLUGIN, hash_of(DREAM_LEAVING_PLUGIN)}));
  EXPECT_EQ(reap(dead_record(one), 0), "");
  EXPECT_FALSE(is_there("left-one"));
}

TEST_F(Records, that_are_not_the_users_alone_are_not_believed) {
  const auto path = dead_record(record());
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_THAT(dead(), IsEmpty());
  EXPECT_THAT(reap(path, 1), HasSubstr("is ignored"));
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  const auto link = path.parent_path() / "link.json";
  std::filesystem::create_symlink(path, link);
  EXPECT_THAT(dead(), ElementsAre("one.json"));
  EXPECT_THAT(reap(link, 1), HasSubstr("is ignored"));
  EXPECT_TRUE(is_there("left-one"));
}

TEST_F(Records, in_a_folder_that_is_not_the_users_alone_are_not_believed) {
  const auto path = dead_record(record());
  const auto runs = path.parent_path();
  ASSERT_EQ(::chmod(runs.c_str(), 0755), 0);
  EXPECT_THAT(dead(), ElementsAre(HasSubstr("is ignored: it isn't yours alone")));
  EXPECT_THAT(reap(path, 1), HasSubstr("is ignored: it isn't yours alone"));
  ASSERT_EQ(::chmod(runs.c_str(), 0700), 0);
  ASSERT_EQ(::chmod(runs.parent_path().c_str(), 0777), 0);
  EXPECT_THAT(dead(), ElementsAre(HasSubstr("everybody may change the folder")));
  ASSERT_EQ(::chmod(runs.parent_path().c_str(), 0700), 0);
  std::filesystem::rename(runs, folder.path() / "elsewhere");
  std::filesystem::create_symlink(folder.path() / "elsewhere", runs);
  EXPECT_THAT(dead(), ElementsAre(HasSubstr("can't be opened")));
  EXPECT_TRUE(is_there("left-one"));
}

TEST_F(Records, that_were_tried_last_come_last) {
  const auto first = dead_record(record(R"({"reap": "fail"})", "1"));
  const auto second = dead_record(record("{}", "2"));
  // A file's time is as coarse as the kernel's tick: both are of an hour ago, so the attempt is later.
  for (const auto& path : {first, second}) {
    std::filesystem::last_write_time(path,
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  }
  EXPECT_NE(reap(first, 1), "");
  EXPECT_THAT(dead(), ElementsAre("2.json", "1.json"));
}

TEST_F(Records, may_be_nested_as_deeply_as_they_like) {
  const std::string deep = R"({"session": "x", "plugins": )" + std::string(1'000'000, '[');
  EXPECT_THAT(reap(write_record("deep.json", deep), 1), HasSubstr("is no record of a run"));
}

TEST(ARecord, keeps_every_byte_of_what_is_written) {
  const std::string bytes("a\0\x1b\xff\xf0\x9f\x98\x80\"\\", 10);
  const auto again = read_record(record_text({bytes, bytes, {{bytes, bytes, {"{}", bytes}, bytes}, {}}}));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->session, bytes);
  EXPECT_EQ(again->root, bytes);
  ASSERT_EQ(again->plugins.size(), 2U);
  EXPECT_EQ(again->plugins[0].id, bytes);
  EXPECT_EQ(again->plugins[0].file, bytes);
  EXPECT_THAT(again->plugins[0].options, ElementsAre("{}", bytes));
  EXPECT_EQ(again->plugins[0].sha256, bytes);
}

TEST_F(Records, that_were_never_finished_go_unless_somebody_writes_them) {
  const auto left = write_record("left.json.new", "{");
  const auto written = write_record("written.json.new", "{");
  const int writer = ::open(written.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(writer, LOCK_EX), 0);
  EXPECT_THAT(dead(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(written));
  ASSERT_EQ(::close(writer), 0);
}

TEST_F(Records, of_a_run_that_lives_are_not_those_of_the_dead) {
  EXPECT_THAT(dead(), IsEmpty());
  {
    const auto own = OwnRecord::write(place(), record());
    ASSERT_TRUE(own);
    EXPECT_THAT(dead(), IsEmpty());
  }
  EXPECT_EQ(*records_of_the_dead(place()), std::vector{record_path(place())});
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
  EXPECT_THAT(*records_of_the_dead({}), IsEmpty());
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

TEST_F(Records, that_make_no_sense_are_told_and_kept) {
  for (const char* text : {"", "{", "[]", R"({"session": 1})", R"({"session": "s", "plugins": [1]})"}) {
    const auto path = write_record("nonsense.json", text);
    const std::string said = reap(path, 1);
    EXPECT_THAT(said, HasSubstr("nonsense.json: is no record of a run that this dream understands")) << text;
    EXPECT_THAT(said, HasSubstr("delete " + path.string() + " to give it up"));
    EXPECT_TRUE(std::filesystem::exists(path)) << text;
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
