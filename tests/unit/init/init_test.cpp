#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, a_byte_order_mark_is_passed_over) {
  write("package.json", "\xEF\xBB\xBF{\"scripts\": {\"a\": \"x\"}}");
  write("Procfile", "\xEF\xBB\xBFweb: b\n");
  EXPECT_THAT(text(), HasSubstr("package.json: a"));
  EXPECT_EQ(command(workspace(), "./", "web"), "exec b");
}

TEST_F(Init, a_name_that_dream_refuses_is_an_error_and_no_wrong_file) {
  write("compose.yaml", R"(services: {"a\tb": {image: x}})");
  EXPECT_THAT(
      text(),
      HasSubstr("what is found here makes no dream.json: a character that can't be shown in the name"));
}

TEST_F(Init, a_folder_with_a_dockerfile_is_a_project_where_nothing_else_runs_it) {
  write("services/cache/Dockerfile", "FROM x");
  write("Procfile", "web: x");
  write("Dockerfile", "FROM x");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./", "./services/cache"));
  EXPECT_EQ(made.projects.at("./").executor, "shell");
  EXPECT_EQ(made.projects.at("./services/cache").executor, "docker");
}

TEST_F(Init, what_a_compose_file_builds_is_no_project_of_its_own) {
  write("compose.yaml", "services: {a: {build: ./a}, b: {build: {context: deep/b, dockerfile: x}}}\n");
  for (const char* folder : {"a", "deep/b", "c"}) write(std::string(folder) + "/Dockerfile", "FROM x");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./", "./c"));
  EXPECT_THAT(text(),
              HasSubstr(R"("./c": { "executor": "docker", "options": { "build": { "context": "." } }, )"
                        R"("tasks": { "start": {} } },)"));
}

TEST_F(Init, the_first_of_a_name_stays_and_the_others_get_another_one) {
  write("package.json", R"({"scripts": {"build": "tsc"}})");
  write("Makefile", "build:\nclean:\n");
  const Workspace made = workspace();
  EXPECT_EQ(made.projects.at("./").executor, "npm");
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("clean", "make-build"));
  EXPECT_EQ(made.projects.at("./").tasks.at("clean").executor, "shell");
  EXPECT_THAT(text(), HasSubstr("// \"make-build\" is \"build\" from Makefile: "));
}

TEST_F(Init, paths_count_from_the_folder_of_the_source) {
  write("deploy/compose.yaml", "services: { db: { build: ./db, volumes: ['./data:/data'] } }\n");
  const Workspace compose = workspace("deploy/compose.yaml");
  EXPECT_THAT(names(compose.projects), ElementsAre("./deploy"));
  EXPECT_THAT(needs(compose, "./deploy", "up"), ElementsAre("./deploy:db async optional"));
  write("web/package.json", R"({"scripts": {"dev": "x"}})");
  EXPECT_THAT(names(workspace("web/package.json").projects), ElementsAre("./web"));
  write("app/Procfile", "web: run\nworker: work\n");
  EXPECT_THAT(needs(workspace("app/Procfile"), "./app", "start"), ElementsAre("./app:web", "./app:worker"));
  EXPECT_THAT(text("../elsewhere/Procfile"), HasSubstr("outside of the workspace"));
}

TEST_F(Init, a_name_of_two_sources_runs_only_the_program_of_the_first) {
  write("package.json", R"({"scripts": {"start": "node .", "worker": "node w", "up": "x"}})");
  write("Procfile", "web: serve\nworker: work\nclock: tick\n");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "procfile"), ElementsAre("./:web", "./:procfile-worker", "./:clock"));
  EXPECT_EQ(command(made, "./", "procfile-worker"), "exec work");
  EXPECT_EQ(made.dependencies.at("./").contains("start"), false);
  write("compose.yaml", "services: {worker: {image: i, depends_on: [db]}, db: {image: i}}\n");
  const Workspace with_compose = workspace();
  EXPECT_THAT(needs(with_compose, "./", "compose-up"),
              ElementsAre("./:compose-worker async optional", "& ./:db optional"));
  EXPECT_THAT(needs(with_compose, "./", "compose-worker"), ElementsAre("./:db optional"));
  EXPECT_EQ(with_compose.dependencies.at("./").contains("worker"), false);
  EXPECT_EQ(with_compose.projects.at("./").tasks.at("compose-worker").executor, "docker");
}

