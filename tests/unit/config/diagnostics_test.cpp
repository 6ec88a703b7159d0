#include "config/diagnostics.hpp"

#include <rapidjson/document.h>

#include "base/columns.hpp"
#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1 : 0;
  return count;
}

TEST(Diagnostics, show_the_line_with_a_caret_under_the_key) {
  const SourceText source("dream.json", "{\n  \"tasks\": { \"dev\": { \"dealy\": 5 } }\n}\n");
  const std::string text = render_text(
      source, {Severity::error, {source.text().find("\"dealy")}, "/tasks/dev/dealy", "unknown key", "hint"});
  EXPECT_EQ(text,
            "dream.json:2:23: error: /tasks/dev/dealy: unknown key; hint\n"
            "  \"tasks\": { \"dev\": { \"dealy\": 5 } }\n"
            "                      ^\n");
}

TEST(Diagnostics, of_a_whole_file_have_no_line) {
  const SourceText source("dream.json", "{}");
  EXPECT_EQ(render_text(source, {Severity::warning, {}, "", "message", ""}),
            "dream.json: warning: message\n");
}

TEST(Diagnostics, keep_tabs_so_that_the_caret_stays_aligned) {
  const SourceText source("f", "\t\xC3\xA9\tx");
  EXPECT_EQ(lines_of(render_text(source, {Severity::error, {4}, "", "m", ""}))[2], "\t \t^");
}

TEST(Diagnostics, put_the_caret_below_wide_characters_and_marks) {
  const std::string before = "\"数据库e\u0301\": ";
  const SourceText source("f", before + "x");
  const auto lines = lines_of(render_text(source, {Severity::error, {before.size()}, "", "m", ""}));
  EXPECT_EQ(lines[2], std::string(11, ' ') + "^");
}

TEST(Diagnostics, cut_a_long_line_of_wide_characters_by_columns) {
  std::string text;
  for (int number = 0; number < 1000; ++number) text += "数";
  const SourceText source("f", text);
  const auto lines = lines_of(render_text(source, {Severity::error, {1500}, "", "m", ""}));
  EXPECT_LE(columns(lines[1]), 120U);
  EXPECT_EQ(lines[2], std::string(61, ' ') + "^");
}

TEST(Diagnostics, let_nothing_disturb_a_terminal) {
  const SourceText source("a\nb", "\x1b[2J x");
  const std::string text = render_text(source, {Severity::error, {5}, "/\x1b", "\x1b", "\x1b"});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_EQ(lines_of(text)[1], "\\x1b[2J x");
  EXPECT_EQ(lines_of(text)[2], "        ^");
}

