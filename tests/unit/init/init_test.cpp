#include "init/init.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "config/load.hpp"
#include "init/compose_values.hpp"
#include "support/temporary_folder.hpp"

namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Init : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view text) const {
    const std::filesystem::path file = folder_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

  /// The text that is made.
  std::string text(const std::optional<std::string>& from = std::nullopt) const {
    const Result<std::string> made = make_configuration(folder_.path(), from);
    return made ? *made : "failed: " + to_string(made.error());
  }

  /// The same as dream reads it; it must be without problems.
  Workspace workspace(const std::optional<std::string>& from = std::nullopt) const {
    const std::vector<std::string> executors{"shell", "npm", "deno", "docker"};
    const std::string made = text(from);
    config::LoadResult loaded = config::interpret(config::Document::parse("dream.json", made), executors);
    for (const config::Problem& problem : loaded.problems)
      ADD_FAILURE() << config::render_text(loaded.document->source(), problem) << made;
    return std::move(loaded.workspace);
  }

  static std::vector<std::string> names(const auto& map) {
    std::vector<std::string> found;
    found.reserve(map.size());
    for (const auto& [name, value] : map) found.push_back(name);
    return found;
  }

  static std::vector<std::string> needs(const Workspace& workspace, const std::string& project,
                                        const std::string& task) {
    std::vector<std::string> found;
    for (const Dependency& one : workspace.dependencies.at(project).at(task).entries)
      found.push_back(one.project + ":" + one.task + (one.async.value_or(false) ? " async" : ""));
    return found;
  }

  static std::string command(const Workspace& workspace, const std::string& project,
                             const std::string& task) {
    const auto& command = workspace.projects.at(project).tasks.at(task).command;
    if (!command) return "none";
    if (const auto* line = std::get_if<std::string>(&*command)) return *line;
    return testing::PrintToString(std::get<std::vector<std::string>>(*command));
  }

  TemporaryFolder folder_;
};

