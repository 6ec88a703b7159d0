#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// Files beside those that are taken over.
namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, files_that_are_not_read_are_told_in_a_line_each_kind) {
  write("compose.yaml", "services: {a: {extends: {file: compose.base.yaml, service: b}}}\n");
  write("compose.base.yaml", "services: {b: {image: x}}\n");
  write("compose.prod.yaml", "services: {a: {image: y}}\n");
  write("composed.yaml", "services: {a: {command: y}}\n");
  write("Procfile", "web: x\n");
  write("Procfile.debug", "web: y\n");
  write("tox.ini", "");
  write("tasks.py", "import os\n");
  EXPECT_THAT(text(),
              AllOf(HasSubstr("// Not read: Procfile.debug and compose.prod.yaml. `dream init --from FILE` "
                              "reads one alone, COMPOSE_FILE in .env names several.\n"),
                    HasSubstr("// Not read: tox.ini, which dream init doesn't know.\n")));
  write("tasks.py", "@task\ndef build(c):\n");
  EXPECT_THAT(text(), HasSubstr("// Not read: tasks.py and tox.ini, which"));
  EXPECT_THAT(text("Procfile"), Not(HasSubstr("Not read"))) << "only this one was asked for";
}

TEST_F(Init, variants_of_files_that_are_read_are_told_and_what_has_services_whatever_its_name) {
  write("mprocs.yaml", "procs: {a: {shell: x}}\n");
  write("mprocs.full.yaml", "procs: {a: {shell: y}}\n");
  write("process-compose.yaml", "extends: process-compose.base.yaml\nprocesses: {b: {command: x}}\n");
  write("process-compose.base.yaml", "processes: {c: {command: x}}\n");
  write("process-compose.override.yaml", "processes: {b: {command: y}}\n");
  write("process-compose.ci.yaml", "processes: {b: {command: z}}\n");
  write("quickstart.yml", "# a\nservices:\n  db: {image: x}\n");
  write(".woodpecker.yml", "services:\n  db: {image: x}\n");
  write("serverless.yml", "services:\n  db: 1\n");
  EXPECT_THAT(text(),
              HasSubstr("// Not read: mprocs.full.yaml, process-compose.ci.yaml and quickstart.yml. `dream"));
}

TEST_F(Init, files_below_the_root_are_told_where_the_root_has_none_of_their_kind) {
  write("deploy/compose.yaml", "services: {a: {build: ../api}}\n");
  write("api/Makefile", "build:\n\tx\n");
  write("api/Dockerfile", "FROM x");
  write("too/deep/down/Makefile", "x:\n\tx\n");
  write("docs/Makefile", "x:\n\tx\n");
  write("web/turbo.json", "{}");
  EXPECT_THAT(
      text(),
      HasSubstr("there is nothing in this folder that dream init knows (Not read: deploy/compose.yaml, "
                "api/Makefile and web/turbo.json. `dream init --from FILE` reads one alone.)"))
      << "what the compose file builds is no project of its own";
  write("Makefile", "all:\n\t$(MAKE) -C api\n");
  EXPECT_THAT(text(), HasSubstr("// Not read: deploy/compose.yaml and web/turbo.json. `dream init --from "
                                "FILE` reads one alone.\n"));
}

TEST_F(Init, variants_below_the_root_are_told_as_those_in_it) {
  write("package.json", R"({"scripts": {"x": "x"}})");
  write("docker/docker-compose-local.yml", "services: {a: {build: ../api}}\n");
  write("docker/docker-compose.dev.yml", "services: {a: {image: x}}\n");
  write("docker/docker-compose.override.yml", "services: {a: {image: x}}\n");
  write("docker/composer.yml", "services: {a: {image: x}}\n");
  write("run/Procfile.prod", "a: x\n");
  write("run/process-compose.ci.yaml", "processes: {}\n");
  write("api/Dockerfile", "FROM x");
  EXPECT_THAT(text(),
              HasSubstr("// Not read: docker/docker-compose-local.yml, docker/docker-compose.dev.yml, "
                        "run/process-compose.ci.yaml and run/Procfile.prod. `dream"));
  EXPECT_THAT(names(workspace().projects), ElementsAre("./"));
}

TEST_F(Init, a_dockerfile_that_a_compose_file_names_or_another_one_builds_is_no_project) {
  write("compose.yaml", "services: {a: {build: {context: ., dockerfile: images/a/Dockerfile}}}\n");
  write("compose.prod.yaml",
        "services: {b: {build: ./b}, c: {build: {context: c, dockerfile: ../d/Dockerfile}}}\n");
  for (const char* folder : {"images/a", "b", "c", "d", "e"})
    write(std::string(folder) + "/Dockerfile", "FROM x");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./", "./e"));
}

TEST_F(Init, what_all_containers_have_in_common_is_said_once) {
  write("package.json", R"({"scripts": {"x": "x"}})");
  write("compose.yaml", "services: {a: {image: x}, b: {image: x, init: true}}\n");
  write("own/Dockerfile", "FROM x");
  EXPECT_THAT(line("\"executors\""),
              HasSubstr(R"({ "docker": { "options": { "mount": "none", "init": false } } })"));
  EXPECT_THAT(line("\"a\": {"), Not(HasSubstr("init")));
  EXPECT_THAT(line("\"b\": {"), HasSubstr(R"("init": true)"));
  EXPECT_THAT(line("\"./own\""), HasSubstr(R"("mount": "project", "init": true)")) << "as without compose";
}

