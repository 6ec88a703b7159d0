#include "config/env_file.hpp"

#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;
using namespace std::string_literals;

/// Of dream's own environment.
std::optional<std::string_view> outside(const std::string& name) {
  if (name == "OUTSIDE") return "from outside";
  return std::nullopt;
}

EnvFile parsed(const std::string& text, Variables before = {}) {
  auto file = parse_env_file(".env", text, outside, std::move(before));
  EXPECT_TRUE(file) << to_string(file.error());
  return file ? *file : EnvFile{};
}

Variables variables(const std::string& text, Variables before = {}) {
  return parsed(text, std::move(before)).variables;
}

std::string value(const std::string& text) {
  return variables("K=" + text)["K"];
}

std::string error_of(const std::string& text) {
  const auto file = parse_env_file(".env", text, outside);
  return file ? "none" : to_string(file.error());
}

TEST(EnvFile, takes_plain_lines_comments_and_blank_lines) {
  EXPECT_THAT(variables("# comment\n\n  A=1\nexport B = two words \nC=\nD=x#y # "
                        "comment\nE=a=b\n_f.g-1=\t7\nexport=8\n9=9\nä[0]: x"),
              UnorderedElementsAre(Pair("A", "1"), Pair("B", "two words"), Pair("C", ""), Pair("D", "x#y"),
                                   Pair("E", "a=b"), Pair("_f.g-1", "7"), Pair("export", "8"), Pair("9", "9"),
                                   Pair("ä[0]", "x")));
  EXPECT_THAT(variables(""), IsEmpty());
  EXPECT_THAT(variables("\n#"), IsEmpty());
}

TEST(EnvFile, a_blank_and_a_number_sign_begin_a_comment_and_nothing_else_does) {
  for (const std::string whole : {"#336699", "#", "##x", "a#b", "a\t#b", "#a b"})
    EXPECT_EQ(value(whole), whole);
  EXPECT_EQ(value(" #x"), "#x");
  EXPECT_EQ(value("#a #b"), "#a");
  EXPECT_EQ(value("a  # b # c"), "a");
  EXPECT_EQ(value("'a'#b"), "a");
  EXPECT_EQ(value("\"a\"\t #b"), "a");
  EXPECT_THAT(variables("export K=#a"), ElementsAre(Pair("K", "#a")));
}

TEST(EnvFile, takes_a_byte_order_mark_and_windows_line_ends) {
  EXPECT_THAT(variables("\xEF\xBB\xBF"
                        "A=1\r\nB=\"x\"\r\n\r\nC=\r\nD='a\r\nb'\r\n#c\r\nOUTSIDE\r\n"),
              ElementsAre(Pair("A", "1"), Pair("B", "x"), Pair("C", ""), Pair("D", "a\r\nb"),
                          Pair("OUTSIDE", "from outside")));
  EXPECT_THAT(variables("A=1\rB=2\r"), ElementsAre(Pair("A", "1\rB=2")));
}

TEST(EnvFile, quotes_keep_blanks_and_double_ones_have_escapes) {
  EXPECT_THAT(variables(R"(A='a \n "b" # c \'d\' \\'
B="a \n\r\t\a\b\f\v\"\\ 'b' # \d \x \0101 \012 \0900 \0000 \0377" # comment
C="two
lines"
D=''
E=a"b"
F=""
G=`a b`)"),
              ElementsAre(Pair("A", R"(a \n "b" # c 'd' \\)"),
                          Pair("B", "a \n\r\t\a\b\f\v\"\\ 'b' # \\d \\x A \\012 \\0900 \\0000 \\0377"),
                          Pair("C", "two\nlines"), Pair("D", ""), Pair("E", "a\"b\""), Pair("F", ""),
                          Pair("G", "`a b`")));
}

TEST(EnvFile, of_two_lines_with_one_name_the_later_wins) {
  EXPECT_THAT(variables("A=1\nA=2", {{"A", "0"}, {"B", "0"}}), ElementsAre(Pair("A", "2"), Pair("B", "0")));
}

TEST(EnvFile, a_name_alone_takes_what_the_environment_has) {
  EXPECT_THAT(variables("OUTSIDE\nexport NOWHERE\nA"), ElementsAre(Pair("OUTSIDE", "from outside")));
  EXPECT_THAT(variables("OUTSIDE", {{"OUTSIDE", "before"}}), ElementsAre(Pair("OUTSIDE", "from outside")));
  EXPECT_THAT(variables("A", {{"A", "before"}}), ElementsAre(Pair("A", "before")));
}

