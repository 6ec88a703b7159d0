#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// What is taken over whole, or told.
namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, a_recipe_that_just_runs_silently_is_a_task) {
  write("justfile", "@quiet:\n  echo\n@with-arguments a b:\n  echo\nloud:\n  echo\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("loud", "quiet", "with-arguments"));
}

TEST_F(Init, an_attribute_of_a_recipe_is_a_word_of_its_own) {
  write("justfile",
        "[doc('moves all to .private')]\n[confirm(\"make it private?\")]\ntidy:\n  x\n"
        "[private, group('a')]\nown:\n  x\n[windows]\nopen:\n  x\n[linux]\n[macos]\nshow:\n  x\n"
        "[unix]\ndo-it:\n  x\n[macos]\nno:\n  x\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("do-it", "show", "tidy"));
}

TEST_F(Init, a_taskfile_for_all_has_each_name_that_task_looks_for) {
  write("taskfile.dist.yaml", "tasks: {a: x}\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("a"));
  write("Taskfile.yml", "tasks: {b: x}\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("b"));
}

TEST_F(Init, paths_in_a_compose_file_count_from_it_however_often_it_is_extended) {
  write("compose.yaml", R"(
include: [sub/compose.yaml]
services:
  one: {extends: {file: base/b.yaml, service: x}}
  two: {extends: {file: base/b.yaml, service: x}}
)");
  write("base/b.yaml", R"(
services:
  x:
    build: {context: ../img}
    env_file: [{path: a.env}]
    volumes:
      - {type: bind, source: ./data, target: /d}
      - ./conf:/c
      - ${DATA}:/data
      - ${MORE:-./more}:/more
)");
  write("base/a.env", "");
  write("sub/compose.yaml",
        "services:\n  in:\n    build: {context: './${DIR}', dockerfile: 'x-${D:-d}'}\n"
        "    volumes: ['./x:/x', '${DATA}:/data', 'v:/v']\n    environment: {A: '${A:-a}'}\n");
  const Workspace made = workspace();
  for (const char* name : {"one", "two"}) {
    EXPECT_THAT(made.projects.at("./").tasks.at(name).env_files, ElementsAre("./base/a.env"));
    const std::string all = line("\"" + std::string(name) + "\": {");
    EXPECT_THAT(all, HasSubstr(R"("context": "./img")"));
    EXPECT_THAT(all, HasSubstr(R"("./base/data:/d", "./base/conf:/c", "${DATA}:/data", )"
                               R"("${MORE:-./base/more}:/more")"));
  }
  const std::string included = line("\"in\": {");
  EXPECT_THAT(included, HasSubstr(R"("build": { "context": "./sub/${DIR}", "dockerfile": "x-${D:-d}" })"));
  EXPECT_THAT(included, HasSubstr(R"(["./sub/x:/x", "${DATA}:/data",)"));
  EXPECT_THAT(included, HasSubstr(R"("env": { "A": "${A:-a}" })")) << "nothing beside it says otherwise";
  write("sub/.env", "A=b\n");
  EXPECT_THAT(line("\"in\": {"), HasSubstr(R"("env": { "A": "${A:-b}" })"));
}

TEST_F(Init, the_comment_above_a_recipe_is_told_by_its_last_sentence) {
  write("justfile",
        "# Checks all that was ever written down in the documents, by the\n# rules of the house. But not\n# "
        "twice.\na:\n  x\n"
        "# Documents\n# Builds them\nb:\n  x\n# One thing.\n# another\nc:\n  x\n# lost\n\nd:\n  x\n");
  const Workspace made = workspace();
  const auto about = [&](const char* task) { return made.projects.at("./").tasks.at(task).description; };
  EXPECT_EQ(about("a"), "Checks all that was ever written down in the documents, by the rules of the house.");
  EXPECT_EQ(about("b"), "Builds them");
  EXPECT_EQ(about("c"), "another");
  EXPECT_EQ(about("d").value_or(""), "");
}

TEST_F(Init, a_target_with_a_dot_is_a_task_where_it_is_phony) {
  write("Makefile", ".PHONY: all lint.py none.x\nall: main.o\nmain.o: main.c\n\tcc\nlint.py:\n\tlint\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("all", "lint.py"));
}

TEST_F(Init, a_target_that_begins_with_an_underscore_is_for_the_others) {
  write("Makefile",
        ".PHONY: _list\nall: _one two\n_one:\n\tx\ntwo: node_modules\n\tx\n_list:\n\tx\nnode_modules: "
        "package.json\n\tnpm ci\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("all", "two"));
  EXPECT_EQ(command(made, "./", "all"), R"({ "make", "all" })") << "what it needs can't be said without it";
}

TEST_F(Init, calls_conditions_and_addresses_of_a_makefile_are_no_targets) {
  write("Makefile",
        "$(error set Q: please)\n$(warning building: now)\nhttp://foo:\n$(if $(X),y: z): a\n"
        "ifupdown: b\nifeq ($(A),b)\nendif\nb:\n\tx\nall: ifup\nifup:\n\tx\nplain $(OBJECTS): b\n\tx\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("all", "b", "ifup", "ifupdown", "plain"));
  EXPECT_THAT(needs(made, "./", "all"), ElementsAre("./:ifup"))
      << "nothing after `ifupdown` stands in a condition";
}

TEST_F(Init, where_logs_go_is_told) {
  write("compose.yaml", "services: {a: {image: x, logging: {driver: none}}}\n");
  EXPECT_THAT(text(), HasSubstr("// Not taken over: logging of a.\n"));
  write("process-compose.yaml", "log_location: all.log\nprocesses: {p: {command: x, log_location: p.log}}\n");
  EXPECT_THAT(
      text(),
      HasSubstr("// Not taken over: log_location (`--log-dir DIR` writes a file for each step) of the "
                "file and p.\n"));
}

TEST_F(Init, what_of_a_build_or_a_volume_is_not_taken_over_is_told) {
  write("compose.yaml", R"(
name: p
services:
  a:
    build: {context: ., args: [NPM_TOKEN, GIVEN=1]}
    volumes:
      - {type: volume, source: whole, target: /w, volume: {subpath: s}}
      - {type: bind, source: ./b, target: /b, bind: {create_host_path: false}}
      - {type: bind, source: ./c, target: /c, bind: {create_host_path: true}}
)");
  const std::string made = text();
  EXPECT_THAT(made, HasSubstr("build.args.NPM_TOKEN (its value comes from the environment)"));
  EXPECT_THAT(made, HasSubstr(R"("GIVEN": "1")"));
  EXPECT_THAT(made, HasSubstr("a volume (volume.subpath)"));
  EXPECT_THAT(made, Not(HasSubstr("whole")));
  EXPECT_THAT(made, HasSubstr("bind.create_host_path"));
  EXPECT_THAT(made, HasSubstr(R"(["./b:/b", "./c:/c"])"));
}

TEST_F(Init, a_port_of_a_procfile_is_one_that_there_is) {
  write("Procfile", "a: x\nb: y\n");
  write(".env", "PORT=2147483600\n");
  EXPECT_THAT(text(), HasSubstr(R"("PORT": "5000")"));
  write(".env", "PORT=65500\n");
  const std::string made = text();
  EXPECT_THAT(made, HasSubstr(R"("PORT": "65500")"));
  EXPECT_THAT(made, HasSubstr(R"("PORT": "5000")"));
}

TEST_F(Init, ten_thousand_names_and_hundreds_of_needs_are_read_in_one_go) {
  std::string command;
  for (int at = 0; at < 10'000; ++at) command += "${a" + std::to_string(at) + ":?} ";
  write("compose.yaml", "services:\n  a: {image: i, command: \"" + command + "\"}\n");
  EXPECT_THAT(text(), HasSubstr("${a9999}"));
  std::string services = "services:\n";
  constexpr int count = 600;
  for (int at = 0; at < count; ++at)
    services += "  s" + std::to_string(at) + ": {image: i, depends_on: [s" +
                std::to_string((at + 1) % count) + "]}\n";
  write("compose.yaml", services);
  EXPECT_THAT(text(), HasSubstr("s599"));
}

TEST_F(Init, an_env_file_that_can_not_be_read_is_left_out_of_the_tasks_of_a_procfile) {
  write("Procfile", "web: serve\n");
  write(".env", R"({"PORT": 1})");
  EXPECT_TRUE(workspace().projects.at("./").tasks.at("web").env_files.empty());
  EXPECT_THAT(text(), HasSubstr("Not read: .env:1:"));
}

}  // namespace
}  // namespace dream::init