TEST(Diagnostics, cut_a_long_line_around_the_caret) {
  std::string line;
  for (int number = 0; number < 200'000; ++number) line += "\xC3\xA9";
  for (const std::size_t at : {std::size_t{0}, std::size_t{50}, std::size_t{200}, std::size_t{200'000},
                               std::size_t{399'998}, std::size_t{400'000}}) {
    std::string text = line;
    text.insert(at, "X");
    const SourceText source("f", text);
    const auto lines = lines_of(render_text(source, {Severity::error, {at}, "", "m", ""}));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_LE(characters(lines[1]), 120U);
    EXPECT_GT(characters(lines[1]), 55U);
    const std::size_t before_caret = characters(lines[2]) - 1;
    EXPECT_EQ(characters(lines[1].substr(0, lines[1].find('X'))), before_caret) << at;
  }
}

TEST(Diagnostics, place_at_the_end_of_the_text_has_a_line) {
  const SourceText source("f", "{\n");
  EXPECT_EQ(render_text(source, {Severity::error, {2}, "", "m", ""}), "f:2:1: error: m\n\n^\n");
  EXPECT_EQ(source.place({99}), "f:2:1");
}

TEST(Diagnostics, as_json_hold_every_field) {
  Sources source;
  source.add("a \"b\".json", "{\n  x");
  const std::vector<Problem> problems{{Severity::error, {4}, "/a", "m \x1b", "h"},
                                      {Severity::note, {}, "", "n", ""}};
  rapidjson::Document json;
  json.Parse(render_json(source, problems).c_str());
  ASSERT_TRUE(json.IsArray());
  ASSERT_EQ(json.Size(), 2U);
  EXPECT_STREQ(json[0]["file"].GetString(), "a \"b\".json");
  EXPECT_EQ(json[0]["line"].GetInt(), 2);
  EXPECT_EQ(json[0]["column"].GetInt(), 3);
  EXPECT_STREQ(json[0]["path"].GetString(), "/a");
  EXPECT_STREQ(json[0]["severity"].GetString(), "error");
  EXPECT_STREQ(json[0]["message"].GetString(), "m \x1b");
  EXPECT_STREQ(json[0]["hint"].GetString(), "h");
  EXPECT_TRUE(json[1]["line"].IsNull());
  EXPECT_STREQ(json[1]["severity"].GetString(), "note");
  EXPECT_EQ(render_json(source, {}), "[]");
}

TEST(Diagnostics, end_with_a_note_when_there_are_too_many) {
  const auto file_with = [](std::size_t count) {
    std::string text = "{\"tasks\": {";
    for (std::size_t number = 0; number < count; ++number)
      text += "\"t" + std::to_string(number) + "\": 5,\n";
    return text + "}}";
  };
  EXPECT_EQ(problems_of(file_with(1000)).size(), 1000U);
  const auto problems = problems_of(file_with(1001));
  ASSERT_EQ(problems.size(), 1001U);
  EXPECT_EQ(problems.back(), "dream.json: note: there are more than 1000 problems; correct these first");
}

TEST(Diagnostics, stand_in_the_order_of_the_file) {
  const auto result =
      interpret_text(R"({"projects": 1, "a": 1, "tasks": {"x": 1, "x": 2}, "workspace": []})");
  std::vector<std::size_t> offsets;
  for (const Problem& problem : result.problems) offsets.push_back(problem.offset.value);
  EXPECT_EQ(offsets.size(), 6U);
  EXPECT_TRUE(std::is_sorted(offsets.begin(), offsets.end()));
}

TEST(Diagnostics, warnings_and_notes_are_no_errors) {
  EXPECT_FALSE(has_errors(
      std::vector<Problem>{{Severity::warning, {}, "", "", ""}, {Severity::note, {}, "", "", ""}}));
  EXPECT_TRUE(has_errors(std::vector<Problem>{{Severity::error, {}, "", "", ""}}));
}

TEST(Diagnostics, show_no_password_of_a_url) {
  const LoadResult result =
      interpret_text(R"({"tasks": {"go": {"ready": {"http": "http://user:s3cretpw@localhost:9/health"}}}})");
  ASSERT_EQ(result.problems.size(), 1U);
  const std::string text = render_text(result.document->source(), result.problems.front());
  EXPECT_THAT(text, Not(HasSubstr("s3cret")));
  EXPECT_THAT(
      lines_of(text)[0],
      HasSubstr(R"("http://***@localhost:9/health" is no URL that dream can ask; no user and password)"));
  EXPECT_THAT(lines_of(text)[1], HasSubstr(R"("http": "http://***@localhost:9/health"}}}})"));
  EXPECT_THAT(problems_of(R"({"tasks": {"go": {"ready": {"http": "https://u:s3cretpw@h/"}}}})").front(),
              Not(HasSubstr("s3cret")));
}

/// Also where the caret stands in it.
TEST(Diagnostics, show_no_password_that_is_itself_the_mistake) {
  const LoadResult result =
      interpret_text(R"({"projects": {"./": {"env": {"DB": "postgres://user:s3cr\et@h/db"}}}})");
  ASSERT_EQ(result.problems.size(), 1U);
  const std::string text = render_text(result.document->source(), result.problems.front());
  EXPECT_THAT(text, AllOf(HasSubstr("postgres://***@h/db"), Not(HasSubstr("s3cr")), Not(HasSubstr("et@"))));
}

/// Also where the caret stands in it, and in a line that is cut.
TEST(Diagnostics, show_no_value_whose_name_says_that_it_is_secret) {
  const std::string begin =
      R"({"projects": {"./a": {"env": {"API_TOKEN": "s3cr\"et", "dbPassword" :  "s3cretpw", "A": "shown"},)";
  for (const std::string& rest :
       {std::string(R"( "bad": 1}}})"), R"("x": ")" + std::string(70, 'x') + R"(", "bad": 1}}})",
        R"("x": ")" + std::string(5000, 'x') + R"(", "bad": 1}}})"}) {
    const LoadResult result = interpret_text(begin + rest);
    for (const Problem& problem : result.problems) {
      const std::string text = render_text(result.document->source(), problem);
      EXPECT_THAT(text, AllOf(Not(HasSubstr("s3cr")), Not(HasSubstr("et\"")))) << text;
    }
  }
  const LoadResult wrong =
      interpret_text(R"({"projects": {"./a": {"env": {"API_TOKEN": "s3cr\et", "B": 1}}}})");
  for (const Problem& problem : wrong.problems)
    EXPECT_THAT(render_text(wrong.document->source(), problem),
                AllOf(HasSubstr(R"("API_TOKEN": "***)"), Not(HasSubstr("s3cr"))));
  EXPECT_FALSE(wrong.problems.empty());
}

/// Each of several, also outside of texts, and behind a quote in a comment.
TEST(Diagnostics, show_no_secret_wherever_it_stands_in_the_line) {
  for (const char* line :
       {R"({"a": "postgres://a:first@h1,postgres://u:second@h2/x"})",
        R"({"a": "curl http://x/ postgres://u:first@h/"})", R"({"a": 1} // https://me:first@example.com)",
        R"({"b": 1, /* 5" wide */ "API_TOKEN": "first"})"}) {
    const LoadResult result = interpret_text(line);
    ASSERT_FALSE(result.problems.empty()) << line;
    for (const Problem& problem : result.problems)
      EXPECT_THAT(render_text(result.document->source(), problem),
                  AllOf(Not(HasSubstr("first")), Not(HasSubstr("second")), HasSubstr("***")))
          << line;
  }
}

}  // namespace
}  // namespace dream::config
