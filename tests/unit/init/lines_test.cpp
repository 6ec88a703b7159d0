#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, a_procfile_becomes_tasks_of_the_root_and_start_runs_them_all) {
  write("Procfile",
        "# all\nworker: sidekiq -q \"a b\"\r\nweb: rails server -p $PORT\n\nnot a line\nclock:\n");
  write(".env", "A=1\n");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_THAT(names(tasks), ElementsAre("start", "web", "worker"));
  EXPECT_EQ(command(made, "./", "web"), "exec rails server -p $PORT");
  EXPECT_EQ(command(made, "./", "worker"), "exec sidekiq -q \"a b\"");
  EXPECT_EQ(tasks.at("worker").service, true) << "when one ends, all end";
  EXPECT_THAT(needs(made, "./", "start"), ElementsAre("./:worker", "./:web"));
  EXPECT_EQ(command(made, "./", "start"), "null");
  EXPECT_EQ(tasks.at("start").service, true);
  EXPECT_THAT(tasks.at("web").env_files, ElementsAre(".env"));
  EXPECT_THAT(tasks.at("web").env, ElementsAre(testing::Pair("PORT", "5100")));
}

TEST_F(Init, ports_of_a_procfile_begin_where_the_env_file_or_bin_dev_says) {
  write("Procfile", "web: a\n");
  write("Procfile.dev", "web: b\ncss: c\n");
  write("bin/dev", "#!/bin/sh\nexport PORT=\"${PORT:-3000}\"\nexec foreman start -f Procfile.dev\n");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_THAT(names(tasks), ElementsAre("css", "dev", "procfile-web", "start", "web"));
  EXPECT_EQ(tasks.at("css").env.at(0).second, "3100");
  EXPECT_EQ(tasks.at("procfile-web").env.at(0).second, "5000");
  EXPECT_EQ(command(made, "./", "procfile-web"), "exec a");
  EXPECT_THAT(needs(made, "./", "start"), ElementsAre("./:procfile-web"));
  EXPECT_THAT(needs(made, "./", "dev"), ElementsAre("./:web", "./:css"));
  write(".env", "PORT=8080\n");
  EXPECT_EQ(workspace().projects.at("./").tasks.at("css").env.at(0).second, "8180");
}

TEST_F(Init, a_port_that_bin_dev_sets_is_the_first) {
  write("Procfile.dev", "web: b\n");
  const auto port = [&](const std::string& script) {
    write("bin/dev", script);
    return workspace().projects.at("./").tasks.at("web").env.at(0).second;
  };
  EXPECT_EQ(port("#!/bin/sh\nPORT=3006\nexport PORT\n"), "3006");
  EXPECT_EQ(port("if true; then\n  export PORT=3007 # x\nfi\n"), "3007");
  EXPECT_EQ(port(": \"${PORT:=3008}\"\n"), "3008");
  EXPECT_EQ(port("foreman start -p ${PORT:-3009}\n"), "3009");
  EXPECT_EQ(port("REPORT=1\necho PORT=2\nPORT=$1\n"), "5000");
  EXPECT_EQ(port("exec ./bin/overmind start -f Procfile.dev -p 3010 \"$@\"\n"), "3010");
  EXPECT_EQ(port("foreman start --port=3011\n"), "3011");
  EXPECT_EQ(port("mkdir -p 3012\n"), "5000");
}

TEST_F(Init, an_env_file_that_is_still_to_be_made_is_told_beside_a_procfile) {
  write("Procfile", "web: a\n");
  EXPECT_THAT(text(), Not(HasSubstr(".env")));
  write(".env.sample", "A=1\n");
  EXPECT_THAT(
      text(),
      HasSubstr("// There is no .env yet, which foreman reads. Once it is made from .env.sample, call "
                "dream init again, or write \"envFile\": \".env\" into the tasks.\n"));
  write(".env", "A=1\n");
  EXPECT_THAT(text(), Not(HasSubstr("no .env")));
}