TEST_F(Init, what_is_restarted_after_a_failure_may_end_well) {
  write("compose.yaml", R"(
services:
  web: {image: x, depends_on: [ready, db, plain]}
  ready: {image: x, restart: on-failure}
  db: {image: x, restart: "on-failure:3", healthcheck: {test: x}}
  plain: {image: x}
)");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_NE(tasks.at("ready").service, true) << "a service that ends has failed";
  EXPECT_EQ(tasks.at("db").service, true);
  EXPECT_EQ(tasks.at("plain").service, true);
  EXPECT_THAT(needs(made, "./", "web"),
              ElementsAre("./:ready async optional", "& ./:db optional", "& ./:plain optional"));
}

TEST_F(Init, what_the_same_services_lack_is_one_line) {
  write("compose.yaml",
        "services: {a: {image: x, tty: true, stdin_open: true}, b: {image: x, cgroup: host}}\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("// Not taken over: tty and stdin_open of a.\n"),
                            HasSubstr("// Not taken over: cgroup of b.\n")));
}

TEST_F(Init, what_is_not_there_is_told_in_one_line) {
  write("process-compose.yaml",
        "processes:\n  a: {command: x, depends_on: {db: {}, cache: {}}}\n  b: {command: x, depends_on: {db: "
        "{}}}\n");
  EXPECT_THAT(text(), HasSubstr("// a and b don't wait for db and cache, which aren't there.\n"));
}

TEST_F(Init, services_that_all_have_profiles_are_started_by_one_of_them) {
  write("compose.yaml", "services: {a: {image: x, profiles: [dev]}, b: {image: x, profiles: [test]}}\n");
  EXPECT_THAT(text(),
              HasSubstr("// `dream up --profile NAME` starts those services of compose.yaml that have this "
                        "profile: dev and test.\n"));
  write("compose.yaml", "services: {a: {image: x, profiles: [dev]}, b: {image: x}}\n");
  EXPECT_THAT(text(), HasSubstr("// `dream up` starts the services of compose.yaml, and"));
}

TEST_F(Init, variables_in_a_set_are_taken_as_in_a_list) {
  write("compose.yaml",
        "services:\n  a:\n    image: x\n    environment:\n      ? A=b=c\n      ? D\n      E: f\n");
  EXPECT_THAT(line("\"a\": {"),
              AllOf(HasSubstr(R"("env": { "A": "b=c", "E": "f" })"), HasSubstr(R"("env": ["D"])")));
}

TEST_F(Init, an_image_that_only_compose_knows_by_its_name_is_told) {
  write("compose.yaml",
        "services:\n  base: {image: 'own/base:latest', build: base}\n  app: {build: app}\n  web: {build: "
        "web}\n");
  write("base/Dockerfile", "FROM debian\n");
  write("app/Dockerfile", "FROM own/base\n");
  write("web/Dockerfile", "FROM nginx\n");
  EXPECT_THAT(text(),
              HasSubstr("// app is built from own/base, a name that only compose gives: call docker compose "
                        "build before.\n"));
}

TEST_F(Init, members_without_tasks_are_one_pattern_only_where_many_lie_together) {
  write("deno.json",
        R"({"workspace": ["./one", "./p/a", "./p/b", "./p/c", "./p/d"], "tasks": {"test": "x"}})");
  for (const char* folder : {"one", "p/a", "p/b", "p/c", "p/d"})
    write(std::string(folder) + "/deno.json", "{}");
  const std::string all = text();
  EXPECT_THAT(all, AllOf(HasSubstr(R"("./one": { "executor": "deno" })"), HasSubstr(R"("./p/*": {)"),
                         Not(HasSubstr(R"("./*")"))));
}

TEST_F(Init, members_without_tasks_are_no_pattern_that_takes_in_other_folders) {
  write("deno.json", R"({"workspace": ["a", "b", "c", "d", "e"], "tasks": {"test": "x"}})");
  for (const char* folder : {"a", "b", "c", "d"}) write(std::string(folder) + "/deno.json", "{}");
  write("e/deno.json", R"({"tasks": {"test": "x"}})");
  EXPECT_THAT(text(), HasSubstr(R"("./*": {)"));
  write("bench/x.ts", "");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./", "./a", "./b", "./c", "./d", "./e"));
}

TEST_F(Init, configurations_of_runners_that_are_programs_are_named) {
  write("package.json", R"({"scripts": {"build": "lage build"}})");
  write("gulpfile.mjs", "");
  write("gulpfile.md", "");
  for (const char* extension : {"js", "cjs", "mjs", "ts", "json"}) {
    const std::string file = "lage.config." + std::string(extension);
    write(file, "");
    EXPECT_THAT(text(),
                HasSubstr("// Not read: gulpfile.mjs and " + file + ", which dream init doesn't know.\n"));
    std::filesystem::remove(folder_.path() / file);
  }
}

TEST_F(Init, scripts_of_devbox_are_run_by_it) {
  write("devbox.json",
        R"({"packages": ["go"], "shell": {"init_hook": null, "scripts": {"test": ["a", "b"], "run": "c"}}})");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("run", "test"));
  EXPECT_EQ(command(made, "./", "test"), R"({ "devbox", "run", "test" })");
}

}  // namespace
}  // namespace dream::init