TEST_F(Init, a_file_below_the_root_that_cannot_be_understood_is_left_out_and_told) {
  write("package.json", R"({"scripts": {"dev": "x"}})");
  write("test/fixtures/broken/package.json", "{ nothing");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./"));
  EXPECT_THAT(
      text(),
      HasSubstr("// ./test/fixtures/broken/package.json is left out: the file can't be understood: "));
}

TEST_F(Init, takes_over_one_file_alone) {
  write("package.json", R"({"scripts": {"dev": "vite"}})");
  write("Procfile.dev", "web: x");
  write("deploy/stack.yml", "services: {db: {image: x}}");
  write("docker-compose.yml", "services: {cache: {image: x}}");
  EXPECT_THAT(names(workspace("Procfile.dev").projects.at("./").tasks), ElementsAre("start", "web"));
  EXPECT_THAT(names(workspace("deploy/stack.yml").projects.at("./deploy").tasks), ElementsAre("db", "up"));
  EXPECT_THAT(names(workspace("compose").projects.at("./").tasks), ElementsAre("cache", "up"));
  EXPECT_EQ(workspace("package.json").projects.at("./").executor, "npm");
  EXPECT_THAT(text("Procfile"), HasSubstr("there is no such file"));
  write("Makefile", "all:\n");
  EXPECT_THAT(names(workspace("Makefile").projects.at("./").tasks), ElementsAre("all"));
  write("img/Dockerfile", "FROM x");
  EXPECT_THAT(names(workspace("img/Dockerfile").projects), ElementsAre("./img"));
  write("app/deno.json", R"({"tasks": {"dev": "x"}})");
  EXPECT_EQ(workspace("app/deno.json").projects.at("./app").executor, "deno");
  write("Procfile", "# nothing\n");
  EXPECT_THAT(text("Procfile"), HasSubstr("Procfile: there is nothing in it that could be a task"));
  write("other.yaml", "a: 1\n");
  EXPECT_THAT(text("other.yaml"), HasSubstr("dream init knows compose files by their `services`"));
  write("other.txt", "");
  EXPECT_THAT(text("other.txt"),
              HasSubstr("it knows package.json, rush.json, deno.json, composer.json, compose.yaml"));
}

TEST_F(Init, says_what_it_looks_for_where_there_is_nothing) {
  EXPECT_THAT(
      text(),
      HasSubstr(
          "it knows package.json, rush.json, deno.json, composer.json, compose.yaml, process-compose.yaml, "
          "Procfile"));
}

TEST_F(Init, names_the_file_that_it_cannot_understand) {
  write("package.json", "{\"scripts\": ");
  EXPECT_THAT(text(), HasSubstr("package.json:1:13: the file can't be understood: "));
  write("package.json", "[]");
  EXPECT_THAT(text(), HasSubstr("package.json:1:1: the file can't be understood: expected an object"));
  write("package.json", "{\n  \"name\": \"a\",\n<<<<<<< HEAD\n  \"version\": \"1\"\n}\n");
  EXPECT_THAT(text(), HasSubstr("package.json:3:1: the file can't be understood: a merge conflict"));
  std::filesystem::remove(folder_.path() / "package.json");
  write("compose.yaml", "services: [");
  EXPECT_THAT(text(), HasSubstr("compose.yaml: the file can't be understood"));
  write("compose.yaml", "services: {web: x, db: {ports: {a: b}, build: [1], depends_on: 3}}");
  EXPECT_THAT(text(), HasSubstr("compose.yaml"));
}

