#include <ostream>

#include "base/text.hpp"
#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::string_literals;

struct SyntaxCase {
  std::string text;
  std::string problem;
};

/// Readable where the text itself would not be: it becomes part of the test's name.
// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const SyntaxCase& syntax, std::ostream* out) {
  *out << in_quotes(syntax.text);
}

class Syntax : public testing::TestWithParam<SyntaxCase> {};

TEST_P(Syntax, error_says_what_to_write_and_where) {
  const auto problems = problems_of(GetParam().text);
  EXPECT_THAT(problems, ElementsAre("dream.json:" + GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    grammar, Syntax,
    testing::Values(
        SyntaxCase{"", "1:1: error: the file is empty; the smallest configuration is {}"},
        SyntaxCase{"\xEF\xBB\xBF", "1:1: error: the file is empty; the smallest configuration is {}"},
        SyntaxCase{"// only\n/* this */\n",
                   "3:1: error: the file is empty; the smallest configuration is {}"},
        SyntaxCase{
            "}",
            "1:1: error: expected a value, found \"}\"; a value is missing, or there is a comma too many"},
        SyntaxCase{"{} {}", "1:4: error: expected the end of the file, found \"{\""},
        SyntaxCase{"{}\n}", "2:1: error: expected the end of the file, found \"}\""},
        SyntaxCase{"{\"a\": tru}",
                   "1:7: error: expected a value, found \"tru\"; strings stand in double quotes; "
                   "true, false and null are lower case"},
        SyntaxCase{"{\"a\": NaN}",
                   "1:7: error: expected a value, found \"NaN\"; strings stand in double quotes; "
                   "true, false and null are lower case"},
        SyntaxCase{"{\"a\": 'x'}",
                   "1:7: error: expected a value, found a single quote; strings stand in double quotes"},
        SyntaxCase{"{\"a\": \xC3\xA9}", "1:7: error: expected a value, found \"\xC3\xA9\""},
        SyntaxCase{
            "[1,,]",
            "1:4: error: expected a value, found \",\"; a value is missing, or there is a comma too many"},
        SyntaxCase{
            "{\"a\": }",
            "1:7: error: expected a value, found \"}\"; a value is missing, or there is a comma too many"},
        SyntaxCase{"{a: 1}", "1:2: error: expected a key in double quotes, found a without quotes"},
        SyntaxCase{"{1: 1}", "1:2: error: expected a key in double quotes, found 1 without quotes"},
        SyntaxCase{"{'a': 1}", "1:2: error: expected a key in double quotes, found a single quote"},
        SyntaxCase{"{\"a\" 1}", "1:6: error: expected \":\" after the key, found \"1\""},
        SyntaxCase{"{\"a\": 1 \"b\": 2}",
                   "1:9: error: expected \",\" or \"}\" after the value, found the string \"b\""},
        SyntaxCase{"[1 2]", "1:4: error: expected \",\" or \"]\" after the value, found \"2\""},
        SyntaxCase{"[1\"b\"]", "1:3: error: expected \",\" or \"]\" after the value, found the string \"b\""},
        SyntaxCase{"[1}", "1:3: error: expected \",\" or \"]\" after the value, found \"}\""}));

INSTANTIATE_TEST_SUITE_P(
    ends, Syntax,
    testing::Values(
        SyntaxCase{"{\n  \"a\": [1,\n",
                   "3:1: error: expected a value, found the end of the file; the \"[\" at line 2, "
                   "column 8 is never closed"},
        SyntaxCase{"{\"a\": 1",
                   "1:8: error: expected \",\" or \"}\" after the value, found the end of the file; the "
                   "\"{\" at line 1, column 1 is never closed"},
        SyntaxCase{"{\"a", "1:2: error: the string is never closed"},
        SyntaxCase{"{\"a\": \"b\\", "1:7: error: the string is never closed"},
        SyntaxCase{"{} /* x", "1:4: error: the comment is never closed; end it with */"},
        SyntaxCase{"{ \"/*\": /* /* ", "1:9: error: the comment is never closed; end it with */"},
        SyntaxCase{"{ / }", "1:3: error: a single \"/\"; a comment begins with // or /*"}));

INSTANTIATE_TEST_SUITE_P(
    strings_and_numbers, Syntax,
    testing::Values(
        SyntaxCase{"{\"a\": \"b\n\"}",
                   "1:9: error: a line break in a string; close the string before it, or write \\n"},
        SyntaxCase{"{\"a\": \"\t\"}", "1:8: error: a control character (0x09) in a string; write \\t"},
        SyntaxCase{"{\"a\": \"\x01\"}", "1:8: error: a control character (0x01) in a string; write \\u0001"},
        SyntaxCase{R"({"a": "\q"})",
                   R"(1:8: error: unknown escape "\q" in a string; a backslash itself is written \\)"},
        SyntaxCase{R"({"a": "\u12g4"})", R"(1:8: error: expected four hexadecimal digits after "\u")"},
        SyntaxCase{R"({"a": "\ud800x"})",
                   R"(1:8: error: half of a surrogate pair in the string; write the character itself)"},
        SyntaxCase{
            R"({"$schema": "\udc00"})",
            R"(1:2: error: /$schema: half of a surrogate pair (\uDC00 to \uDFFF) in the string; write the character itself)"},
        SyntaxCase{"{\"a\": 1e999}", "1:7: error: the number is too large"},
        SyntaxCase{"{\"a\": 1.}", "1:7: error: expected a number with digits after its point, found \"1.\""},
        SyntaxCase{"{\"a\": -1e}",
                   "1:7: error: expected a number with digits in its exponent, found \"-1e\""},
        SyntaxCase{"{\"a\": 01}", "1:7: error: expected a value, found \"01\""},
        SyntaxCase{"{\"a\": \0}"s, "1:7: error: a NUL byte in the file; dream.json is a text in UTF-8"},
        SyntaxCase{"{}\0"s, "1:3: error: a NUL byte in the file; dream.json is a text in UTF-8"},
        SyntaxCase{"{\n// \xFF\n}", "2:4: error: the byte 0xff is not valid UTF-8; save the file as UTF-8"}));

TEST(SyntaxNesting, ends_at_a_limit_that_is_exact) {
  const auto nested = [](std::size_t depth) {
    const std::string open = R"({"executors":{"docker":{"options":{"x":)";
    return open + std::string(depth - 4, '[') + std::string(depth - 4, ']') + "}}}}";
  };
  EXPECT_THAT(problems_of(nested(256)), IsEmpty());
  EXPECT_THAT(problems_of(nested(257)),
              ElementsAre("dream.json:1:292: error: values are nested more than 256 levels deep"));
}

TEST(SyntaxNesting, of_a_million_levels_is_an_error_and_no_crash) {
  EXPECT_THAT(problems_of(std::string(1'000'000, '[')), SizeIs(1));
  EXPECT_THAT(problems_of(std::string(1'000'000, '[') + std::string(1'000'000, ']')), SizeIs(1));
}

TEST(SyntaxExtensions, comments_and_trailing_commas_are_fine) {
  EXPECT_THAT(
      problems_of(
          "\xEF\xBB\xBF/**/{ // x\r\n\"tasks\": {\"a\": {\"command\": [\"x\",/***/],},},/* \" */}\r\n//"),
      IsEmpty());
}

}  // namespace
}  // namespace dream::config
