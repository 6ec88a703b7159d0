#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST_F(Init, processes_of_mprocs_run_side_by_side_and_one_may_fail) {
  write("mprocs.yaml", R"(
procs:
  web: "npm start"
  api: {shell: "go run .", cwd: <CONFIG_DIR>/api, env: {A: b, B: null}, stop: SIGINT, autorestart: true}
  tests: {cmd: [jest, "${A}$B"], autostart: false, stop: {send-keys: [q]}}
  os: {shell: {$select: os, windows: dir, $else: ls}}
  list: [a, b]
  gone: null
  unsaid: {cwd: x}
  "": ls
)");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "web"), "npm start");
  EXPECT_EQ(command(made, "./x", "unsaid"), "true");
  EXPECT_EQ(command(made, "./", "os"), "ls");
  EXPECT_EQ(command(made, "./", "tests"), R"({ "jest", "${A}$B" })");
  const TaskSettings& api = made.projects.at("./api").tasks.at("api");
  EXPECT_THAT(api.env, ElementsAre(Pair("A", "b")));
  EXPECT_EQ(api.stop_signal, SIGINT);
  EXPECT_EQ(api.restart->on, Restart::On::always);
  EXPECT_THAT(needs(made, "./", "start"),
              ElementsAre("./:web async optional", "./api:api async optional", "./:os async optional",
                          "./:list async optional", "./x:unsaid async optional"));
  EXPECT_EQ(command(made, "./", "start"), "null");
  EXPECT_THAT(text(),
              AllOf(HasSubstr("for their autostart: tests."), HasSubstr("Not taken over: stop of tests.")));
}

TEST_F(Init, what_a_taskfile_and_a_justfile_can_do_is_called_by_their_tools) {
  write(
      "Taskfile.yml",
      "version: '3'\ntasks: {build: go build, docs:html: {cmds: [x]}, hidden: {internal: true}, 'x:*': y}\n");
  write("justfile",
        "set shell := ['bash']\nalias b := build\nname := 'a:b'\n# c: d\n[private]\nhelper:\n  x: y\n"
        "build target='all': helper\n  make {{target}}\n@lint *args:\n_own:\n[group('x')]\ndeploy env:\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks),
              ElementsAre("build", "deploy", "docs:html", "just-build", "lint"));
  EXPECT_EQ(command(made, "./", "docs:html"), R"({ "task", "docs:html" })");
  EXPECT_EQ(command(made, "./", "just-build"), R"({ "just", "build" })");
}

TEST_F(Init, recipes_that_a_justfile_imports_and_those_of_its_modules_are_tasks) {
  write("justfile",
        "import 'more/a.just'\nimport? 'none.just'\nimport 'gone.just'\nmod db\nmod? nothing\n"
        "mod web 'apps/web'\n[private]\nmod own\nbuild:\n");
  write("more/a.just", "lint:\nimport '../justfile'\n");
  write("db.just", "migrate:\n[private]\nx:\nimport 'more/a.just'\n");
  write("apps/web/justfile", "mod deep\nserve:\n");
  write("apps/web/deep/mod.just", "end:\n");
  write("own.just", "hidden:\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks),
              ElementsAre("build", "db::lint", "db::migrate", "lint", "web::deep::end", "web::serve"));
  EXPECT_EQ(command(made, "./", "web::deep::end"), R"({ "just", "web::deep::end" })");
  EXPECT_THAT(text(), HasSubstr("Not taken over: what can't be read here of import gone.just."));
}

TEST_F(Init, tasks_of_included_taskfiles_are_called_by_their_whole_names) {
  write("Taskfile.yml", R"(
includes:
  docs: ./docs
  lib: {taskfile: build/Lib.yml, optional: true}
  flat: {taskfile: build/Flat.yml, flatten: true}
  own: {taskfile: build/Lib.yml, internal: true}
  far: "{{.URL}}/task.yml"
  broken: build/Broken.yml
)");
  write("docs/Taskfile.yml",
        "tasks: {html: x, own: {internal: true}}\nincludes: {up: ../Taskfile.yml, pdf: pdf.yml}\n");
  write("docs/pdf.yml", "tasks: {make: y}\n");
  write("build/Lib.yml", "tasks: {build: z}\n");
  write("build/Flat.yml", "tasks: {lint: z}\n");
  write("build/Broken.yml", "tasks: [\n");
  const Workspace made = workspace();
  const auto tasks = names(made.projects.at("./").tasks);
  EXPECT_THAT(tasks, AllOf(Contains("docs:html"), Contains("docs:pdf:make"), Contains("lib:build"),
                           Contains("lint")));
  EXPECT_THAT(tasks, Not(AnyOf(Contains("own:build"), Contains("docs:own"))));
  EXPECT_EQ(command(made, "./", "docs:pdf:make"), R"({ "task", "docs:pdf:make" })");
  EXPECT_THAT(text(), HasSubstr("Not taken over: the included tasks of docs:up, far and broken."));
}

TEST_F(Init, what_other_tools_say_of_a_task_describes_it) {
  write("Taskfile.yml", "tasks: {build: {desc: \"builds it\\nall\", cmds: [x]}, plain: y}\n");
  write("justfile", "# checks it\nlint:\n  x\n# far\n\nown:\n#!no\nnext:\n[doc('deploys it')]\ndeploy:\n");
  write("mise.toml", "[tasks.format]\ndescription = 'formats \"it\"'\nrun = 'x'\n");
  write(
      "process-compose.yaml",
      "processes: {web: {command: x, description: serves it}, api: {command: x, description: 'n {{.A}}'}}\n");
  write("Makefile", "all: x ## does it all\nx:  ##\nother: # no\n");
  const Workspace made = workspace();
  std::vector<std::string> told;
  for (const auto& [name, task] : made.projects.at("./").tasks)
    if (task.description) told.push_back(name + ": " + *task.description);
  EXPECT_THAT(told, ElementsAre("all: does it all", "build: builds it", "deploy: deploys it",
                                "format: formats \"it\"", "lint: checks it", "web: serves it"));
}

TEST_F(Init, says_what_a_file_of_another_tool_lacks) {
  write("process-compose.yaml", "a: b\n");
  EXPECT_THAT(text("process-compose.yaml"), HasSubstr("the file has no processes"));
  write("mprocs.yaml", "a: b\n");
  EXPECT_THAT(text("mprocs.yaml"), HasSubstr("the file has no procs"));
  write("Taskfile.yml", "a: b\n");
  EXPECT_THAT(text("Taskfile.yml"), HasSubstr("the file has no tasks"));
  write("justfile", "a := 'b'\n");
  EXPECT_THAT(text("justfile"), HasSubstr("there is nothing in it that could be a task"));
}

}  // namespace
}  // namespace dream::init