TEST_F(Init, what_overmind_is_told_beside_a_procfile_counts) {
  write("Procfile.dev", "web: a\ncss: b\njobs: c\nlogs: d\n");
  write(".overmind.env",
        "OVERMIND_PORT=3000\nOVERMIND_PORT_STEP=10\nOVERMIND_CAN_DIE=css,none\nOVERMIND_AUTO_RESTART=jobs\n"
        "OVERMIND_IGNORED_PROCESSES=logs\n");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_EQ(tasks.at("web").env.at(0).second, "3000");
  EXPECT_EQ(tasks.at("css").env.at(0).second, "3010");
  EXPECT_THAT(needs(made, "./", "dev"), ElementsAre("./:web", "./:css async optional", "./:jobs"));
  EXPECT_NE(tasks.at("css").service, true);
  EXPECT_EQ(tasks.at("jobs").restart->max, 0U);
  EXPECT_EQ(tasks.at("web").restart.has_value(), false);
  EXPECT_TRUE(tasks.contains("logs"));
  EXPECT_THAT(text(), AllOf(HasSubstr("when one but css ends, all end"),
                            HasSubstr("// Not started by `dream dev`, as the settings of foreman or overmind "
                                      "leave them out: logs.")));
  write(".env", "OVERMIND_PORT=4000\n");
  EXPECT_EQ(workspace().projects.at("./").tasks.at("web").env.at(0).second, "4000");
  write(".env", "OVERMIND_NO_PORT=1\n");
  EXPECT_THAT(text(), Not(HasSubstr("PORT")));
}

TEST_F(Init, what_foreman_is_told_beside_a_procfile_counts) {
  write("Procfile", "a: x\nb: y\nc: z\n");
  write(".env", "PORT=7000\n");
  write(".foreman", "env: \"\"\nformation: all=1,b=0,c=3\n");
  const Workspace none = workspace();
  EXPECT_TRUE(none.projects.at("./").tasks.at("a").env_files.empty()) << "it loads no file";
  EXPECT_EQ(none.projects.at("./").tasks.at("a").env.at(0).second, "5000");
  EXPECT_THAT(needs(none, "./", "start"), ElementsAre("./:a", "./:c"));
  EXPECT_THAT(text(), AllOf(HasSubstr("leave them out: b.\n"), HasSubstr("the formation says: c (3).\n"),
                            Not(HasSubstr("Not taken over"))));
  write(".foreman", "env: one.env,two.env,gone.env\nformation: c=1\n");
  write("one.env", "PORT=8000\n");
  write("two.env", "X=1\n");
  const Workspace some = workspace();
  EXPECT_THAT(some.projects.at("./").tasks.at("a").env_files, ElementsAre("one.env", "two.env"));
  EXPECT_EQ(some.projects.at("./").tasks.at("a").env.at(0).second, "8000");
  EXPECT_THAT(needs(some, "./", "start"), ElementsAre("./:c")) << "foreman starts none of the others";
  EXPECT_THAT(text(), HasSubstr("// Not read: gone.env, which isn't there.\n"));
}

TEST_F(Init, what_bin_dev_tells_foreman_counts) {
  write("Procfile.dev", "web: x\nstripe: y\n");
  write("bin/dev", "#!/bin/sh\nexec foreman start -f Procfile.dev -m all=1,stripe=0 --env=dev.env \"$@\"\n");
  write("dev.env", "A=1\n");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "dev"), ElementsAre("./:web"));
  EXPECT_THAT(made.projects.at("./").tasks.at("web").env_files, ElementsAre("dev.env"));
  EXPECT_TRUE(made.projects.at("./").tasks.contains("stripe"));
  write("bin/dev", "exec overmind start -m web=1 -e $FILE\n");
  EXPECT_THAT(needs(workspace(), "./", "dev"), ElementsAre("./:web", "./:stripe"));
}

TEST_F(Init, an_option_of_bin_dev_means_what_its_runner_says) {
  write("Procfile.dev", "web: x\ncss: y\nstripe: z\n");
  write(".overmind.env", "OVERMIND_FORMATION=stripe=0\n");
  write("bin/dev", "exec overmind start -f Procfile.dev -c css -p 4000\n");
  EXPECT_THAT(needs(workspace(), "./", "dev"), ElementsAre("./:web", "./:css async optional"));
  EXPECT_EQ(workspace().projects.at("./").tasks.at("web").env.at(0).second, "4000");
  write("bin/dev", "exec overmind start -m=web=2x,css=-1,stripe=1 --no-port -x web\n");
  EXPECT_THAT(needs(workspace(), "./", "dev"), ElementsAre("./:css", "./:stripe"));
  EXPECT_THAT(text(), Not(HasSubstr("PORT")));
  write("bin/dev", "honcho -e gone.env start -c web=0\n");
  EXPECT_THAT(needs(workspace(), "./", "dev"), ElementsAre("./:css", "./:stripe")) << "no file of overmind's";
  EXPECT_THAT(text(), HasSubstr("Not read: gone.env"));
  write("bin/dev", "exec foreman start -c -m css=1\n");
  EXPECT_THAT(needs(workspace(), "./", "dev"), ElementsAre("./:css"));
}

