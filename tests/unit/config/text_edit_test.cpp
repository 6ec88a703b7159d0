#include "config/text_edit.hpp"

#include "unit/config/config_testing.hpp"

/// Changes of single members in a dream.json's text.
namespace dream::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TextEdit::Path ready{"projects", "./db", "tasks", "start", "ready"};
constexpr const char* port = R"({ "port": 5432 })";

std::string with_ready(std::string text) {
  TextEdit edit(std::move(text));
  edit.set(ready, port);
  EXPECT_THAT(problems_of(edit.text()), IsEmpty()) << edit.text();
  return edit.text();
}

TEST(TextEditSet, adds_a_line_behind_the_last_one_and_its_comment) {
  EXPECT_EQ(with_ready(R"({
  // what runs
  "projects": {
    "./db": {
      "tasks": {
        "start": {
          "service": true // for ever
        } // of the database
      }
    }
  }
}
)"),
            R"({
  // what runs
  "projects": {
    "./db": {
      "tasks": {
        "start": {
          "service": true, // for ever
          "ready": { "port": 5432 }
        } // of the database
      }
    }
  }
}
)");
}

TEST(TextEditSet, keeps_the_comma_at_the_end_where_there_is_one) {
  EXPECT_EQ(
      with_ready(
          "{\"projects\": {\"./db\": {\"tasks\": {\"start\": {\n\t\"service\": true, /* a */\n\t},},},},}"),
      "{\"projects\": {\"./db\": {\"tasks\": {\"start\": {\n\t\"service\": true, /* a */\n\t\"ready\": { "
      "\"port\": 5432 },\n\t},},},},}");
}

TEST(TextEditSet, stays_on_the_line_where_everything_is_on_one) {
  EXPECT_EQ(with_ready(R"({"projects":{"./db":{"tasks":{"start":{"service":true}}}}})"),
            R"({"projects":{"./db":{"tasks":{"start":{"service":true, "ready": { "port": 5432 }}}}}})");
  EXPECT_EQ(
      with_ready(R"({ "projects": { "./db": { "tasks": { "start": { "service": true, } } } } })"),
      R"({ "projects": { "./db": { "tasks": { "start": { "service": true, "ready": { "port": 5432 } } } } } })");
  EXPECT_EQ(with_ready(R"({ "projects": { "./db": { "tasks": { "start": { } } } } })"),
            R"({ "projects": { "./db": { "tasks": { "start": { "ready": { "port": 5432 } } } } } })");
  EXPECT_EQ(with_ready("{}"),
            R"({ "projects": { "./db": { "tasks": { "start": { "ready": { "port": 5432 } } } } } })");
}

TEST(TextEditSet, makes_what_lacks_on_the_way) {
  EXPECT_EQ(with_ready("{\n    \"projects\": {\n        \"./a\": {}\n    }\n}\n"),
            "{\n    \"projects\": {\n        \"./a\": {},\n        \"./db\": { \"tasks\": { \"start\": { "
            "\"ready\": { \"port\": 5432 } } } }\n    }\n}\n");
  EXPECT_EQ(with_ready("{\n\t\"executor\": \"shell\"\n}\n"),
            "{\n\t\"executor\": \"shell\",\n\t\"projects\": {\n\t\t\"./db\": { \"tasks\": { \"start\": { "
            "\"ready\": { \"port\": 5432 } } } }\n\t}\n}\n");
}

TEST(TextEditSet, fills_an_object_that_holds_only_comments) {
  EXPECT_EQ(
      with_ready("{ \"projects\": {\n  // none yet }\n  } }"),
      "{ \"projects\": {\n  // none yet }\n    \"./db\": { \"tasks\": { \"start\": { \"ready\": { \"port\": "
      "5432 } } } }\n  } }");
}

TEST(TextEditSet, writes_the_line_ends_of_the_text) {
  EXPECT_EQ(
      with_ready("\xEF\xBB\xBF{\r\n  \"projects\": {\r\n    \"./db\": {\r\n      \"executor\": \"shell\" // "
                 "ours\r\n    }\r\n  }\r\n}\r\n"),
      "\xEF\xBB\xBF{\r\n  \"projects\": {\r\n    \"./db\": {\r\n      \"executor\": \"shell\", // ours\r\n   "
      "   "
      "\"tasks\": { \"start\": { \"ready\": { \"port\": 5432 } } }\r\n    }\r\n  }\r\n}\r\n");
}

TEST(TextEditSet, replaces_a_value_that_is_there) {
  TextEdit edit(R"({"tasks": {"start": {"delay": 2000 /* ms */, "service": true}}})");
  edit.set({"tasks", "start", "delay"}, "0");
  EXPECT_EQ(edit.text(), R"({"tasks": {"start": {"delay": 0 /* ms */, "service": true}}})");
}