TEST_F(Init, packages_of_npm_workspaces_are_projects_and_are_built_after_those_they_use) {
  write("package.json", R"({"workspaces": ["packages/*", "apps/**", "!packages/old"]})");
  write("packages/ui/package.json", R"({"name": "@x/ui", "scripts": {"build": "tsc"}})");
  write("packages/old/package.json", R"({"name": "@x/old", "scripts": {"build": "tsc"}})");
  write("packages/types/package.json", R"({"name": "@x/types"})");
  write("packages/no-package/readme.md", "");
  write(
      "apps/deep/web/package.json",
      R"({"name": "web", "scripts": {"build": "b", "dev": "d"}, "devDependencies": {"@x/ui": "*", "@x/types": "*"}})");
  write("node_modules/x/package.json", "{}");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./apps/deep/web", "./packages/types", "./packages/ui"));
  EXPECT_EQ(made.projects.at("./packages/ui").executor, "npm");
  EXPECT_THAT(needs(made, "./apps/deep/web", "build"), ElementsAre("./packages/ui:"));
  EXPECT_EQ(made.recursive.size(), 1U);
  EXPECT_THAT(text(), HasSubstr("// package.json: build and dev\n"));
}

TEST_F(Init, one_package_is_the_project_of_the_root) {
  write("package.json", R"({"scripts": {"dev": "vite"}})");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./"));
  EXPECT_EQ(made.projects.at("./").executor, "npm");
}

TEST_F(Init, members_of_a_deno_workspace_are_projects) {
  write("deno.jsonc", "{ // both\n \"workspace\": [\"./add\", \"./subtract\"], }");
  write("add/deno.json", R"({"tasks": {"test": "deno test"}})");
  write("subtract/deno.json", "{}");
  write("other/deno.json", "{}");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./add", "./subtract"));
  EXPECT_EQ(made.projects.at("./add").executor, "deno");
}

TEST_F(Init, a_procfile_becomes_tasks_of_the_root_and_start_runs_them_all) {
  write("Procfile",
        "# all\nworker: sidekiq -q \"a b\"\r\nweb: rails server -p $PORT\n\nnot a line\nclock:\n");
  write(".env", "PORT=1\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("start", "worker"));
  EXPECT_EQ(command(made, "./", "start"), "rails server -p $PORT");
  EXPECT_EQ(command(made, "./", "worker"), "sidekiq -q \"a b\"");
  EXPECT_THAT(needs(made, "./", "start"), ElementsAre("./:worker async"));
  EXPECT_THAT(made.projects.at("./").env_files, ElementsAre(".env"));
}

TEST_F(Init, targets_of_a_makefile_that_people_call_become_tasks) {
  write("Makefile",
        ".PHONY: all test-unit\nCC := a:b\nX ::= y:z\nall: main.o\n\tcc: $^\ntest-unit: all\nmain.o: "
        "main.c\n%.o: %.c\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("all", "test-unit"));
  EXPECT_EQ(command(made, "./", "all"), R"({ "make", "all" })");
  write("Makefile", "all: main.o\nmain.o: main.c\nrun:\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("all", "run"));
  write("Makefile", "-f: x\nrun: -f\n");
  EXPECT_EQ(command(workspace(), "./", "-f"), R"({ "make", "--", "-f" })");
}

TEST_F(Init, services_of_a_compose_file_become_tasks_in_containers) {
  write("compose.yaml", R"(
services:
  web:
    build: ./api
    ports: ["8080:80", 3000]
    depends_on:
      migrate: {condition: service_completed_successfully}
      db: {condition: service_healthy}
    environment: [A=1, TOKEN]
    healthcheck: {test: x}
  migrate:
    image: "m:1"
    command: ["npm", "run", "migrate"]
    depends_on: [db]
  db:
    image: postgres:16
    environment: {PASSWORD: dev}
    stop_signal: SIGINT
    stop_grace_period: 1m30s
)");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_THAT(names(tasks), ElementsAre("db", "migrate", "up", "web"));
  EXPECT_EQ(made.projects.at("./").executor, "docker");
  EXPECT_EQ(tasks.at("db").service, true);
  EXPECT_EQ(tasks.at("db").stop_grace, std::chrono::seconds(90));
  EXPECT_EQ(tasks.at("db").env.at(0).second, "dev");
  EXPECT_EQ(tasks.at("migrate").service, std::nullopt) << "web waits for its end";
  EXPECT_THAT(needs(made, "./", "web"), ElementsAre("./:migrate", "./:db async"));
  EXPECT_THAT(needs(made, "./", "up"), ElementsAre("./:db async", "./:migrate", "./:web async"));
  EXPECT_EQ(tasks.at("up").executor, "shell");
  EXPECT_THAT(text(), HasSubstr(R"("build": { "context": "./api" }, "ports": ["8080:80", "3000"])"));
  EXPECT_THAT(text(), HasSubstr(R"("env": ["TOKEN"])"));
  EXPECT_THAT(text(), HasSubstr("// web: not taken over: healthcheck.\n"));
}

TEST_F(Init, a_compose_file_is_read_as_compose_reads_it) {
  write("compose.yaml", R"(
x-base: &base
  image: "app:${TAG:-1.2}"
  environment: &env {LEVEL: info, "A=B": x, HOME: "${HOME}", PRICE: "5$$"}
services:
  one:
    <<: *base
    environment:
      <<: *env
      LEVEL: debug
    ports:
      - {target: 80, published: 8080, host_ip: 127.0.0.1}
      - {target: 53, protocol: udp}
    volumes:
      - {type: volume, source: data, target: /data, read_only: true}
    env_file: [{path: one.env, required: false}]
    command: run $WHERE
  two:
    image: other
    volumes: [{type: tmpfs, target: /tmp}]
)");
  const Workspace made = workspace();
  const TaskSettings& one = made.projects.at("./").tasks.at("one");
  EXPECT_THAT(one.env, ElementsAre(testing::Pair("LEVEL", "debug"), testing::Pair("PRICE", "5$")));
  EXPECT_THAT(one.env_files, ElementsAre("one.env"));
  EXPECT_THAT(text(), HasSubstr(R"("image": "app:1.2")"));
  EXPECT_THAT(text(), HasSubstr(R"("env": ["HOME"])"));
  EXPECT_THAT(text(), HasSubstr(R"("ports": ["127.0.0.1:8080:80", "53/udp"])"));
  EXPECT_THAT(text(), HasSubstr(R"("volumes": ["data:/data:ro"])"));
  EXPECT_THAT(text(), HasSubstr("// ${WHERE}: dream.json expands no variables"));
  EXPECT_THAT(text(), HasSubstr("// two: not taken over: volumes.\n"));
}

TEST_F(Init, an_alias_that_holds_itself_is_an_error) {
  write("compose.yaml", "services: &all\n  one: {image: x, labels: *all}\n");
  EXPECT_THAT(text(), HasSubstr("compose.yaml: the file can't be understood"));
}

TEST_F(Init, packages_without_a_workspace_are_found_where_they_lie) {
  write("web/package.json", R"({"scripts": {"dev": "x"}})");
  write("web/node_modules/y/package.json", R"({"scripts": {"dev": "x"}})");
  write("services/api/deno.json", R"({"tasks": {"dev": "x"}})");
  write("services/none/package.json", "{}");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./services/api", "./web"));
  EXPECT_EQ(made.projects.at("./services/api").executor, "deno");
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

TEST_F(Init, the_first_of_a_name_stays_and_the_others_are_told) {
  write("package.json", R"({"scripts": {"build": "tsc"}})");
  write("Makefile", "build:\nclean:\n");
  const Workspace made = workspace();
  EXPECT_EQ(made.projects.at("./").executor, "npm");
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("clean"));
  EXPECT_EQ(made.projects.at("./").tasks.at("clean").executor, "shell");
  EXPECT_THAT(text(), HasSubstr("// \"build\" from Makefile is left out"));
}

TEST_F(Init, commands_of_a_compose_file_are_split_into_words_without_a_shell) {
  write("compose.yaml",
        "services:\n"
        "  db: { image: mysql, command: --default-authentication-plugin=x --sql_mode='A B' }\n"
        "  web: { image: i, entrypoint: /entry.sh --flag \"two words\" a\\ b '' }\n");
  const std::string made = text();
  EXPECT_THAT(made, HasSubstr(R"("command": ["--default-authentication-plugin=x", "--sql_mode=A B"])"));
  EXPECT_THAT(made, HasSubstr(R"("entrypoint": ["/entry.sh", "--flag", "two words", "a b", ""])"));
  write("compose.yaml", "services: { db: { image: i, command: \"echo 'it\" } }\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("failed: compose.yaml"), HasSubstr("a quote without its end")));
}

TEST_F(Init, paths_count_from_the_folder_of_the_source) {
  write("deploy/compose.yaml", "services: { db: { build: ./db, volumes: ['./data:/data'] } }\n");
  const Workspace compose = workspace("deploy/compose.yaml");
  EXPECT_THAT(names(compose.projects), ElementsAre("./deploy"));
  EXPECT_THAT(needs(compose, "./deploy", "up"), ElementsAre("./deploy:db async"));
  write("web/package.json", R"({"scripts": {"dev": "x"}})");
  EXPECT_THAT(names(workspace("web/package.json").projects), ElementsAre("./web"));
  write("app/Procfile", "web: run\nworker: work\n");
  EXPECT_THAT(needs(workspace("app/Procfile"), "./app", "start"), ElementsAre("./app:worker async"));
  EXPECT_THAT(text("../elsewhere/Procfile"), HasSubstr("outside of the workspace"));
}

TEST_F(Init, a_process_called_start_keeps_its_name_and_program) {
  write("Procfile", "web: serve\nstart: begin\n");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "start"), "begin");
  EXPECT_THAT(needs(made, "./", "start"), ElementsAre("./:web async"));
}

TEST_F(Init, a_name_of_two_sources_runs_only_the_program_of_the_first) {
  write("package.json", R"({"scripts": {"start": "node .", "worker": "node w", "up": "x"}})");
  write("Procfile", "web: serve\nworker: work\nclock: tick\n");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "procfile"), ElementsAre("./:clock async"));
  EXPECT_EQ(made.dependencies.at("./").contains("start"), false);
  EXPECT_THAT(text(), HasSubstr("\"worker\" from Procfile is left out"));
}

TEST_F(Init, a_file_below_the_root_that_cannot_be_understood_is_left_out_and_told) {
  write("package.json", R"({"scripts": {"dev": "x"}})");
  write("test/fixtures/broken/package.json", "{ nothing");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./"));
  EXPECT_THAT(text(), HasSubstr("test/fixtures/broken/package.json is left out"));
}

TEST_F(Init, members_of_a_pnpm_workspace_are_projects) {
  write("package.json", R"({"name": "all"})");
  write("pnpm-workspace.yaml", "packages:\n  - 'packages/*'\n  - '!packages/old'\n");
  write("packages/a/package.json", R"({"name": "a", "scripts": {"build": "x"}})");
  write("packages/old/package.json", R"({"name": "old", "scripts": {"build": "x"}})");
  write("elsewhere/b/package.json", R"({"name": "b", "scripts": {"build": "x"}})");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./packages/a"));
}

TEST_F(Init, packages_that_use_one_another_make_no_cycle) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x"}, "dependencies": {"b": "*"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"build": "x"}, "devDependencies": {"a": "*"}})");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./a", "build"), ElementsAre("./b:"));
  EXPECT_THAT(text(), HasSubstr("The build of ./b doesn't wait for that of ./a, which waits for it."));
}

TEST_F(Init, a_long_text_that_stands_in_many_places_is_refused) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "*a, ";
  write("compose.yaml", "x: &a \"" + std::string(100'000, 'y') +
                            "\"\nservices: { db: { image: i, environment: [" + many + "] } }\n");
  EXPECT_THAT(text(), HasSubstr("too much text in its values"));
}

TEST_F(Init, says_that_it_waits_for_no_health) {
  write("compose.yaml",
        "services:\n  db: { image: i }\n"
        "  api: { image: i, depends_on: { db: { condition: service_healthy } } }\n");
  EXPECT_THAT(text(), HasSubstr("api: starts when db was started, not when it is healthy."));
}

TEST_F(Init, takes_over_one_file_alone) {
  write("package.json", R"({"scripts": {"dev": "vite"}})");
  write("Procfile.dev", "web: x");
  write("deploy/stack.yml", "services: {db: {image: x}}");
  write("docker-compose.yml", "services: {cache: {image: x}}");
  EXPECT_THAT(names(workspace("Procfile.dev").projects.at("./").tasks), ElementsAre("start"));
  EXPECT_THAT(names(workspace("deploy/stack.yml").projects.at("./deploy").tasks), ElementsAre("db", "up"));
  EXPECT_THAT(names(workspace("compose").projects.at("./").tasks), ElementsAre("cache", "up"));
  EXPECT_EQ(workspace("package.json").projects.at("./").executor, "npm");
  EXPECT_THAT(text("Procfile"), HasSubstr("failed: "));
  write("other.txt", "");
  EXPECT_THAT(text("other.txt"), HasSubstr("it knows Procfile, compose.yaml and package.json"));
}

TEST_F(Init, says_what_it_looks_for_where_there_is_nothing) {
  EXPECT_THAT(text(), HasSubstr("it looks for package.json, deno.json, compose.yaml, Procfile, Makefile"));
}

TEST_F(Init, names_the_file_that_it_cannot_understand) {
  write("package.json", "{\"scripts\": ");
  EXPECT_THAT(text(), HasSubstr("package.json: the file can't be understood"));
  write("package.json", "[]");
  EXPECT_THAT(text(), HasSubstr("package.json: the file can't be understood"));
  std::filesystem::remove(folder_.path() / "package.json");
  write("compose.yaml", "services: [");
  EXPECT_THAT(text(), HasSubstr("compose.yaml: the file can't be understood"));
  write("compose.yaml", "services: {web: x, db: {ports: {a: b}, build: [1], depends_on: 3}}");
  EXPECT_THAT(text(), HasSubstr("compose.yaml"));
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

TEST(ComposeDuration, is_in_milliseconds) {
  EXPECT_EQ(duration_ms("10s"), 10'000);
  EXPECT_EQ(duration_ms("1h2m3s4ms"), 3'723'004);
  for (const char* wrong : {"", "10", "s", "1x", "-1s", "99999999h"})
    EXPECT_EQ(duration_ms(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace dream::init