TEST_F(Init, only_the_command_of_bin_dev_that_starts_a_runner_counts) {
  write("Procfile.dev", "web: x\nworker: y\n");
  const auto port = [&](const std::string& script) {
    write("bin/dev", script);
    const Workspace made = workspace();
    EXPECT_THAT(needs(made, "./", "dev"), ElementsAre("./:web", "./:worker"));
    return made.projects.at("./").tasks.at("web").env.at(0).second;
  };
  EXPECT_EQ(port("# exec foreman start -m all=1,worker=0 -p 4000\nforeman start \\\n  -p 3000 # -m web=1\n"),
            "3000");
  EXPECT_EQ(port("gem list foreman -p 1 || gem install foreman -p 2\nexec foreman start -p 3001\n"), "3001");
  EXPECT_EQ(
      port("if command -v overmind >&2; then exec overmind start -p 3002; fi\nforeman start -m web=1\n"),
      "3002");
  EXPECT_EQ(port("which hivemind -p 1\nX=1 exec hivemind -p 3003 Procfile.dev\n"), "3003");
  EXPECT_EQ(
      port("# ${PORT:-4000}\necho use foreman start -p 4001\ncat <<X\ndon't\nX\nforeman start -p 3004\n"),
      "3004");
}

TEST_F(Init, what_another_runner_reads_does_not_count) {
  write("Procfile.dev", "web: x\nworker: y\n");
  write(".env", "A=1\n");
  write(".foreman", "formation: web=1\nenv: gone.env\nport: 4000\n");
  for (const char* runner : {"overmind start", "hivemind", "honcho start"}) {
    write("bin/dev", "exec " + std::string(runner) + "\n");
    const Workspace made = workspace();
    EXPECT_THAT(needs(made, "./", "dev"), ElementsAre("./:web", "./:worker")) << runner;
    EXPECT_THAT(made.projects.at("./").tasks.at("web").env_files, ElementsAre(".env"));
    EXPECT_EQ(made.projects.at("./").tasks.at("web").env.at(0).second, "5000");
  }
}

TEST_F(Init, values_that_foreman_reads_otherwise_are_told) {
  write("Procfile", "web: x\n");
  write(".env", "A=1\nPW=pa$word\nE2=a #b\nexport H=1\nQ='pa$word'\nR=\"a\\nb\"\n");
  EXPECT_THAT(text(), HasSubstr("no comments behind a value: E2 of .env and PW of .env. In single quotes"));
  write(".overmind.env", "");
  EXPECT_THAT(text(), Not(HasSubstr("In single quotes"))) << "overmind reads them as dream does";
}

TEST_F(Init, the_same_process_of_two_procfiles_can_be_told_apart) {
  write("compose.yaml", "services: {web: {image: x}}\n");
  write("Procfile.dev", "web: a\n");
  write("Procfile", "web: b\n");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "procfile-web"), "exec a");
  EXPECT_EQ(command(made, "./", "start-web"), "exec b");
}

TEST_F(Init, a_release_of_a_procfile_is_not_started_with_the_others) {
  write("Procfile", "release: migrate\nweb: serve\n");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "release"), "exec migrate");
  EXPECT_EQ(made.projects.at("./").tasks.at("release").service, std::nullopt);
  EXPECT_THAT(needs(made, "./", "start"), ElementsAre("./:web"));
  EXPECT_THAT(
      text(),
      HasSubstr("// Not started by `dream start`: release, which Heroku runs once before the others.\n"));
}

