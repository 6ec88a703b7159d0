#include <filesystem>

#include "config/load.hpp"
#include "support/temporary_folder.hpp"
#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST(Projects, are_exact_or_globs_in_the_order_of_the_file) {
  const Workspace workspace = workspace_of(R"({"projects": {
    "z/*": {"executor": "npm"}, "services/api": {"executor": "deno", "env": {"A": "1"}, "envFile": ["x", "y"]},
    "./a?": {}, "./**": {}}})");
  ASSERT_EQ(workspace.project_globs.size(), 3U);
  EXPECT_EQ(workspace.project_globs[0].pattern, "./z/*");
  EXPECT_EQ(workspace.project_globs[0].settings.executor, "npm");
  EXPECT_EQ(workspace.project_globs[1].pattern, "./a?");
  EXPECT_EQ(workspace.project_globs[2].pattern, "./**");
  ASSERT_EQ(workspace.projects.size(), 1U);
  const ProjectSettings& api = workspace.projects.at("./services/api");
  EXPECT_EQ(api.executor, "deno");
  EXPECT_THAT(api.env, ElementsAre(Pair("A", "1")));
  EXPECT_THAT(api.env_files, ElementsAre("x", "y"));
}

TEST(Projects, in_two_spellings_name_both_places) {
  EXPECT_THAT(
      problems_of("{\"projects\": {\n\"./a/b\": {},\n\"./c\": {},\n \"a/./b/\": {}}}"),
      ElementsAre(
          "dream.json:4:2: error: /projects/a~1.~1b~1: \"a/./b/\" is another spelling of \"./a/b\" at line "
          "2, column 1; put both into one entry, \"./a/b\""));
}

TEST(Projects, under_one_key_twice_are_reported_once) {
  EXPECT_THAT(problems_of(R"({"projects": {"a": {}, "a": {}}})"), ElementsAre(HasSubstr("is there twice")));
}

TEST(Executors, are_known_from_outside_or_by_their_plugin) {
  const Workspace workspace = workspace_of(R"({"executor": "acme",
    "projects": {"a": {"executor": "docker"}, "b": {"executor": "acme"}},
    "executors": {"acme": {"plugin": "./x.so"}, "docker": {"options": {}}}})");
  EXPECT_EQ(workspace.executor, "acme");
  EXPECT_EQ(workspace.executors.at("acme").plugin, "./x.so");
  const std::vector<std::string> installed{"shell", "acme"};
  EXPECT_THAT(interpret(Document::parse("f", R"({"executor": "acme"})"), installed).problems, IsEmpty());
  EXPECT_THAT(
      problems_of(R"({"executor": "acme"})"),
      ElementsAre(
          "dream.json:1:2: error: /executor: unknown executor \"acme\"; known are shell, npm, deno and "
          "docker; an entry in \"executors\" with its \"plugin\" adds another"));
}

TEST(Projects, whose_key_is_a_pattern_of_other_tools_are_an_error) {
  for (const char* key :
       {"./packages/{a,b}", "packages/x{a,b}y", "!x", "./!x", "./a/[ab]", "{x}/{a,b}", "a*/{b,c}"}) {
    EXPECT_THAT(problems_of(R"({"projects": {")" + std::string(key) + R"(": {}}})"),
                ElementsAre(HasSubstr(R"(bad glob: only "*" and "?" stand for anything)")))
        << key;
    const std::string elsewhere = R"({"workspace": {"./app": {"dev": [")" + std::string(key) + R"("]}}})";
    if (std::string_view(key).find('*') == std::string_view::npos) {
      EXPECT_THAT(problems_of(elsewhere), ElementsAre(HasSubstr("warning"))) << key;
    }
  }
  for (const char* key : {"./{a}", "./a!", "./a/!b", "./a]b[", "./{a", "./a,b"}) {
    EXPECT_THAT(problems_of(R"({"projects": {")" + std::string(key) + R"(": {}}})"), IsEmpty()) << key;
  }
}

TEST(Projects, whose_folder_is_there_are_no_pattern) {
  const TemporaryFolder folder;
  for (const char* name : {"app/[slug]", "{a,b}", "!x"}) {
    std::filesystem::create_directories(folder.path() / name);
    const std::string key = "./" + std::string(name);
    folder.write("dream.json",
                 R"({"workspace": {")" + key + R"(": {}}, "projects": {")" + key + R"(": {}}})");
    const auto loaded = load(folder.path() / "dream.json", {});
    ASSERT_TRUE(loaded) << key;
    EXPECT_THAT(loaded->problems, IsEmpty()) << key;
    EXPECT_TRUE(loaded->workspace.projects.contains(key));
  }
}

TEST(Executors, misspelt_get_the_nearest_name) {
  EXPECT_THAT(
      problems_of(R"({"projects": {"./a": {"executor": "dokcer"}}})"),
      ElementsAre(
          "dream.json:1:23: error: /projects/.~1a/executor: unknown executor \"dokcer\"; did you mean "
          "\"docker\"?"));
}

}  // namespace
}  // namespace dream::config
