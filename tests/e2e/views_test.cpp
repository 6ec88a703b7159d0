#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/dream_run.hpp"
#include "e2e/golden.hpp"

namespace dream::e2e {
namespace {

using ::testing::HasSubstr;

constexpr const char* configuration = R"({
  "workspace": {
    "./services/api": {
      "dev": [
        { "projectPath": "./services/database", "task": "start", "async": true },
        { "projectPath": "./services/auth", "async": true, "delay": 2000 },
        { "projectPath": "./a", "task": "build", "required": false }
      ],
      "test": ["./a"]
    },
    "./gone": { "test": [] }
  },
  "tasks": { "test": { "timeout": 60000 } },
  "recursive": [{ "project": "./services/api", "tasks": ["test"] }],
  "projects": {
    "./services/database": { "tasks": { "start": { "command": "serve", "service": true } } },
    "./services/api": { "tasks": { "dev": { "command": ["sh", "run.sh", "."],
                                          "env": { "MODE": "${NOBODY:-dev}", "DB_PASSWORD": "postgres" } } } }
  }
}
)";

class Views : public ::testing::Test {
 protected:
  Views() { std::filesystem::create_directories(workspace_.root() / "services/api"); }

  void expect(const std::string& golden, const std::vector<std::string>& arguments) {
    const Finished finished = run(workspace_, {.arguments = arguments, .folder = "services/api"});
    EXPECT_EQ(finished.code, 0) << finished.err;
    EXPECT_EQ(finished.err, "");
    expect_golden(golden, finished.out, workspace_);
  }

  Workspace workspace_{configuration};
};

TEST_F(Views, plan_shows_the_steps_in_order_and_the_timeline) {
  expect("plan.txt", {"plan", "dev"});
}

TEST_F(Views, places_lead_to_their_file_behind_a_link_too) {
  const std::filesystem::path link = workspace_.root() / "link";
  std::filesystem::create_directory_symlink("services/api", link);
  const Finished finished = run(workspace_, {.arguments = {"plan", "dev", "-p", "services/api"},
                                             .folder = "link",
                                             .environment = {{"PWD", link.string()}}});
  EXPECT_THAT(finished.out, HasSubstr("  " + (workspace_.root() / "dream.json").string() + ":5:9"));
}

TEST_F(Views, plan_as_json) {
  expect("plan.json", {"plan", "dev", "--json"});
}

TEST_F(Views, list_shows_projects_tasks_and_what_is_missing) {
  expect("list.txt", {"list"});
}

TEST_F(Views, list_as_json) {
  expect("list.json", {"list", "--json"});
}

TEST_F(Views, info_shows_where_dream_looked_and_what_it_found) {
  expect("info.txt", {"--info"});
}

TEST_F(Views, info_without_a_configuration_shows_where_dream_looked) {
  std::filesystem::remove(workspace_.root() / "dream.json");
  const Finished finished = run(workspace_, {.arguments = {"--info"}, .folder = "services/api"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.out, HasSubstr(workspace_.root().string() + "/services/api/dream.json"));
  EXPECT_THAT(finished.out, HasSubstr("\n  /dream.json"));
}

TEST_F(Views, have_colours_only_when_asked_to) {
  const Finished coloured =
      run(workspace_, {.arguments = {"list", "--color", "always"}, .folder = "services/api"});
  EXPECT_THAT(coloured.out, HasSubstr("\x1b["));
  for (const char* const view : {"list", "--info", "plan"}) {
    std::vector<std::string> arguments{view};
    if (arguments.front() == "plan") arguments.emplace_back("dev");
    const Finished plain = run(workspace_, {.arguments = arguments, .folder = "services/api"});
    EXPECT_THAT(plain.out + plain.err, Not(HasSubstr("\x1b"))) << view;
  }
}

}  // namespace
}  // namespace dream::e2e
