#include "config/document.hpp"

#include "config/json.hpp"
#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::HasSubstr;

TEST(DocumentRead, names_a_file_that_is_missing_or_a_folder) {
  const TemporaryFolder folder;
  const auto missing = Document::read(folder.path() / "dream.json");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::configuration);
  EXPECT_EQ(missing.error().where, (folder.path() / "dream.json").string());
  EXPECT_EQ(missing.error().message, "the file can't be read: No such file or directory");
  EXPECT_EQ(Document::read(folder.path()).error().message, "the file can't be read: it is a folder");
}

TEST(DocumentRead, refuses_a_file_above_the_limit_without_reading_it) {
  const TemporaryFolder folder;
  const auto file = folder.write("dream.json", "{}");
  std::filesystem::resize_file(file, Document::max_size + 1);
  EXPECT_EQ(Document::read(file).error().message, "the file can't be read: it is larger than 16 MiB");
}

TEST(DocumentRead, keeps_the_name_it_was_called_by) {
  const TemporaryFolder folder;
  folder.write("dream.json", "{ \"x\": 1 }");
  const auto result = load(folder.path() / "sub/../dream.json", bundled_executors);
  std::filesystem::create_directory(folder.path() / "sub");
  const auto again = load(folder.path() / "sub/../dream.json", bundled_executors);
  EXPECT_FALSE(result) << "sub does not exist";
  ASSERT_TRUE(again);
  EXPECT_EQ(again->workspace.root, folder.path());
  EXPECT_EQ(again->workspace.file, folder.path() / "dream.json");
  EXPECT_EQ(again->document->place({2}), (folder.path() / "sub/../dream.json:1:3").string());
}

TEST(DocumentPosition, counts_characters_and_passes_over_marks) {
  const auto document = Document::parse("f", "\xEF\xBB\xBF{\r\n \"\xC3\xA9\": 1\r\n}");
  const std::size_t colon = document->source().text().find(':');
  const Position position = document->position({colon});
  EXPECT_EQ(position.line, 2U);
  EXPECT_EQ(position.column, 5U);
  EXPECT_EQ(position.line_text, " \"\xC3\xA9\": 1");
  EXPECT_EQ(document->position({3}).column, 1U);
}

/// What the text of a value begins with.
std::string beginning_of(const Json& value) {
  if (value.IsString()) return "\"" + std::string(text_of(value).substr(0, 1));
  if (value.IsArray()) return "[";
  if (value.IsObject()) return "{";
  if (value.IsNull()) return "null";
  if (value.IsBool()) return value.GetBool() ? "true" : "false";
  return std::to_string(value.GetInt());
}

/// Checks the place of every key and element; returns how many there are.
std::size_t expect_places(const Tree& tree, const Json& value, std::string_view text) {
  std::size_t count = 0;
  const auto expect_place = [&](const Json& shown) {
    EXPECT_TRUE(text.substr(tree.offset_of(shown).value).starts_with(beginning_of(shown)));
    ++count;
  };
  if (value.IsArray()) {
    for (const Json& element : value.GetArray()) {
      expect_place(element);
      count += expect_places(tree, element, text);
    }
  } else if (value.IsObject()) {
    for (const Member& member : value.GetObject()) {
      expect_place(member.name);
      count += expect_places(tree, member.value, text);
    }
  }
  return count;
}

TEST(DocumentPlaces, of_every_kind_of_value_are_exact) {
  const std::string text =
      "\xEF\xBB\xBF// [ \"x\" 5\n[1, /* 2, */ -3, \"4 \\\" 5 [\", [ ], [[6]], {}, {\n \"a\\\\\": [7, null],"
      "\"b\": true, \"c\": {\"d\": [false, 8]}}, // 9\n true, null,]";
  const auto document = Document::parse("f", text);
  ASSERT_NE(document->tree(), nullptr);
  const Tree& tree = *document->tree();
  EXPECT_EQ(tree.offset_of(tree.root()).value, text.find("[1"));
  EXPECT_EQ(tree.offset_of(tree.root()[4][0][0]).value, text.find("6]"));
  EXPECT_EQ(tree.offset_of(tree.root()[8]).value, text.rfind("null"));
  EXPECT_EQ(expect_places(tree, tree.root(), text), 19U);
}

TEST(DocumentPlaces, an_object_behind_a_comment_is_at_its_first_key) {
  const std::string text = "[{ /* why */ \"a\": 1}]";
  const auto document = Document::parse("f", text);
  EXPECT_EQ(document->tree()->offset_of(document->tree()->root()[0]).value, text.find("\"a\""));
}

TEST(DocumentKeys, twice_in_one_object_are_found_in_small_and_large_ones) {
  for (const std::size_t count : {2U, 16U, 17U, 300U}) {
    std::string text = R"({"executors": {"docker": {"options": {)";
    for (std::size_t number = 1; number < count; ++number) text += "\"k" + std::to_string(number) + "\": 1,";
    text += "\"k1\": 2}}}}";
    const auto problems = problems_of(text);
    ASSERT_EQ(problems.size(), 1U) << count;
    EXPECT_THAT(
        problems[0],
        HasSubstr("/executors/docker/options/k1: the key \"k1\" is there twice, first at line 1, column 39"));
  }
}

TEST(DocumentKeys, are_compared_after_their_escapes) {
  EXPECT_THAT(problems_of(R"({"tasks": {"a": {}, "\u0061": {}}})"), testing::SizeIs(1));
}

}  // namespace
}  // namespace dream::config
