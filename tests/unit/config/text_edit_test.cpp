#include "config/text_edit.hpp"

#include <algorithm>
#include <random>

#include "config/json.hpp"
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

/// Objects of keys a to d, three levels deep, with blanks, comments and commas wherever they may stand.
class RandomText {
 public:
  explicit RandomText(unsigned seed) : random_(seed) {}

  std::string object(int depth = 3) {
    std::string text = "{";
    std::string keys = "abcd";
    std::shuffle(keys.begin(), keys.end(), random_);
    keys.resize(below(4));
    for (const char key : keys) {
      text += gap() + '"' + key + '"' + gap() + ":" + gap() + value(depth) + gap();
      if (key != keys.back() || below(3) == 0) text += ",";
    }
    return text + gap() + "}";
  }

 private:
  std::string value(int depth) {
    static const std::vector<std::string> plain{"1", "null", R"("x } , \" //")", "[1, {\"a\": 2}, [3]]",
                                                "\"\""};
    return depth > 0 && below(2) == 0 ? object(depth - 1) : plain[below(plain.size())];
  }

  std::string gap() {
    static const std::vector<std::string> gaps{
        "", "", " ", "\n", "\n    ", "\r\n\t", "/* { */", " // \"}\n", "\n  // ,\n  ", " /* a\n b */ "};
    return gaps[below(gaps.size())];
  }

  std::size_t below(std::size_t end) { return random_() % end; }

  std::mt19937 random_;
};

rapidjson::Document parsed_json(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag>(text.c_str());
  EXPECT_FALSE(document.HasParseError()) << text;
  return document;
}

bool is_within(const std::string& part, const std::string& whole) {
  auto next = part.begin();
  for (const char byte : whole)
    if (next != part.end() && *next == byte) ++next;
  return next == part.end();
}

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(TextEditSet, adds_to_any_text_and_takes_away_again) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const std::string text = RandomText(seed).object();
    SCOPED_TRACE(text);
    rapidjson::Document expected = parsed_json(text);
    auto& memory = expected.GetAllocator();
    rapidjson::Value* place = &expected;
    for (const char* key : {"a", "b"}) {
      if (!place->HasMember(key))
        place->AddMember(rapidjson::Value(key, memory), rapidjson::Value(rapidjson::kObjectType), memory);
      place = &(*place)[key];
      if (!place->IsObject()) break;  // which a configuration without problems never has
    }
    if (!place->IsObject()) continue;
    TextEdit edit(text);
    place->AddMember("new", rapidjson::Value(7), memory);
    edit.set({"a", "b", "new"}, "7");
    EXPECT_TRUE(parsed_json(edit.text()) == expected) << edit.text();
    EXPECT_TRUE(is_within(text, edit.text())) << edit.text();
    const std::string with = edit.text();
    EXPECT_TRUE(edit.remove({"a", "b", "new"}));
    place->RemoveMember("new");
    EXPECT_TRUE(parsed_json(edit.text()) == expected) << edit.text();
    EXPECT_TRUE(is_within(edit.text(), with)) << edit.text();
    for (const char* comment : {"/*", "*/", "// "})
      EXPECT_EQ(count_of(edit.text(), comment), count_of(text, comment)) << edit.text();
  }
}

TEST(TextEditRemove, takes_any_member_of_any_text) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const std::string text = RandomText(seed).object();
    SCOPED_TRACE(text);
    rapidjson::Document expected = parsed_json(text);
    for (const char* key : {"a", "b", "c", "d"}) {
      TextEdit edit(text);
      EXPECT_EQ(edit.remove({key}), expected.HasMember(key));
      rapidjson::Document less = parsed_json(text);
      less.RemoveMember(key);
      EXPECT_TRUE(parsed_json(edit.text()) == less) << edit.text();
      EXPECT_TRUE(is_within(edit.text(), text));
    }
  }
}

}  // namespace
}  // namespace dream::config
