#include <fmt/format.h>
#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// What nobody writes by hand ends soon, too: with an error, or with all that it says.
namespace dream::init {
namespace {

using testing::HasSubstr;

TEST_F(Init, what_a_merge_key_holds_has_an_end) {
  const std::string circle = "<<: &x [*x]\n";
  std::string many = "<<:\n  - &l0 []\n";  // each list ten times the one before it
  for (int level = 1; level <= 11; ++level) {
    const std::string before = "*l" + std::to_string(level - 1);
    many += "  - &l" + std::to_string(level) + " [";
    for (int one = 0; one < 9; ++one) many += before + ", ";
    many += before + "]\n";
  }
  for (const char* file :
       {"compose.yaml", "Taskfile.yml", "mprocs.yaml", "process-compose.yaml", "pnpm-workspace.yaml"}) {
    for (const std::string& content : {circle, many}) {
      write(file, content);
      EXPECT_THAT(text(), HasSubstr("too many values, or an alias that holds itself")) << file;
    }
    std::filesystem::remove(folder_.path() / file);
  }
}

TEST_F(Init, files_that_include_more_and_more_of_one_another_have_an_end) {
  constexpr int files = 10;  // each includes the next one ten times
  const auto written = [](int number) { return "c" + std::to_string(number) + ".yaml"; };
  for (int number = 0; number < files; ++number) {
    std::string compose = "include: [";
    std::string tasks = "tasks: {a: x}\nincludes: {";
    for (int one = 0; one < 10; ++one) {
      compose += written(number + 1) + ", ";
      tasks += "i" + std::to_string(one) + ": t" + written(number + 1) + ", ";
    }
    write(written(number), compose + "]\nservices: {a: {image: i}}\n");
    write("t" + written(number), tasks + "}\n");
  }
  write(written(files), "services: {a: {image: i}}\n");
  write("t" + written(files), "tasks: {a: x}\n");
  EXPECT_THAT(text(written(0)), HasSubstr("include one another without an end, or they are too many: c"));
  write("Taskfile.yml", "tasks: {a: x}\nincludes: {b: t" + written(0) + "}\n");
  EXPECT_THAT(text("Taskfile.yml"), HasSubstr("included tasks"));
}

TEST_F(Init, a_long_chain_of_targets_is_left_to_make) {
  constexpr int targets = 60'000;
  std::string chain;
  for (int number = 0; number < targets; ++number) chain += fmt::format("t{}: t{}\n", number, number + 1);
  write("Makefile", chain + fmt::format("t{}:\n\techo\n", targets));
  const std::string made = text();
  EXPECT_THAT(made, HasSubstr(R"("t0": { "command": ["make", "t0"] })"));
  EXPECT_THAT(made, HasSubstr(R"("t59000": { "command": ["make", "t59000"] })"));
  EXPECT_THAT(made, HasSubstr(R"("t59001": { "command": null })"));  // with 999 below it
  EXPECT_THAT(made, HasSubstr(R"("t59001": [":t59002"])"));
}

TEST_F(Init, a_long_chain_of_rules_in_turbo_json_is_followed_to_its_end) {
  constexpr int rules = 60'000;
  write("package.json", R"({"workspaces": ["*"]})");
  std::string tasks = R"({"tasks": {)";
  for (int number = 0; number < rules; ++number)
    tasks += fmt::format(R"("t{}": {{"dependsOn": ["t{}"]}},)", number, number + 1);
  write("turbo.json", tasks + "}}");
  write("a/package.json", fmt::format(R"({{"name": "a", "scripts": {{"t0": "x", "t{}": "y"}}}})", rules));
  EXPECT_THAT(text(), HasSubstr(R"("./a": { "t0": [":t60000"] })"));

  // With a script for each rule, the last ones first.
  constexpr int scripts = 20'000;
  std::string own = R"({"name": "a", "scripts": {)";
  tasks = R"({"tasks": {)";
  for (int number = scripts; number > 0; --number) {
    tasks += fmt::format(R"("t{:05}": {{"dependsOn": ["t{:05}"]}},)", number, number - 1);
    own += fmt::format(R"("t{:05}": "x",)", number);
  }
  write("turbo.json", tasks + "}}");
  write("a/package.json", own + R"("t00000": "x"}})");
  EXPECT_THAT(text(), HasSubstr(R"("t20000": [":t19999"])"));
}

/// Where a step takes as long as all before it, these tests take minutes.
TEST_F(Init, many_braces_that_nothing_closes_are_text) {
  std::string braces;
  for (int one = 0; one < 200'000; ++one) braces += "$${";
  write("compose.yaml", "services:\n  a:\n    image: i\n    command: \"" + braces + "\"\n");
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("command": ["$${$${$${)"));
}

TEST_F(Init, many_variables_of_a_service_are_all_taken) {
  std::string map = "    environment:\n";
  std::string list = map;
  for (int one = 0; one < 40'000; ++one) {
    map += fmt::format("      V{}: x\n", one);
    list += fmt::format("      - W{}=y\n", one);
  }
  const std::string service = "services:\n  a:\n    image: i\n";
  write("compose.yaml", service + map);
  write("compose.override.yaml", service + list);
  const Workspace made = workspace();
  EXPECT_EQ(made.projects.at("./").tasks.at("a").env.size(), 80'000U);
}

}  // namespace
}  // namespace dream::init
