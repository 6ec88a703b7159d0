#include "plugin/trust.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "support/temporary_folder.hpp"

namespace dream::plugin {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

struct TrustTest : testing::Test {
  static FoundFile find(const std::filesystem::path& path) { return **find_file(path); }
  [[nodiscard]] Result<void> remember() const { return trust.remember(*fingerprint_of(find(plugin))); }
  [[nodiscard]] Result<void> check(const std::filesystem::path& path) const {
    return trust.check(find(path), path);
  }
  /// A shared library, and at its end the text that tells it from others.
  std::filesystem::path write_library(const std::string& path, const std::string& text) const {
    std::ifstream library(std::filesystem::path(DREAM_TEST_PLUGINS) / "libdream_shell.so", std::ios::binary);
    return folder.write(path, std::string(std::istreambuf_iterator<char>(library), {}) + text);
  }

  TemporaryFolder folder;
  Trust trust{.everything = false, .file = folder.path() / "state/dream/trusted.json"};
  std::filesystem::path plugin = write_library("w/libdream_acme.so", "one");
};

TEST_F(TrustTest, the_fingerprint_of_a_file_is_its_sha_256) {
  const auto of = [&](const std::string& text) {
    return fingerprint_of(find(folder.write("x", text)))->sha256;
  };
  // The examples of FIPS 180-2, and one that takes more than a block of reading.
  EXPECT_EQ(of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_F(TrustTest, a_plugin_is_refused_until_it_is_confirmed) {
  const auto refused = check(plugin);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::plugin);
  EXPECT_THAT(refused.error().message,
              EndsWith("it comes with this workspace, and you haven't confirmed it"));
  EXPECT_EQ(refused.error().hint, "if you trust it, run `dream plugin trust " + plugin.string() +
                                      "`, or dream with --trust for this once");
  ASSERT_TRUE(remember());
  EXPECT_TRUE(check(plugin));
}

TEST_F(TrustTest, another_content_has_to_be_confirmed_anew) {
  ASSERT_TRUE(remember());
  write_library("w/libdream_acme.so", "two");
  const auto refused = check(plugin);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, EndsWith("it has changed since you confirmed it"));
  ASSERT_TRUE(remember());
  EXPECT_TRUE(check(plugin));
  write_library("w/libdream_acme.so", "one");
  EXPECT_FALSE(check(plugin));
}

TEST_F(TrustTest, a_path_is_remembered_as_it_is_also_if_it_is_no_utf_8) {
  plugin = write_library("w\xff/libdream_acme.so", "one");
  EXPECT_FALSE(check(plugin));
  ASSERT_TRUE(remember());
  EXPECT_TRUE(check(plugin));
}

TEST_F(TrustTest, the_same_content_elsewhere_is_not_confirmed) {
  ASSERT_TRUE(remember());
  EXPECT_FALSE(check(write_library("v/libdream_acme.so", "one")));
}

TEST_F(TrustTest, a_link_is_what_it_points_to) {
  ASSERT_TRUE(remember());
  const auto link = folder.path() / "link.so";
  std::filesystem::create_symlink(plugin, link);
  EXPECT_TRUE(check(link));
}

TEST_F(TrustTest, confirmations_are_kept_beside_each_other_for_the_user_alone) {
  ASSERT_TRUE(remember());
  const auto other = write_library("w/quote\"d.so", "other");
  ASSERT_TRUE(trust.remember(*fingerprint_of(find(other))));
  EXPECT_TRUE(check(plugin));
  EXPECT_TRUE(check(other));
  struct stat status {};
  ASSERT_EQ(::stat(trust.file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(trust.file.parent_path()),
                          std::filesystem::directory_iterator()),
            1);
}

TEST_F(TrustTest, a_damaged_file_is_told_and_kept) {
  for (const std::string text : {R"({"plugins": {"/a")", "", "[]", R"({"plugins": {"/a": 1}})"}) {
    folder.write("state/dream/trusted.json", text);
    for (const Result<void>& refused : {check(plugin), remember()}) {
      ASSERT_FALSE(refused) << text;
      EXPECT_EQ(refused.error().code, ErrorCode::io);
      EXPECT_EQ(refused.error().where, trust.file.string());
      EXPECT_THAT(refused.error().message, HasSubstr("is damaged"));
      EXPECT_THAT(refused.error().hint, HasSubstr("delete it"));
    }
    std::ifstream file(trust.file);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
  }
}

TEST_F(TrustTest, a_folder_where_the_file_should_be_is_told) {
  std::filesystem::create_directories(trust.file);
  const Result<void> refused = check(plugin);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("it is a folder"));
}

TEST_F(TrustTest, confirmations_that_others_could_have_written_count_for_nothing) {
  ASSERT_TRUE(remember());
  ASSERT_EQ(::chmod(trust.file.c_str(), 0666), 0);
  EXPECT_THAT(check(plugin).error().message, HasSubstr("everybody may change it"));
}

TEST_F(TrustTest, everything_is_trusted_when_the_command_line_says_so) {
  folder.write("state/dream/trusted.json", "damaged");
  trust.everything = true;
  EXPECT_TRUE(check(plugin));
}

TEST_F(TrustTest, without_a_home_nothing_is_remembered) {
  trust.file.clear();
  EXPECT_FALSE(check(plugin));
  EXPECT_EQ(remember().error().hint, "set HOME");
}

}  // namespace
}  // namespace dream::plugin
