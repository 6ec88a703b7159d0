#include "config/env_file.hpp"

#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using namespace std::string_literals;

Environment parsed(const std::string& text) {
  auto environment = parse_env_file(".env", text);
  EXPECT_TRUE(environment) << to_string(environment.error());
  return environment ? *environment : Environment{};
}

std::string error_of(const std::string& text) {
  const auto environment = parse_env_file(".env", text);
  return environment ? "none" : to_string(environment.error());
}

TEST(EnvFile, takes_plain_lines_comments_and_blank_lines) {
  EXPECT_THAT(
      parsed("# comment\n\n  A=1\nexport B = two words \nC=\nD=x#y # comment\nE=a=b\n_f.g-1=\t7\nexport=8"),
      ElementsAre(Pair("A", "1"), Pair("B", "two words"), Pair("C", ""), Pair("D", "x#y"), Pair("E", "a=b"),
                  Pair("_f.g-1", "7"), Pair("export", "8")));
  EXPECT_THAT(parsed(""), IsEmpty());
  EXPECT_THAT(parsed("\n#"), IsEmpty());
}

TEST(EnvFile, takes_a_byte_order_mark_and_windows_line_ends) {
  EXPECT_THAT(parsed("\xEF\xBB\xBF"
                     "A=1\r\nB=\"x\"\r\n\r\nC=\r\nD='a\r\nb'"),
              ElementsAre(Pair("A", "1"), Pair("B", "x"), Pair("C", ""), Pair("D", "a\nb")));
}

TEST(EnvFile, quotes_keep_blanks_and_double_ones_have_escapes) {
  EXPECT_THAT(parsed(R"(A='a \n "b" # c'
B="a \n\r\t\"\\ 'b' # \d" # comment
C="two
lines"
D=''
E=a"b")"),
              ElementsAre(Pair("A", R"(a \n "b" # c)"), Pair("B", "a \n\r\t\"\\ 'b' # \\d"),
                          Pair("C", "two\nlines"), Pair("D", ""), Pair("E", "a\"b\"")));
}

TEST(EnvFile, keeps_both_of_two_lines_with_one_name) {
  EXPECT_THAT(parsed("A=1\nA=2"), ElementsAre(Pair("A", "1"), Pair("A", "2")));
}

TEST(EnvFile, errors_name_line_and_column) {
  EXPECT_EQ(error_of("A=1\n  B\n"), ".env:2:4: expected \"=\" after \"B\"");
  EXPECT_EQ(error_of("=x"), ".env:1:1: expected NAME=VALUE (a comment begins with #)");
  EXPECT_EQ(error_of("1A=x"), ".env:1:1: \"1A\" can't be a name: it begins with a digit");
  EXPECT_EQ(error_of("A B=1"), ".env:1:3: expected \"=\" after \"A\"");
  EXPECT_EQ(error_of("A=1\nB= 'x\nC=2"), ".env:2:4: the quote is never closed");
  EXPECT_EQ(error_of("A=\"x\\\""), ".env:1:3: the quote is never closed");
  EXPECT_EQ(error_of("A='x'y"), ".env:1:6: expected the end of the line after the closing quote");
  EXPECT_EQ(error_of("A='x'#y"), ".env:1:6: expected the end of the line after the closing quote");
  EXPECT_EQ(error_of("A=1\nB=\0"s), ".env:2:3: a NUL byte in the file");
}

TEST(EnvFile, is_read_from_disk_and_a_missing_one_is_named) {
  const TemporaryFolder folder;
  folder.write(".env", "A=1");
  EXPECT_THAT(*read_env_file(folder.path() / ".env"), ElementsAre(Pair("A", "1")));
  const auto missing = read_env_file(folder.path() / "no.env");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::configuration);
  EXPECT_EQ(missing.error().where, (folder.path() / "no.env").string());
}

}  // namespace
}  // namespace dream::config
