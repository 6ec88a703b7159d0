#include "config/document.hpp"
#include "unit/config/config_testing.hpp"

/// Files of a size and a shape that nobody writes by hand. Where the work grew with the square of the size, a
/// test would take hours: each is large enough for that, and none measures time.
namespace dream::config {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(Size, a_place_costs_the_same_wherever_it_is_in_a_line) {
  std::string text = "[";
  for (int number = 0; number < 200'000; ++number) text += "\"ä lengthy string\", ";
  text += "1]";
  const auto document = Document::parse("f", text);
  constexpr std::size_t size = sizeof "\"ä lengthy string\", " - 1;
  for (std::size_t number = 0; number < 200'000; number += 10) {
    const SourceOffset offset{1 + number * size};
    ASSERT_EQ(document->place(offset), "f:1:" + std::to_string(2 + number * (size - 1)));
    ASSERT_EQ(document->position(offset).column, 2 + number * (size - 1));
  }
}

TEST(Size, columns_are_characters_on_both_sides_of_every_border) {
  std::string text = "[\n\"";
  for (int number = 0; number < 5000; ++number) text += "é";
  text += "\"]";
  const auto document = Document::parse("f", text);
  for (std::size_t number = 0; number < 5000; ++number)
    ASSERT_EQ(document->place({3 + 2 * number}), "f:2:" + std::to_string(2 + number));
  EXPECT_EQ(document->place({text.size() + 10}), "f:2:5004");
}

TEST(Size, many_executors_are_found_as_fast_as_few) {
  constexpr int count = 60'000;
  std::string executors;
  std::string projects;
  for (int number = 0; number < count; ++number) {
    const std::string name = "executor-" + std::to_string(number);
    executors += (number > 0 ? ",\"" : "\"") + name + R"(":{"plugin":"x"})";
    projects +=
        (number > 0 ? ",\"./p" : "\"./p") + std::to_string(number) + R"(":{"executor":")" + name + "\"}";
  }
  const Workspace workspace =
      workspace_of(R"({"executors":{)" + executors + R"(},"projects":{)" + projects + "}}");
  EXPECT_THAT(workspace.projects, SizeIs(count));
}

TEST(Size, many_options_are_merged_as_fast_as_few) {
  constexpr int count = 100'000;
  std::string options;
  std::string none;
  for (int number = 0; number < count; ++number) {
    const std::string key = (number > 0 ? ",\"" : "\"") + std::to_string(number);
    options += key + "\":1";
    none += key + "\":null";
  }
  const LoadResult result = interpret_text(R"({"projects":{"./a":{"options":{)" + options +
                                           R"(}},"./b":{"options":{)" + none + R"(,"last":[1]}}}})");
  const std::vector<OptionsPointer> a{"/projects/.~1a/options"};
  EXPECT_EQ(result.document->options(a), "{" + options + "}");
  const std::vector<OptionsPointer> both{a.front(), "/projects/.~1b/options"};
  EXPECT_EQ(result.document->options(both), R"({"last":[1]})");
}

TEST(Size, an_error_is_short_however_long_the_name_in_it) {
  const std::string name(1'000'000, 'x');
  for (const std::string& text : {
           R"({")" + name + R"(":1})",
           R"({"tasks":{")" + name + R"(":{}}})",
           R"({"tasks":{"a":{"executor":")" + name + R"("}}})",
           R"({"tasks":{"a":{"stop":{"signal":")" + name + R"("}}}})",
           R"({"tasks":{"a":{"env":{"=)" + name + R"(":"1"}}}})",
           R"({"projects":{"./)" + name + R"(":{}}})",
           R"({"projects":{"/)" + name + R"(":{}}})",
           R"({"projects":{"**)" + name + R"(":{}}})",
           R"({"projects":{"a":{"options":{")" + name + R"(":1,")" + name + R"(":1}}}})",
           R"({"executors":{")" + name + R"(":{}}})",
           R"({"executors":{" )" + name + R"(":{}}})",
           R"({"workspace":{"*)" + name + R"(":{}}})",
           R"({"workspace":{"a":{"b":[")" + name + R"("]}}})",
           R"({"workspace":{"a":{"b":[{"projectPath":"a","task":")" + name + R"("}]}}})",
           R"({"recursive":[{"project":")" + name + R"(","tasks":["b"]}]})",
           R"({"tasks":{"a":)" + name + R"(}})",
       }) {
    const LoadResult result = interpret_text(text);
    ASSERT_FALSE(result.problems.empty()) << text.substr(0, 60);
    for (const Problem& problem : result.problems) {
      EXPECT_LE(render_text(result.document->source(), problem).size(), 2000U) << text.substr(0, 60);
    }
    EXPECT_LE(render_json(result.document->source(), result.problems).size(), 4000U) << text.substr(0, 60);
  }
}

TEST(Size, a_list_of_what_there_is_is_short_however_much_there_is) {
  std::string executors;
  for (int number = 0; number < 10'000; ++number)
    executors += "\"executor-" + std::to_string(number) + R"(":{"plugin":"x"},)";
  const std::vector<std::string> problems =
      problems_of(R"({"executors":{)" + executors + R"("z":{"plugin":"x"}},"executor":"quite another"})");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems.front(), HasSubstr("shell, npm, deno, docker, executor-0"));
  EXPECT_LE(problems.front().size(), 1000U);
}

}  // namespace
}  // namespace dream::config
