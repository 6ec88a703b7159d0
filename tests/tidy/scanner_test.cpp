#include "scanner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dream::tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> heads_of(std::string_view text) {
  std::vector<std::string> heads;
  for (const Function& function : functions_of(text)) heads.push_back(function.head);
  return heads;
}

TEST(WithoutCommentsAndStrings, keeps_the_code_and_every_line_in_its_place) {
  EXPECT_EQ(without_comments_and_strings("a(); // b {\nc();"), "a();       \nc();");
  EXPECT_EQ(without_comments_and_strings("a /* {\n} */ b"), "a     \n     b");
  EXPECT_EQ(without_comments_and_strings(R"(f("{\"}", '{', '\'');)"), "f(0     , 0  , 0   );");
  EXPECT_EQ(without_comments_and_strings("x = 10'000 + '{';"), "x = 10'000 + 0  ;");
  EXPECT_EQ(without_comments_and_strings("s = R\"x(\n{ )\" )x\";"), "s = 0   \n        ;");
}

TEST(CountLines, counts_a_last_line_without_an_end) {
  EXPECT_EQ(count_lines(""), 0U);
  EXPECT_EQ(count_lines("a\n"), 1U);
  EXPECT_EQ(count_lines("a\nb"), 2U);
}

TEST(CountCodeLines, leaves_out_lines_of_comment_alone) {
  EXPECT_EQ(count_code_lines("/* a\n   b */\nint c; // d\n\n// e\n"), 2U);
}

TEST(IncludesOf, tells_quotes_from_brackets_and_code_from_comments) {
  const std::vector<Include> includes = includes_of(
      "#include <vector>\n// #include \"no\"\n#  include \"base/text.hpp\"\n/*\n#include <no>\n*/\n");
  ASSERT_EQ(includes.size(), 2U);
  EXPECT_EQ(includes[0].path, "vector");
  EXPECT_FALSE(includes[0].quoted);
  EXPECT_EQ(includes[1].path, "base/text.hpp");
  EXPECT_TRUE(includes[1].quoted);
  EXPECT_EQ(includes[1].line, 3U);
}

TEST(FunctionsOf, finds_functions_at_every_level_but_not_what_is_inside_them) {
  EXPECT_THAT(heads_of("namespace a {\nint f() { if (x) { g(); } return [] { return 1; }(); }\n"
                       "class B : public C {\n public:\n  void m() const { h(); }\n  int field{0};\n};\n}\n"
                       "extern \"C\" {\nvoid c_function(void) {}\n}\nTEST(A, b) { c(); }\n"),
              ElementsAre("int f()", "void m() const", "void c_function(void)", "TEST(A, b)"));
}

TEST(FunctionsOf, is_not_confused_by_initialisers_and_types) {
  EXPECT_THAT(heads_of("enum class E : int { a, b };\nint table[] = {1, 2};\nint x{1};\n"
                       "struct S { int a = 0; std::vector<int> b{1, 2}; };\nconst char* s = \"f() {\";\n"
                       "#define M(x) { x(\n"),
              IsEmpty());
}

TEST(FunctionsOf, counts_from_the_head_to_the_closing_brace) {
  const std::vector<Function> functions =
      functions_of("int a;\n\ntemplate <class T>\nint f(\n    T t) {\n}\n");
  ASSERT_EQ(functions.size(), 1U);
  EXPECT_EQ(functions[0].line, 3U);
  EXPECT_EQ(functions[0].lines, 4U);
}

TEST(FunctionsOf, takes_a_constructor_with_its_members_as_one) {
  const std::vector<Function> functions =
      functions_of("A::A(int x)\n    : a_{x},\n      b_(x),\n      c_{} {\n  go();\n}\nvoid f() {}\n");
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0].lines, 6U);
}

TEST(FunctionsOf, takes_default_arguments_in_braces) {
  const std::vector<Function> functions = functions_of("void f(A a = {},\n       B b = {1}) {\n}\n");
  ASSERT_EQ(functions.size(), 1U);
  EXPECT_EQ(functions[0].lines, 3U);
}

TEST(FunctionsOf, takes_a_c_function_that_returns_a_struct) {
  EXPECT_THAT(heads_of("static struct foo *bar(void) {\n}\n"), ElementsAre("struct foo *bar(void)"));
}

TEST(FunctionsOf, is_not_confused_by_a_macro_without_a_semicolon) {
  EXPECT_THAT(heads_of("MACRO(Example)\n\nnamespace a {\nvoid f() {\n}\n}\n"), ElementsAre("void f()"));
  EXPECT_THAT(heads_of("MACRO(x)\nTEST(A, b) {\n}\n"), ElementsAre("MACRO(x)"));
}

TEST(TypesOf, tells_who_is_documented) {
  const std::vector<Type> types = types_of(
      "namespace a {\n/// Yes.\nstruct A {\n  struct Inner { int x; };\n};\n\nclass B final : public A {};\n"
      "/// Yes.\ntemplate <class T>\nstruct C {};\nenum class D : int { a };\nstruct Forward;\n}\n");
  ASSERT_EQ(types.size(), 4U);
  EXPECT_EQ(types[0].name, "A");
  EXPECT_TRUE(types[0].documented);
  EXPECT_EQ(types[0].lines, 3U);
  EXPECT_EQ(types[1].name, "B");
  EXPECT_FALSE(types[1].documented);
  EXPECT_EQ(types[2].name, "C");
  EXPECT_TRUE(types[2].documented);
  EXPECT_EQ(types[3].name, "D");
}

TEST(LinesWithWord, sees_whole_words_in_code_only) {
  EXPECT_THAT(lines_with_word("word();\nmy_word();\n// word\n\"word\";\nx.word;\n", "word"),
              ElementsAre(1, 5));
}

}  // namespace
}  // namespace dream::tidy
