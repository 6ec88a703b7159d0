#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, tasks_in_the_own_files_of_poe_and_pixi_are_run_by_them) {
  write("pyproject.toml", "[tool.poe]\ninclude = [{path = \"more/tasks.toml\"}, \"none.toml\"]\n");
  write("more/tasks.toml", "[tool.poe.tasks]\ndeploy = \"x\"\n");
  write("poe_tasks.toml", "[tasks]\ntest = \"x\"\n[tasks.lint]\nhelp = \"Looks\"\ncmd = \"y\"\n");
  write("pixi.toml",
        "[tasks]\nsim = \"x\"\n_base = \"y\"\n[feature.api.tasks.serve]\ncmd = \"z\"\ndescription = "
        "\"Serves\"\n[feature.b.tasks]\nsim = \"x\"\n");
  write("uv.lock", "");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("deploy", "lint", "serve", "sim", "test"));
  EXPECT_EQ(command(made, "./", "deploy"), R"({ "uv", "run", "poe", "deploy" })");
  EXPECT_EQ(command(made, "./", "serve"), R"({ "pixi", "run", "serve" })");
  EXPECT_EQ(made.projects.at("./").tasks.at("lint").description, "Looks");
  std::filesystem::remove(folder_.path() / "pyproject.toml");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("lint", "serve", "sim", "test"));
}

TEST_F(Init, tasks_in_a_pyproject_are_run_by_their_tools) {
  write("pyproject.toml", R"([project]
scripts = { own = "pkg:main" }
[tool.poe.tasks]
_base = "x"
test = "pytest"
docs = { cmd = "mkdocs serve", help = "Serves the documentation" }
[[tool.poe.tasks.release]]
cmd = "build"
[tool.poe.tasks."lint:fix"]
help = "Mends"
cmd = "ruff"
[tool.pdm.scripts]
_.env_file = ".env"
build = "x"
pre_build = "y"
pre_none = "z"
[tool.hatch.envs.default.scripts]
cov = ["a", "b"]
[tool.hatch.envs.types]
scripts = { check = "mypy" }
[tool.hatch.envs.hatch-test.scripts]
run = "x"
[tool.taskipy.tasks]
fmt = { cmd = "x", help = "Formats" }
post_fmt = "y"
[tool.pixi.tasks]
sim = { cmd = "x", description = "Simulates" }
)");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_THAT(names(tasks), ElementsAre("build", "cov", "docs", "fmt", "lint:fix", "pre_none", "release",
                                        "sim", "test", "types:check"));
  EXPECT_EQ(command(made, "./", "docs"), R"({ "poe", "docs" })");
  EXPECT_EQ(command(made, "./", "build"), R"({ "pdm", "run", "build" })");
  EXPECT_EQ(command(made, "./", "cov"), R"({ "hatch", "run", "cov" })");
  EXPECT_EQ(command(made, "./", "types:check"), R"({ "hatch", "run", "types:check" })");
  EXPECT_EQ(command(made, "./", "fmt"), R"({ "task", "fmt" })");
  EXPECT_EQ(command(made, "./", "sim"), R"({ "pixi", "run", "sim" })");
  EXPECT_EQ(tasks.at("docs").description, "Serves the documentation");
  EXPECT_EQ(tasks.at("lint:fix").description, "Mends");
  EXPECT_EQ(tasks.at("sim").description, "Simulates");
}

TEST_F(Init, tools_of_a_pyproject_are_started_in_its_environment) {
  write("pyproject.toml", "[tool.poe.tasks]\ntest = 'x'\n[tool.pdm.scripts]\nlint = 'y'\n");
  write("poetry.lock", "");
  EXPECT_EQ(command(workspace(), "./", "test"), R"({ "poetry", "run", "poe", "test" })");
  write("uv.lock", "");
  EXPECT_EQ(command(workspace("pyproject.toml"), "./", "test"), R"({ "uv", "run", "poe", "test" })");
  EXPECT_EQ(command(workspace(), "./", "lint"), R"({ "pdm", "run", "lint" })");
}

TEST_F(Init, tasks_of_pixi_for_a_platform_and_of_an_environment_are_there) {
  write("pixi.toml", R"([tasks]
a = "x"
[feature.f.tasks]
b = "x"
[feature.g.target.unix.tasks]
g = "x"
[target.linux.tasks]
l = "x"
[target.linux-64.tasks]
e = "x"
[target.linux-aarch64.tasks]
e = "x"
[target.win-64.tasks]
w = "x"
[environments]
other = ["f"]
[environments.docs.tasks]
a = "x"
d = { cmd = "x", description = "Writes" }
)");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_THAT(names(tasks), ElementsAre("a", "b", "d", "docs:a", "e", "g", "l"));
  EXPECT_EQ(command(made, "./", "e"), R"({ "pixi", "run", "e" })");
  EXPECT_EQ(command(made, "./", "d"), R"({ "pixi", "run", "-e", "docs", "d" })");
  EXPECT_EQ(command(made, "./", "docs:a"), R"({ "pixi", "run", "-e", "docs", "a" })");
  EXPECT_EQ(tasks.at("d").description, "Writes");
}

TEST_F(Init, a_pyproject_without_tasks_tells_nothing) {
  write("pyproject.toml", "[project]\nname = 'x'\n[tool.hatch.envs.test]\nfeatures = ['y']\n");
  write("Makefile", "test:\n\tx\n");
  EXPECT_THAT(text(), Not(HasSubstr("pyproject")));
}

TEST_F(Init, targets_of_a_makefile_are_described_where_they_are_called_phony_and_do_something) {
  write("Makefile",
        ".PHONY: FORCE all\nall: build FORCE\n.PHONY: build  ## Builds it\nbuild:\n\tx\n.PHONY: a b ## Both\n"
        "a b:\n\ty\nFORCE:\n");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_THAT(names(tasks), ElementsAre("a", "all", "b", "build"));
  EXPECT_EQ(tasks.at("build").description, "Builds it");
  EXPECT_EQ(tasks.at("a").description, std::nullopt);
  EXPECT_THAT(needs(made, "./", "all"), ElementsAre("./:build"));
}

}  // namespace
}  // namespace dream::init
