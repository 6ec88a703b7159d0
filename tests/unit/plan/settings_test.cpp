#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "build_workspace.hpp"

namespace dream {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(SettingsOfStep, are_the_built_in_defaults_when_nothing_is_written) {
  const Step step = settings_of_step(Workspace{}, id("./a:dev"));
  EXPECT_EQ(to_string(step.id), "./a:dev");
  EXPECT_FALSE(step.background);
  EXPECT_TRUE(step.required);
  EXPECT_FALSE(step.service);
  EXPECT_TRUE(step.pty);
  EXPECT_EQ(input_of(step), StandardInput::empty);
  EXPECT_EQ(step.delay, Duration(0));
  EXPECT_EQ(step.timeout, std::nullopt);
  EXPECT_EQ(step.stop_grace, milliseconds(5000));
  EXPECT_EQ(step.stop_signal, std::nullopt);
  EXPECT_EQ(step.stop_to, StopTo::tree);
  EXPECT_EQ(step.restart.on, Restart::On::no);
  EXPECT_EQ(step.executor, "shell");
  EXPECT_FALSE(step.command.has_value());
  EXPECT_FALSE(step.where.known());
}

TEST(SettingsOfStep, have_one_restart_as_a_whole) {
  Workspace workspace;
  workspace.tasks["dev"].restart = Restart{.on = Restart::On::always, .max = 9};
  workspace.projects["./a"].tasks["dev"].restart = Restart{.on = Restart::On::failure};
  EXPECT_EQ(settings_of_step(workspace, id("./a:dev")).restart, Restart{.on = Restart::On::failure});
  EXPECT_EQ(settings_of_step(workspace, id("./b:dev")).restart,
            (Restart{.on = Restart::On::always, .max = 9}));
}

TEST(SettingsOfStep, a_projects_task_beats_the_default_of_the_task_name) {
  Workspace workspace;
  TaskSettings& by_name = workspace.tasks["dev"];
  by_name.async = true;
  by_name.required = false;
  by_name.pty = false;
  by_name.standard_input = StandardInput::open;
  by_name.delay = milliseconds(100);
  by_name.timeout = milliseconds(200);
  by_name.stop_grace = milliseconds(300);
  by_name.stop_signal = SIGINT;
  by_name.command = Command("by name");
  TaskSettings& own = workspace.projects["./a"].tasks["dev"];
  own.async = false;
  own.delay = milliseconds(1);
  own.stop_signal = SIGHUP;
  own.command = Command(std::vector<std::string>{"own"});

  const Step own_step = settings_of_step(workspace, id("./a:dev"));
  EXPECT_FALSE(own_step.background);
  EXPECT_FALSE(own_step.required) << "what the project's task leaves open comes from tasks[T]";
  EXPECT_FALSE(own_step.pty);
  EXPECT_EQ(input_of(own_step), StandardInput::open);
  EXPECT_EQ(own_step.delay, milliseconds(1));
  EXPECT_EQ(own_step.timeout, milliseconds(200));
  EXPECT_EQ(own_step.stop_grace, milliseconds(300));
  EXPECT_EQ(own_step.stop_signal, SIGHUP);
  EXPECT_EQ(own_step.command, Command(std::vector<std::string>{"own"}));

  const Step other_step = settings_of_step(workspace, id("./b:dev"));
  EXPECT_TRUE(other_step.background);
  EXPECT_EQ(other_step.command, Command("by name"));
  EXPECT_TRUE(settings_of_step(workspace, id("./b:test")).required);
}

TEST(SettingsOfStep, a_service_is_in_the_background_even_if_async_says_otherwise) {
  Workspace workspace;
  workspace.tasks["start"].service = true;
  workspace.projects["./a"].tasks["start"].async = false;
  workspace.projects["./b"].tasks["start"].service = false;
  EXPECT_TRUE(settings_of_step(workspace, id("./a:start")).background);
  EXPECT_TRUE(settings_of_step(workspace, id("./a:start")).service);
  EXPECT_FALSE(settings_of_step(workspace, id("./b:start")).background);
}

TEST(SettingsOfStep, the_executor_of_the_task_beats_the_projects_and_the_workspaces) {
  Workspace workspace;
  workspace.executor = "npm";
  workspace.projects["./a"].executor = "docker";
  workspace.projects["./a"].tasks["lint"].executor = "deno";
  workspace.tasks["format"].executor = "shell";
  EXPECT_EQ(settings_of_step(workspace, id("./b:dev")).executor, "npm");
  EXPECT_EQ(settings_of_step(workspace, id("./a:dev")).executor, "docker");
  EXPECT_EQ(settings_of_step(workspace, id("./a:lint")).executor, "deno");
  EXPECT_EQ(settings_of_step(workspace, id("./a:format")).executor, "shell");
}

TEST(SettingsOfStep, options_are_layered_from_the_general_to_the_particular) {
  Workspace workspace;
  workspace.executors["docker"].options = "/executors/docker/options";
  workspace.tasks["dev"].options = "/tasks/dev/options";
  ProjectSettings& project = workspace.projects["./a"];
  project.executor = "docker";
  project.options = "/projects/.~1a/options";
  project.tasks["dev"].options = "/projects/.~1a/tasks/dev/options";
  EXPECT_THAT(settings_of_step(workspace, id("./a:dev")).options,
              ElementsAre("/executors/docker/options", "/projects/.~1a/options", "/tasks/dev/options",
                          "/projects/.~1a/tasks/dev/options"));
}

TEST(SettingsOfStep, options_written_for_one_executor_never_reach_another) {
  Workspace workspace;
  workspace.executors["docker"].options = "/executors/docker/options";
  ProjectSettings& project = workspace.projects["./a"];
  project.executor = "docker";
  project.options = "/projects/.~1a/options";
  project.tasks["lint"].executor = "shell";
  workspace.tasks["lint"].executor = "npm";
  workspace.tasks["lint"].options = "/tasks/lint/options";
  EXPECT_THAT(settings_of_step(workspace, id("./a:lint")).options, IsEmpty());
  EXPECT_THAT(settings_of_step(workspace, id("./b:lint")).options, ElementsAre("/tasks/lint/options"));
}

TEST(SettingsOfStep, options_of_a_project_without_an_executor_belong_to_the_workspaces) {
  Workspace workspace;
  workspace.executor = "npm";
  workspace.projects["./a"].options = "/projects/.~1a/options";
  EXPECT_THAT(settings_of_step(workspace, id("./a:dev")).options, ElementsAre("/projects/.~1a/options"));
}

TEST(SettingsOfStep, the_environment_of_the_task_comes_after_the_projects) {
  Workspace workspace;
  ProjectSettings& project = workspace.projects["./a"];
  project.env = {{"A", "project"}};
  project.env_files = {".env"};
  project.tasks["dev"].env = {{"A", "task"}};
  project.tasks["dev"].env_files = {"dev.env"};
  workspace.tasks["dev"].env = {{"A", "by name"}};
  const Step step = settings_of_step(workspace, id("./a:dev"));
  EXPECT_THAT(step.env, ElementsAre(Pair("A", "project"), Pair("A", "by name"), Pair("A", "task")));
  EXPECT_THAT(step.env_files, ElementsAre(".env", "dev.env"));
}

TEST(SettingsOfStep, come_from_a_glob_when_no_entry_names_the_project) {
  Workspace workspace;
  workspace.project_globs.push_back({"./packages/*", {}});
  workspace.project_globs.back().settings.executor = "deno";
  workspace.project_globs.back().settings.tasks["dev"].delay = milliseconds(7);
  workspace.projects["./packages/core"].tasks["dev"].async = true;
  EXPECT_EQ(settings_of_step(workspace, id("./packages/auth:dev")).executor, "deno");
  EXPECT_EQ(settings_of_step(workspace, id("./packages/auth:dev")).delay, milliseconds(7));
  EXPECT_EQ(settings_of_step(workspace, id("./packages/core:dev")).executor, "shell")
      << "an exact entry is not mixed with a glob";
}

}  // namespace
}  // namespace dream