TEST(TextEditSet, is_not_misled_by_strings_comments_and_escapes) {
  EXPECT_EQ(
      with_ready(R"({ "projects": { "./a": { "env": { "A": "} \" // {" } }, /* } */ ".\/db": { } } })"),
      R"({ "projects": { "./a": { "env": { "A": "} \" // {" } }, /* } */ ".\/db": { "tasks": { "start": { "ready": { "port": 5432 } } } } } })");
}

TEST(TextEditKeys, are_those_of_the_object_there) {
  const TextEdit edit(R"({"projects": {"./a": {}, "b": {"tasks": []}}, "executor": "shell"})");
  EXPECT_THAT(edit.keys({}), ElementsAre("projects", "executor"));
  EXPECT_THAT(edit.keys(TextEdit::Path{"projects"}), ElementsAre("./a", "b"));
  EXPECT_THAT(edit.keys(TextEdit::Path{"executor"}), IsEmpty());
  EXPECT_THAT(edit.keys(TextEdit::Path{"tasks"}), IsEmpty());
}

/// A member of the object `o`, taken away.
std::string without_delay(const std::string& object) {
  TextEdit edit("{\"o\": " + object + "}");
  EXPECT_TRUE(edit.remove({"o", "delay"}));
  EXPECT_TRUE(edit.text().starts_with("{\"o\": ") && edit.text().ends_with("}"));
  return edit.text().substr(6, edit.text().size() - 7);
}

TEST(TextEditRemove, takes_the_comma_along) {
  EXPECT_EQ(without_delay(R"({ "a": 1, "delay": 2000 })"), R"({ "a": 1 })");
  EXPECT_EQ(without_delay(R"({ "delay": 2000, "a": 1 })"), R"({ "a": 1 })");
  EXPECT_EQ(without_delay(R"({ "a": 1, "delay": 2000, "b": 2 })"), R"({ "a": 1, "b": 2 })");
  EXPECT_EQ(without_delay(R"({"a":1,"delay":2000})"), R"({"a":1})");
  EXPECT_EQ(without_delay(R"({ "delay": 2000 })"), R"({ })");
  EXPECT_EQ(without_delay(R"({"delay":[{"x":1},2]})"), R"({})");
  EXPECT_EQ(without_delay(R"({ "a": 1, "delay": 2000, })"), R"({ "a": 1, })");
}

TEST(TextEditRemove, takes_the_whole_line_but_no_comment) {
  EXPECT_EQ(without_delay("{\n  \"a\": 1, // one\n  \"delay\": 2000\n}"), "{\n  \"a\": 1 // one\n}");
  EXPECT_EQ(without_delay("{\r\n  \"delay\": 2000,\r\n  \"a\": 1\r\n}"), "{\r\n  \"a\": 1\r\n}");
  EXPECT_EQ(without_delay("{\n  \"delay\": 2000, // slow\n  \"a\": 1\n}"), "{\n  // slow\n  \"a\": 1\n}");
  EXPECT_EQ(without_delay("{\n  \"a\": 1,\n  \"delay\": 2000 /* x */,\n  \"b\": 2\n}"),
            "{\n  \"a\": 1,\n  /* x */\n  \"b\": 2\n}");
  EXPECT_EQ(without_delay("{ \"delay\": 2000,\n  \"a\": 1 }"), "{\n  \"a\": 1 }");
}

TEST(TextEditRemove, says_that_there_is_none) {
  TextEdit edit(R"({"o": {"a": 1}, "p": 1})");
  EXPECT_FALSE(edit.remove({"o", "delay"}));
  EXPECT_FALSE(edit.remove({"p", "delay"}));
  EXPECT_FALSE(edit.remove({"q", "delay"}));
  EXPECT_EQ(edit.text(), R"({"o": {"a": 1}, "p": 1})");
}

TEST(TextEditRemove, takes_it_from_several_objects_at_their_places) {
  const std::string text =
      "{ \"workspace\": { \"./a\": { \"dev\": [\n"
      "  { \"projectPath\": \"./b\", \"delay\": 1 },\n"
      "  { /* c */ \"delay\": 2, \"projectPath\": \"./c\" },\n"
      "  { \"projectPath\": \"./d\", \"delay\": 3 }\n] } } }";
  const Workspace workspace = workspace_of(text);
  std::vector<SourceOffset> places;
  for (const Dependency& entry : workspace.dependencies.at("./a").at("dev").entries)
    if (entry.project != "./d") places.push_back(entry.where);
  TextEdit edit(text);
  edit.remove(places, "delay");
  EXPECT_EQ(edit.text(),
            "{ \"workspace\": { \"./a\": { \"dev\": [\n"
            "  { \"projectPath\": \"./b\" },\n"
            "  { /* c */ \"projectPath\": \"./c\" },\n"
            "  { \"projectPath\": \"./d\", \"delay\": 3 }\n] } } }");
}

}  // namespace
}  // namespace dream::config