TEST_F(Init, a_file_that_cannot_be_understood_is_told_and_others_are_taken_over) {
  for (const char* name :
       {"deno.json", "composer.json", "compose.yaml", "process-compose.yaml", "Procfile", "mprocs.yaml",
        "Taskfile.yml", "justfile", "mise.toml", "pyproject.toml", "devbox.json", "nx.json", "turbo.json",
        "lerna.json", "rush.json", "common/config/rush/command-line.json", "pnpm-workspace.yaml"}) {
    SCOPED_TRACE(name);
    write("package.json", R"({"scripts": {"dev": "x"}})");
    write(name, std::string("{[\0", 3));
    const std::string made = text();
    EXPECT_THAT(made, AllOf(HasSubstr(std::string("// Not read: ") + name), HasSubstr("package.json: dev")));
    EXPECT_EQ(made.find("Not read: ", made.find("Not read: ") + 1), std::string::npos) << "once: " << made;
    EXPECT_THAT(text(name), HasSubstr("failed: ")) << "named with --from";
    std::filesystem::remove(folder_.path() / name);
  }
  write("package.json", "{[");
  write("Procfile", "web: x\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("package.json:1:2: "), HasSubstr("// from Procfile\n")));
}

TEST_F(Init, overwrites_nothing_and_not_even_a_broken_link) {
  const std::filesystem::path file = folder_.path() / "dream.json";
  EXPECT_TRUE(write_new_file(file, "{}\n"));
  EXPECT_FALSE(write_new_file(file, "other"));
  std::ifstream stream(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), "{}\n");
  std::filesystem::create_symlink("nowhere", folder_.path() / "link");
  EXPECT_FALSE(write_new_file(folder_.path() / "link", "{}"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "nowhere"));
}

TEST_F(Init, what_it_makes_of_names_with_quotes_and_line_breaks_is_still_json) {
  write("package.json", R"({"scripts": {"a\nb": "x", "\"": "y"}})");
  write("Procfile", "web: echo \"*/ // \\\n");
  write("compose.yaml", R"(services: {"a}": {image: "x\"y\nz", healthcheck: 1}})");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./"));
}

TEST_F(Init, many_names_that_are_taken_make_one_line) {
  write("package.json", R"({"scripts": {"a": "x", "b": "x"}})");
  write("Makefile", "a:\n\tx\nb:\n\tx\nc:\n\tx\n");
  EXPECT_THAT(text(), HasSubstr("// 2 tasks from Makefile have \"make-\" in front, as ./ has others of their "
                                "names: a and b.\n"));
}

TEST_F(Init, what_follows_its_needs_is_said_once) {
  write("compose.yaml",
        "services: {a: {image: i, depends_on: [b]}, b: {image: i, depends_on: [c]}, c: {image: i}}\n");
  EXPECT_THAT(text(), HasSubstr(R"("recursive": [{ "project": "./", "tasks": ["*"] }],)"));
  write("package.json", R"({"workspaces": ["p/*"], "scripts": {"x": "y"}})");
  write("turbo.json", R"({"tasks": {"test": {"dependsOn": ["build"]}, "build": {"dependsOn": ["gen"]}}})");
  write("p/a/package.json", R"({"name": "a", "scripts": {"test": "x", "build": "x", "gen": "x"}})");
  EXPECT_THAT(text(), HasSubstr(R"("recursive": [{ "project": "./**", "tasks": ["*"] }],)"));
  const Workspace made = workspace();
  EXPECT_THAT(plan(made, "./p/a", "test"), ElementsAre("./p/a:gen", "./p/a:build", "./p/a:test"));
  EXPECT_THAT(plan(made, "./", "a"), ElementsAre("./:c b", "./:b b", "./:a"));
}

TEST_F(Init, scripts_of_composer_that_people_call_are_tasks) {
  write("package.json", R"({"scripts": {"dev": "vite"}})");
  write(
      "composer.json",
      R"({"scripts": {"auto-scripts": {"a": "b"}, "post-autoload-dump": ["x"], "dev": ["a", "b"], "test:unit": "phpunit"},
    "scripts-descriptions": {"test:unit": "Runs the unit tests"}})");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("composer-dev", "test:unit"));
  EXPECT_EQ(command(made, "./", "composer-dev"), R"({ "composer", "run", "dev" })");
  EXPECT_EQ(made.projects.at("./").tasks.at("test:unit").description, "Runs the unit tests");
  EXPECT_THAT(names(workspace("composer.json").projects.at("./").tasks), ElementsAre("dev", "test:unit"));
}

}  // namespace
}  // namespace dream::init
