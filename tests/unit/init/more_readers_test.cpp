#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// What files of other tools say beside the usual.
namespace dream::init {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST_F(Init, moon_is_told_as_a_runner_that_is_not_known) {
  write("Makefile", "x:\n\ty\n");
  write(".moon/workspace.yml", "projects: ['*']\n");
  write("moon.yml", "tasks: {}\n");
  EXPECT_THAT(text(),
              HasSubstr("// Not read: .moon/workspace.yml and moon.yml, which dream init doesn't know.\n"));
}

TEST_F(Init, files_in_the_conf_d_of_mise_are_read_by_name) {
  write(".config/mise/conf.d/b.toml", "[tasks.lint]\nrun = 'x'\n");
  write(".config/mise/conf.d/a.toml", "[tasks.build]\nrun = 'x'\n");
  write(".config/mise/conf.d/notes.txt", "[tasks.no]\nrun = 'x'\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("build", "lint"));
  EXPECT_THAT(text(), HasSubstr("// from .config/mise/conf.d/a.toml\n"));
}

TEST_F(Init, a_command_of_compose_that_is_split_within_a_variable_is_told) {
  write("compose.yaml", R"(services:
  a: {image: i, command: "${CMD:-echo hi} ${CMD:-x y}"}
  b: {image: i, command: "--x ${API_TOKEN} ${ONE}"}
  c: {image: i, entrypoint: "run ${API_TOKEN}"}
  d: {image: i, command: ["${CMD}"]}
)");
  write(".env", "CMD=sleep 5\nONE=1\nAPI_TOKEN=s3cret-word\n");
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("command": ["sleep", "5", "sleep", "5"])"));
  EXPECT_THAT(text(),
              HasSubstr("// a: its command has the words that its variables have now, as dream doesn't "
                        "split them later: ${CMD:-echo hi} ${CMD:-x y}\n"));
  EXPECT_THAT(line("\"b\": {"), HasSubstr(R"("command": ["--x", "${API_TOKEN}", "${ONE}"])"));
  EXPECT_THAT(line("\"d\": {"), HasSubstr(R"("command": ["${CMD}"])"));
  EXPECT_THAT(text(), Not(HasSubstr("// b:")));
  write(".env", "CMD=sleep\nONE=1\nAPI_TOKEN=s3cret word\n");
  EXPECT_THAT(line("\"c\": {"), HasSubstr(R"("entrypoint": ["run", "${API_TOKEN}"])"));
  EXPECT_THAT(
      text(),
      AllOf(Not(HasSubstr("s3cret")),
            HasSubstr("// c: its entrypoint has one word for each variable, where compose splits them, as "
                      "one is a secret: run ${API_TOKEN}\n")));
}

TEST_F(Init, what_foreman_and_overmind_are_told_beside_their_ports_is_a_line) {
  write("Procfile", "web: x\nworker: y\n");
  write(".foreman", "port: 4000\nformation: web=2,worker=0\nenv: .env.dev\nprocfile: Procfile.local\n");
  write(".env", "PORT=3000\n");
  EXPECT_THAT(workspace().projects.at("./").tasks.at("web").env, ElementsAre(Pair("PORT", "4000")));
  EXPECT_THAT(text(), AllOf(HasSubstr("// Not taken over: procfile of .foreman.\n"),
                            HasSubstr("// Not read: .env.dev, which isn't there.\n")));
  write(".foreman", "");
  write(".env", "OVERMIND_PORT=7000\nOVERMIND_FORMATION=web=2\nOVERMIND_PROCFILE=Procfile.x\n");
  EXPECT_THAT(workspace().projects.at("./").tasks.at("web").env, ElementsAre(Pair("PORT", "7000")));
  EXPECT_THAT(text(), AllOf(HasSubstr("// Once, not as often as the formation says: web (2).\n"),
                            HasSubstr("// Not taken over: OVERMIND_PROCFILE of overmind.\n")));
  write(".foreman", "[");
  EXPECT_THAT(text(), HasSubstr("// Not read: .foreman: "));
}

TEST_F(Init, targets_that_a_variable_names_are_tasks_and_those_of_a_function_are_told) {
  write("Makefile", R"(NAMES := one two
ARCHS = amd64 arm64
B = $(addprefix build-,$(ARCHS))
OBJS = $(SRCS:.c=.o)
TOOLS = $(notdir $(wildcard cmd/*))
.PHONY: all $(B) $(TOOLS)
all: $(B)
	x
$(NAMES) ${THREE} four:
	x
$(B): build-%:
	x
$(OBJS) out/$(NAME): x
	x
$(addprefix push-,$(ARCHS)):
	x
)");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("all", "four", "one", "two"));
  EXPECT_THAT(text(), HasSubstr("// Only make knows the names of `$(B)`, `$(TOOLS)`, `${THREE}` and "
                                "`$(addprefix push-,$(ARCHS))` in Makefile: these targets are missing.\n"));
  write("Makefile", "B = $(addprefix build-,a b)\n$(B):\n\tx\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("failed: "), HasSubstr("the names of `$(B)` in Makefile")));
}

TEST_F(Init, a_target_with_a_colon_and_those_that_make_evaluates) {
  write("Makefile", "all: deploy\\:prod\ndeploy\\:prod:\n\t@x\nplain:\n\ty\n.PHONY: all\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("all", "deploy:prod", "plain"));
  EXPECT_EQ(command(made, "./", "deploy:prod"), R"({ "make", "deploy:prod" })");
  EXPECT_THAT(text(), Not(HasSubstr("$(eval)")));
  write("Makefile",
        "define R\ngen-$(1):\n\tx\nendef\n$(foreach x,a b,$(eval $(call R,$(x))))\nplain:\n\ty\n");
  EXPECT_THAT(text(),
              HasSubstr("// Makefile has $(eval), which only make can follow: targets that it makes are "
                        "missing.\n"));
}

TEST_F(Init, the_head_of_a_recipe_goes_on_behind_a_backslash) {
  write("justfile", "multi \\\n  arg:\n  echo \\\n  x\nnext: \\\n  multi\n  y\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("multi", "next"));
}

TEST_F(Init, tasks_that_an_include_of_a_taskfile_excludes_are_none) {
  write("Taskfile.yml",
        "includes:\n  flat: {taskfile: sub.yml, flatten: true, excludes: [skip]}\n  all: sub.yml\n");
  write("sub.yml", "tasks: {skip: x, keep: y}\n");
  const auto tasks = names(workspace().projects.at("./").tasks);
  EXPECT_THAT(tasks, ElementsAre("all:keep", "all:skip", "keep"));
}

TEST_F(Init, files_are_known_by_all_the_names_that_their_tools_take) {
  write("mprocs.json", R"({"procs": {"a": {"shell": "x\ty", "env": {"A": "\u00e9\/"}}}})");
  EXPECT_EQ(command(workspace(), "./", "a"), "x\ty");
  EXPECT_THAT(line("\"a\": {"), HasSubstr("é/"));
  EXPECT_THAT(names(workspace("mprocs.json").projects.at("./").tasks), ElementsAre("a", "start"));
  write("mprocs.lua", "return {}\n");
  EXPECT_THAT(text(), HasSubstr("Not read: mprocs.lua, which dream init doesn't know."));
  write("JUSTFILE", "b:\n  x\n");
  EXPECT_EQ(command(workspace(), "./", "b"), R"({ "just", "b" })");
  EXPECT_THAT(names(workspace("JUSTFILE").projects.at("./").tasks), ElementsAre("b"));
  write("mise.toml", "[tasks.c]\nrun = \"x\"\ndescription = \"of all\"\n[tasks.d]\nrun = \"x\"\n");
  write("mise.local.toml",
        "[tasks.c]\ndescription = \"mine\"\n[tasks.d]\nhide = true\n[tasks.e]\nrun = \"y\"\n");
  EXPECT_THAT(names(workspace("mise.local.toml").projects.at("./").tasks), ElementsAre("c", "e"));
  EXPECT_THAT(line("\"c\": {"), HasSubstr("\"mine\""));
}

TEST_F(Init, lines_that_foreman_passes_over_are_no_processes_and_told) {
  write("Procfile", "web: a\n  # note: x\n  off: b\nw.x: c\nblank : d\nempty:\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("start", "web"));
  EXPECT_THAT(text(),
              HasSubstr("// No process of Procfile, as foreman wants a name of letters, digits, - and _ at "
                        "the begin of the line: off, w.x and blank.\n"));
}

TEST_F(Init, what_mprocs_takes_from_the_environment_and_its_logs_are_told) {
  write("mprocs.yaml", "procs: {a: {shell: x, env: {A: b, X: null}, log_dir: ./l}}\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("env without X"), HasSubstr("log_dir")));
}

}  // namespace
}  // namespace dream::init
