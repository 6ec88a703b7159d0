#include "cli/views/list_view.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "prepare/project_list.hpp"
#include "view_samples.hpp"

namespace dream::cli {
namespace {

Dependency on(std::string project, std::string task, std::size_t where) {
  Dependency dependency;
  dependency.project = std::move(project);
  dependency.task = std::move(task);
  dependency.where = {where};
  return dependency;
}

/// One project of every kind: with settings, with dependencies, only named by an entry, only by a rule.
Workspace sample_workspace() {
  Workspace workspace;
  workspace.executor = "npm";
  workspace.tasks["lint"].executor = "shell";
  ProjectSettings& api = workspace.projects["./api"];
  api.where = {10};
  api.executor = "docker";
  api.tasks["dev"].where = {11};
  api.tasks["test"].where = {12};
  api.tasks["test"].executor = "deno";
  auto& of_web = workspace.dependencies["./web"];
  of_web["dev"].where = {20};
  of_web["dev"].entries = {on("./api", "", 21), on("./database", "start", 22), on("./api", "lint", 23)};
  of_web["build"].where = {24};
  of_web["build"].entries = {on("./database", "start", 25)};
  workspace.recursive.push_back({{30}, "./core", {"test"}});
  return workspace;
}

bool all_exist(const std::string&) {
  return true;
}

TEST(ListText, names_every_project_and_task_that_is_mentioned_anywhere) {
  const auto exists = [](const std::string& project) { return project != "./database"; };
  EXPECT_EQ(list_text(sample_workspace(), locate_by_byte, exists, {}, {}),
            "./api       docker  dream.json:10:1\n"
            "  dev       docker  dream.json:11:1\n"
            "  lint      shell   dream.json:23:1\n"
            "  test      deno    dream.json:12:1\n"
            "./core      npm     dream.json:30:1\n"
            "./database  npm     dream.json:22:1  warning: there is no such folder\n"
            "  start     npm     dream.json:22:1\n"
            "./web       npm     dream.json:20:1\n"
            "  build     npm     dream.json:24:1\n"
            "  dev       npm     dream.json:20:1\n"
            "\n"
            "4 projects, 6 tasks; 1 project without a folder\n");
}

TEST(ListText, of_nothing_says_so) {
  EXPECT_EQ(list_text(Workspace{}, locate_by_byte, all_exist, {}, {}),
            "The configuration names no project.\n");
}

TEST(ListText, takes_settings_from_a_glob) {
  Workspace workspace;
  workspace.dependencies["./packages/a"]["dev"].where = {1};
  workspace.project_globs.push_back({"./packages/*", {}});
  workspace.project_globs.back().settings.executor = "deno";
  workspace.project_globs.back().settings.tasks["test"].where = {2};
  EXPECT_EQ(list_text(workspace, locate_by_byte, all_exist, {}, {}),
            "./packages/a  deno  dream.json:1:1\n"
            "  dev         deno  dream.json:1:1\n"
            "  test        deno  dream.json:2:1\n"
            "\n"
            "1 project, 2 tasks\n");
}

TEST(ListText, shows_what_would_disturb_a_terminal) {
  Workspace workspace;
  workspace.dependencies["./\x1b[2J"]["de\nv"].where = {1};
  EXPECT_EQ(list_text(workspace, locate_by_byte, all_exist, {}, {}),
            "./\\x1b[2J  shell  dream.json:1:1\n"
            "  de\\x0av  shell  dream.json:1:1\n"
            "\n"
            "1 project, 1 task\n");
}

TEST(ListText, has_escape_codes_only_in_colour) {
  EXPECT_EQ(list_text(sample_workspace(), locate_by_byte, all_exist, {}, {false, 100}).find('\x1b'),
            std::string::npos);
  EXPECT_NE(list_text(sample_workspace(), locate_by_byte, all_exist, {}, {true, 100}).find('\x1b'),
            std::string::npos);
}

TEST(ListJson, has_the_same_as_the_text) {
  const auto exists = [](const std::string& project) { return project != "./database"; };
  rapidjson::Document json;
  json.Parse(list_json(sample_workspace(), locate_by_byte, exists, {}).c_str());
  ASSERT_FALSE(json.HasParseError());
  const auto& projects = json["projects"];
  ASSERT_EQ(projects.Size(), 4U);
  EXPECT_STREQ(projects[0]["project"].GetString(), "./api");
  EXPECT_STREQ(projects[0]["executor"].GetString(), "docker");
  EXPECT_STREQ(projects[0]["from"].GetString(), "dream.json:10:1");
  EXPECT_TRUE(projects[0]["exists"].GetBool());
  ASSERT_EQ(projects[0]["tasks"].Size(), 3U);
  EXPECT_STREQ(projects[0]["tasks"][2]["task"].GetString(), "test");
  EXPECT_STREQ(projects[0]["tasks"][2]["executor"].GetString(), "deno");
  EXPECT_STREQ(projects[0]["tasks"][2]["from"].GetString(), "dream.json:12:1");
  EXPECT_FALSE(projects[2]["exists"].GetBool());
  EXPECT_EQ(projects[1]["tasks"].Size(), 0U);
}

TEST(ListJson, of_nothing_is_an_empty_list) {
  rapidjson::Document json;
  json.Parse(list_json(Workspace{}, locate_by_byte, all_exist, {}).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_TRUE(json["projects"].Empty());
}

TEST(ProjectList, asks_nothing_twice_of_a_project_that_ten_thousand_others_name) {
  // Work that grew with the square of the mentions would not end within the time limit of the test program.
  constexpr std::size_t count = 10'000;
  Workspace workspace;
  for (std::size_t at = 0; at < count; ++at) {
    const std::string number = std::to_string(at);
    workspace.dependencies["./p" + number]["dev"].entries = {on("./hub", "task" + number, at),
                                                             on("./hub", "build", at)};
  }
  const std::vector<prepare::ListedProject> projects = prepare::list_projects(workspace);
  ASSERT_EQ(projects.size(), count + 1);
  EXPECT_EQ(projects.front().name, "./hub");
  EXPECT_EQ(projects.front().tasks.size(), count + 1);
}

/// What executors find in two of the projects, and miss in two others.
prepare::Offers offers() {
  prepare::Offers offers;
  offers.looked = true;
  offers.tasks["./core"] = {{"lint", "eslint .", "package.json"}, {"pack", "", "package.json"}};
  offers.tasks["./api"] = {{"dev", "known already", "deno.json"}};
  offers.problems.push_back({"npm is not installed", "apt install npm", {"./core", "./database", "./web"}});
  offers.problems.push_back({"deno.json makes no sense", "", {"./api"}});
  return offers;
}

TEST(ListText, shows_what_executors_find_beside_the_tasks_and_what_they_miss) {
  const std::string text = list_text(sample_workspace(), locate_by_byte, all_exist, offers(), {});
  EXPECT_NE(text.find("./core      npm     dream.json:30:1\n"
                      "  lint      npm     package.json: eslint .\n"
                      "  pack      npm     package.json\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("known already"), std::string::npos);
  EXPECT_TRUE(
      text.ends_with("\n4 projects, 6 tasks and 2 that executors find\n"
                     "warning: npm is not installed (apt install npm): ./core and 2 more\n"
                     "warning: deno.json makes no sense: ./api\n"))
      << text;
}

TEST(ListJson, has_what_executors_find_and_miss) {
  rapidjson::Document json;
  json.Parse(list_json(sample_workspace(), locate_by_byte, all_exist, offers()).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_STREQ(json["projects"][1]["found"][0]["summary"].GetString(), "eslint .");
  EXPECT_EQ(json["projects"][2]["found"].Size(), 0U);
  EXPECT_STREQ(json["problems"][0]["hint"].GetString(), "apt install npm");
  EXPECT_EQ(json["problems"][0]["projects"].Size(), 3U);
}

TEST(ListJson, tells_that_nobody_looked) {
  rapidjson::Document json;
  json.Parse(list_json(sample_workspace(), locate_by_byte, all_exist, {}).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_TRUE(json["projects"][0]["found"].IsNull());
}

}  // namespace
}  // namespace dream::cli