TEST(EnvFile, variables_are_expanded_but_in_single_quotes) {
  EXPECT_THAT(
      variables(
          "A=1\nB=$A-${A}\nC=\"$A\\$A$$A\"\nD='$A'\nE=$BEFORE$OUTSIDE\nA=2\nF=$A\nOUTSIDE=inside\nG=$OUTSIDE",
          {{"BEFORE", "0"}}),
      UnorderedElementsAre(Pair("A", "2"), Pair("B", "1-1"), Pair("C", "1$A$A"), Pair("D", "$A"),
                           Pair("BEFORE", "0"), Pair("E", "0from outside"), Pair("F", "2"),
                           Pair("OUTSIDE", "inside"), Pair("G", "from outside")));
  for (const std::string whole : {"5$", "$5", "a$ b", "$", "$ä"}) EXPECT_EQ(value(whole), whole);
}

TEST(EnvFile, an_expansion_may_have_a_word) {
  const auto expanded = [](const std::string& text) { return variables("E=\nA=a\nK=" + text)["K"]; };
  EXPECT_EQ(expanded("${A:-b}${E:-b}${N:-b}"), "abb");
  EXPECT_EQ(expanded("${A-b}${E-b}${N-b}"), "ab");
  EXPECT_EQ(expanded("${A:+b}${E:+b}${N:+b}"), "b");
  EXPECT_EQ(expanded("${A+b}${E+b}${N+b}"), "bb");
  EXPECT_EQ(expanded("${A:?b}${A?b}${E?b}."), "aa.");
  EXPECT_EQ(expanded("${N:-${N:-$A}$$}-${N:-{\"a\": {}}}"), "a$-{\"a\": {}}");
  EXPECT_EQ(error_of("E=\nA=${E:?is needed}"), ".env:2:3: \"E\" has no value: is needed");
  EXPECT_EQ(error_of("A=x${N?}"), ".env:1:3: \"N\" has no value");
}

TEST(EnvFile, warns_of_names_that_nobody_has_set) {
  const EnvFile file = parsed("A=pa$word\nB=${N}${N:-x}${N-x}${N+x}");
  EXPECT_THAT(file.variables, ElementsAre(Pair("A", "pa"), Pair("B", "xx")));
  EXPECT_THAT(
      file.warnings,
      ElementsAre(
          ".env:1:3: $word is not set, and counts as empty (write $$ for a dollar, or 'single quotes')",
          testing::StartsWith(".env:2:3: $N is not set")));
}

TEST(EnvFile, what_is_expanded_has_a_limit) {
  std::string text = "A=0123456789\n";
  for (char name = 'B'; name <= 'Z'; ++name) {
    text += std::string{name, '='} + "${" + std::string(1, static_cast<char>(name - 1)) + "}$" +
            std::string(1, static_cast<char>(name - 1)) + "\n";
  }
  EXPECT_THAT(error_of(text), HasSubstr("its variables make it too long: "));
  std::string deep = "A=";
  for (int depth = 0; depth < 100; ++depth) deep += "${N:-";
  EXPECT_THAT(error_of(deep), HasSubstr("is no variable"));
  EXPECT_THAT(error_of(deep + std::string(100, '}')), HasSubstr("too often"));
}

TEST(EnvFile, errors_name_line_and_column) {
  EXPECT_EQ(error_of("=x"), ".env:1:1: expected NAME=VALUE (a comment begins with #)");
  EXPECT_EQ(error_of("A B=1"), ".env:1:3: expected \"=\" after \"A\"");
  EXPECT_EQ(error_of("A=1\nno words!"), ".env:2:4: expected \"=\" after \"no\"");
  EXPECT_EQ(error_of("A=1\nB= 'x\nC=2"), ".env:2:4: the quote is never closed");
  EXPECT_EQ(error_of("A=\"x\\\""), ".env:1:3: the quote is never closed");
  EXPECT_EQ(
      error_of("A='x'y"),
      ".env:1:6: expected the end of the line after the closing quote (\\' is a quote within the value)");
  EXPECT_THAT(error_of(R"(K='it'\''s')"), HasSubstr(".env:1:7: expected the end of the line"));
  EXPECT_EQ(error_of("A=1\nB=\0"s), ".env:2:3: a NUL byte in the file");
  for (const std::string bad : {"${", "${}", "${5}", "${A", "${A:}", "${A b}", "${A/x/y}", "a${A:x}"}) {
    EXPECT_THAT(
        error_of("A=1\nB=" + bad),
        AllOf(HasSubstr(".env:2:3: \"$"),
              HasSubstr("is no variable (write $$ for a dollar, or put the value in 'single quotes')")));
  }
}

TEST(EnvFile, is_read_from_disk_and_a_missing_one_is_named) {
  const TemporaryFolder folder;
  folder.write(".env", "A=1");
  EXPECT_EQ(*read_env_file(folder.path() / ".env"), "A=1");
  const auto missing = read_env_file(folder.path() / "no.env");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::configuration);
  EXPECT_EQ(missing.error().where, (folder.path() / "no.env").string());
}

}  // namespace
}  // namespace dream::config
