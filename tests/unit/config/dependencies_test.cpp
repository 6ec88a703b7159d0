#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

TEST(Dependencies, keep_their_order_attributes_and_places) {
  const std::string text = R"({ "workspace": { "services/api/": {
    "test": ["packages/auth", "./"],
    "dev": [ { "projectPath": "./db", "task": "start", "async": true, "required": false, "delay": 1500 },
             "./auth" ],
    "lint": [] } } })";
  const Workspace workspace = workspace_of(text);
  ASSERT_TRUE(workspace.dependencies.contains("./services/api"));
  const auto& tasks = workspace.dependencies.at("./services/api");
  ASSERT_EQ(tasks.size(), 3U);
  const auto& test = tasks.at("test").entries;
  ASSERT_EQ(test.size(), 2U);
  EXPECT_EQ(test[0].project, "./packages/auth");
  EXPECT_EQ(test[0].task, "");
  EXPECT_EQ(test[0].where.value, text.find("\"packages/auth"));
  EXPECT_FALSE(test[0].async || test[0].required || test[0].delay);
  EXPECT_EQ(test[1].project, "./");
  const auto& dev = tasks.at("dev").entries;
  ASSERT_EQ(dev.size(), 2U);
  EXPECT_EQ(dev[0].project, "./db");
  EXPECT_EQ(dev[0].task, "start");
  EXPECT_EQ(dev[0].async, true);
  EXPECT_EQ(dev[0].required, false);
  EXPECT_EQ(dev[0].delay, Duration(milliseconds(1500)));
  EXPECT_EQ(dev[0].where.value, text.find("{ \"projectPath"));
  EXPECT_EQ(tasks.at("dev").where.value, text.find("\"dev\""));
  EXPECT_TRUE(tasks.at("lint").entries.empty());
}

TEST(Dependencies, of_an_established_file_work_unchanged) {
  const Workspace workspace = workspace_of(R"({
    "workspace": { "./services/api": { "dev": [
      { "projectPath": "./services/database", "task": "dev", "async": true, "required": true, "delay": 0 } ] } },
    "tasks": { "dev": { "async": false, "required": true, "delay": 0 } },
    "recursive": [{ "project": "./packages/core", "tasks": ["test", "build"] }] })");
  EXPECT_EQ(workspace.executor, "shell");
  EXPECT_EQ(workspace.dependencies.size(), 1U);
  EXPECT_EQ(workspace.tasks.at("dev").async, false);
  ASSERT_EQ(workspace.recursive.size(), 1U);
  EXPECT_EQ(workspace.recursive[0].project, "./packages/core");
  EXPECT_THAT(workspace.recursive[0].tasks, ElementsAre("test", "build"));
}

TEST(Dependencies, are_ids_also_of_tasks_with_a_slash_and_of_projects_with_a_colon) {
  const Workspace workspace = workspace_of(R"({"projects": {"./a": {}, "./x:y": {}, "./b:c": {}, "./b": {}},
    "workspace": {"d": {"t": ["./a:x/y", "./x:y:t", "./b:c", "./b:c:t", "./e:t:u"]}}})");
  std::vector<std::string> ids;
  for (const Dependency& entry : workspace.dependencies.at("./d").at("t").entries)
    ids.push_back(entry.project + " " + entry.task);
  EXPECT_THAT(ids, ElementsAre("./a x/y", "./x:y t", "./b:c ", "./b c:t", "./e t:u"));
}

TEST(Dependencies, have_their_project_under_one_of_two_names) {
  const Workspace workspace =
      workspace_of(R"({"workspace": {"a": {"t": [{"project": "b"}, {"projectPath": "c"}]}}})");
  const auto& entries = workspace.dependencies.at("./a").at("t").entries;
  EXPECT_EQ(entries[0].project, "./b");
  EXPECT_EQ(entries[1].project, "./c");
  EXPECT_THAT(
      problems_of(R"({"workspace": {"a": {"t": [{"project": "b", "projectPath": "b"}]}}})"),
      ElementsAre(R"(dream.json:1:29: error: /workspace/a/t/0/project: "project" is "projectPath" once )"
                  "more; remove one of them"));
}

TEST(Dependencies, may_be_a_task_of_the_same_project) {
  const Workspace workspace = workspace_of(R"({"workspace": {
    "a": {"build": [":gen", [":lint:css", {"task": "lint", "async": true}], {"task": "down", "finally": true}]},
    "p/*": {"build": [":gen", {"task": "down", "finally": true}]}}})");
  const auto& entries = workspace.dependencies.at("./a").at("build").entries;
  std::vector<std::string> steps;
  for (const Dependency& entry : entries)
    steps.push_back((entry.joins ? "& " : "") + entry.project + " " + entry.task);
  EXPECT_THAT(steps, ElementsAre("./a gen", "./a lint:css", "& ./a lint", "./a down"));
  EXPECT_EQ(entries[2].async, true);
  EXPECT_TRUE(entries[3].finally);
  const auto& of_glob = workspace.dependency_globs[0].tasks.at("build").entries;
  ASSERT_EQ(of_glob.size(), 2U);
  EXPECT_EQ(of_glob[0].project, "") << "which one it is, each project says";
  EXPECT_EQ(of_glob[0].task, "gen");
  EXPECT_TRUE(of_glob[1].finally);
}

TEST(Dependencies, an_empty_configuration_is_one) {
  const Workspace workspace = workspace_of("{}");
  EXPECT_EQ(workspace.executor, "shell");
  EXPECT_TRUE(workspace.root.is_absolute());
  EXPECT_EQ(workspace.file.filename(), "dream.json");
}

TEST(Dependencies, a_broken_entry_leaves_the_others_readable) {
  const auto result = interpret_text(R"({"workspace": {"a": {"dev": [5, "b"]}}})");
  EXPECT_EQ(result.problems.size(), 1U);
  ASSERT_EQ(result.workspace.dependencies.at("./a").at("dev").entries.size(), 1U);
}

TEST(Recursive, said_twice_is_a_warning) {
  const auto result = interpret_text(
      R"({"recursive": [{"project": "a", "tasks": ["x"]}, {"project": "./a", "tasks": ["x"]}]})");
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_EQ(result.problems[0].severity, Severity::warning);
  EXPECT_FALSE(has_errors(result.problems));
}

}  // namespace
}  // namespace dream::config