TEST_F(Init, a_line_of_a_procfile_that_is_more_than_one_program_keeps_its_shell) {
  write("Procfile",
        "a: cd x && y\nb: A=1 run\nc: x | y\nd: exec z\ne: run ${PORT:-1} \"x y\"\nf: run 2>&1 >log\ng: run "
        "&>log\n");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "a"), "cd x && y");
  EXPECT_EQ(command(made, "./", "b"), "A=1 run");
  EXPECT_EQ(command(made, "./", "c"), "x | y");
  EXPECT_EQ(command(made, "./", "d"), "exec z");
  EXPECT_EQ(command(made, "./", "f"), "exec run 2>&1 >log");
  EXPECT_EQ(command(made, "./", "g"), "run &>log");
  EXPECT_EQ(command(made, "./", "e"), "exec run ${PORT:-1} \"x y\"");
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
  write("Makefile",
        ".PHONY: \\\n  test\nbuild:\ntest:\ndefine X\nno: no\nendef\nifneq (a:b, c)\nlint deploy: # a: b\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("build", "deploy", "lint", "test"))
      << "what is phony says nothing of the others";
  write("Makefile", "one \\\n  two: x\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("one", "two"));
  write("Makefile", "-f: x\nrun: -f\n");
  EXPECT_EQ(command(workspace(), "./", "-f"), R"({ "make", "--", "-f" })");
}

TEST_F(Init, a_target_without_a_recipe_stands_for_those_that_it_needs) {
  write("package.json", R"({"scripts": {"test": "x"}})");
  write("Makefile",
        ".PHONY: all check ci\nall: lint test check # both\ncheck: types\nlint:\n\tx\ntest:\n\n# "
        "c\n\ty\ntypes:;z\n"
        "ci: all\nci:\n\tw\n");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "all"), "null");
  EXPECT_EQ(made.projects.at("./").tasks.at("all").executor, std::nullopt);
  EXPECT_THAT(needs(made, "./", "all"), ElementsAre("./:lint", "./:make-test", "./:check"));
  EXPECT_THAT(plan(made, "./", "all"),
              ElementsAre("./:lint", "./:make-test", "./:types", "./:check", "./:all"));
  EXPECT_EQ(command(made, "./", "ci"), R"({ "make", "ci" })");
}

TEST_F(Init, a_target_that_make_does_otherwise_than_one_after_the_other_stays_with_make) {
  const std::string rest = "b: d\n\tx\nc: d\n\tx\nd:\n\tx\ne:\n\tx\n";
  for (const char* head : {"a: b c\n", "a: b d\n", "a: b $(MORE)\n", "a: b file.o\n", "a: X = 1\na: b\n",
                           "a:\n", "a: b ; x\n", "include more.mk\na: b e\n", "a:\nifdef CC\na: b e\nendif\n",
                           "%: %.x\n\ty\na: b e\n", "a:: b e\n", "$(eval x)\na: b e\n"}) {
    write("Makefile", head + rest);
    EXPECT_EQ(command(workspace(), "./", "a"), R"({ "make", "a" })") << head;
  }
  write("Makefile", ".PHONY: a\n%: %.x\n\ty\na: b e\n" + rest);
  EXPECT_EQ(command(workspace(), "./", "a"), "null") << "no pattern has a recipe for what is phony";
}

TEST_F(Init, a_makefile_has_the_targets_of_those_that_it_includes) {
  write("make/go.mk", "DIR = more\nlint:\n\tx\ninclude $(DIR)/deep.mk\n");
  write("more/deep.mk", "deep:\n\tx\ninclude Makefile\n");
  write("more/b.mk", "b:\n\tx\n");
  write("more/a.mk", "a:\n\tx\n");
  write("maybe.mk", "maybe: lint\n");
  write("Makefile",
        "M := make\nall: lint a\ninclude $(M)/go.mk $(wildcard more/?.mk) # both\n-include none.mk "
        "$(OBJECTS:.o=.d)\n"
        "sinclude ${CURDIR}/maybe.mk\nifdef X\ninclude not-here.mk\nendif\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks),
              ElementsAre("a", "all", "b", "deep", "lint", "maybe"));
  EXPECT_EQ(command(workspace(), "./", "all"), R"({ "make", "all" })") << "none.mk may give it a recipe";
  EXPECT_THAT(text(), Not(HasSubstr("includes")));
  write("Makefile", "all: lint b\ninclude make/*.mk more/*.mk\n");
  EXPECT_EQ(command(workspace(), "./", "all"), "null");
  EXPECT_THAT(text("Makefile"), HasSubstr(R"("lint")"));
}

TEST_F(Init, what_a_makefile_includes_and_cannot_be_read_is_told) {
  write("Makefile", "a:\n\tx\ninclude gone.mk $(shell find)/b.mk\ninclude other/*.mk lost.mk\n");
  EXPECT_THAT(text(), HasSubstr("// Makefile includes gone.mk $(shell find)/b.mk, which can't be read here: "
                                "its targets are missing."));
  EXPECT_THAT(text(), HasSubstr("// Makefile includes other/*.mk, which"));
  EXPECT_THAT(text(), HasSubstr("// Makefile includes lost.mk, which"));
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("a"));
}

TEST_F(Init, a_process_called_start_keeps_its_name_and_program) {
  write("Procfile", "web: serve\nstart: begin\n");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "start"), "exec begin");
  EXPECT_THAT(needs(made, "./", "procfile"), ElementsAre("./:web", "./:start"));
}

}  // namespace
}  // namespace dream::init
