#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST_F(Init, processes_of_process_compose_become_tasks_that_wait_as_they_do_there) {
  write(".env", "PORT=80\n");
  write("process-compose.yaml", R"(
version: "0.5"
environment: [A=1, "URL=http://h:${PORT}/$$x"]
processes:
  web:
    command: "serve --port $PORT ${MORE:-}"
    working_dir: ./app
    environment: [A=2]
    depends_on:
      db: {condition: process_healthy}
      migrate: {condition: process_completed_successfully}
      log: {condition: process_log_ready}
    availability: {restart: exit_on_failure}
    shutdown: {signal: 2, timeout_seconds: 3, parent_only: yes}
  migrate: {command: "migrate", depends_on: {db: {condition: process_healthy}}}
  db:
    command: "postgres"
    readiness_probe: {exec: {command: "pg_isready"}}
    availability: {restart: on_failure, backoff_seconds: 2, max_restarts: 3}
  log: {command: "run", ready_log_line: "up * here $${x}"}
  tool: {command: "x", disabled: true}
  http: {command: "[[ ${A} ]] && b", readiness_probe: {http_get: {host: localhost, port: 8080, path: /ok}},
         liveness_probe: {http_get: {host: h, port: 1}, period_seconds: 5}}
  last: {entrypoint: [a, "b c"], availability: {exit_on_end: true}, is_tty: true}
)");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  const TaskSettings& web = made.projects.at("./app").tasks.at("web");
  EXPECT_EQ(command(made, "./app", "web"), "serve --port $PORT ${MORE:-}");
  EXPECT_THAT(web.env, ElementsAre(Pair("A", "2"), Pair("URL", "http://h:<PORT>/$x")));
  EXPECT_THAT(web.env_files, ElementsAre("../.env"));
  EXPECT_THAT(tasks.at("db").env_files, ElementsAre(".env"));
  EXPECT_EQ(web.stop_grace, std::chrono::seconds(3));
  EXPECT_EQ(web.stop_signal, SIGINT);
  EXPECT_EQ(web.stop_to, StopTo::root);
  EXPECT_THAT(needs(made, "./app", "web"), ElementsAre("./:db async", "& ./:migrate", "& ./:log async"));
  EXPECT_EQ(tasks.at("db").restart->max, 3U);
  EXPECT_EQ(tasks.at("db").restart->delay, std::chrono::seconds(2));
  EXPECT_EQ(tasks.at("last").service, true) << "web may end by itself";
  EXPECT_THAT(text(), HasSubstr("last ends all, and a service that ends by itself counts as a failure"));
  EXPECT_EQ(command(made, "./", "last"), R"({ "a", "b c" })");
  EXPECT_EQ(command(made, "./", "http"), R"({ "bash", "-c", "[[ ${A} ]] && b" })");
  EXPECT_THAT(line("\"log\": {"), HasSubstr(R"("ready": { "log": "up \\* here $${x}" })"));
  EXPECT_THAT(line("\"http\": {"), AllOf(HasSubstr(R"("ready": { "http": ":8080/ok" })"),
                                         HasSubstr(R"("health": { "http": "http://h:1/", "every": "5s" })")));
  EXPECT_THAT(plan(made, "./", "up"), ElementsAre("./:db b", "./:migrate", "./:log b", "./app:web b",
                                                  "./:http b", "./:last b", "./:up b"));
  EXPECT_THAT(needs(made, "./", "up"),
              ElementsAre("./app:web async", "& ./:migrate", "& ./:db async", "& ./:log async",
                          "& ./:http async optional", "& ./:last"));
  EXPECT_EQ(command(made, "./", "up"), "null");
  EXPECT_THAT(text(),
              AllOf(HasSubstr("as they are disabled: tool."), HasSubstr("Not taken over: is_tty of last.")));
}

TEST_F(Init, a_process_keeps_what_process_compose_passes_on_and_one_without_a_command_is_told) {
  write("process-compose.yaml", R"(
processes:
  a: {command: "echo $PATH", environment: [PATH, "B=2"]}
  b: {command: ["printf", "x"]}
)");
  const Workspace made = workspace();
  EXPECT_THAT(made.projects.at("./").tasks.at("a").env, ElementsAre(Pair("B", "2")));
  EXPECT_THAT(line("b has no command"), HasSubstr("it does nothing"));
}

TEST_F(Init, a_process_is_put_over_the_one_that_it_extends) {
  write("process-compose.yaml", R"(
processes:
  derived: {extends: base, environment: ["FOO=override"]}
  base: {command: 'echo base $FOO', environment: ["FOO=bar", "SHARED=x"], success_exit_codes: [3], env_file: .env.test}
  last: {extends: derived, command: run, working_dir: sub}
  words: {entrypoint: [sh, -c], disabled: true}
  more: {extends: words, entrypoint: [x], disabled: false}
)");
  for (const char* file : {".env.test", "sub/.env.test"}) write(file, "SHARED=file\n");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_EQ(command(made, "./", "derived"), "echo base $FOO");
  EXPECT_THAT(tasks.at("derived").env, UnorderedElementsAre(Pair("FOO", "override"), Pair("SHARED", "x")));
  EXPECT_THAT(tasks.at("derived").env_files, ElementsAre(".env.test"));
  EXPECT_THAT(made.projects.at("./sub").tasks.at("last").env_files, ElementsAre(".env.test"));
  EXPECT_EQ(command(made, "./", "more"), R"({ "sh", "-c", "x" })");
  EXPECT_THAT(text(), HasSubstr("as they are disabled: words and more."));
  EXPECT_THAT(line("\"base\": {"), HasSubstr(R"("successCodes": [0, 3])"));
  write("process-compose.yaml", "processes: {a: {extends: b}, b: {extends: a}}\n");
  EXPECT_THAT(text(), HasSubstr("processes extend one another without end"));
  write("process-compose.yaml", "processes: {a: {extends: c}}\n");
  EXPECT_THAT(text(), HasSubstr("a process extends one that isn't there: c"));
}

TEST_F(Init, the_end_of_one_process_is_that_of_all_where_the_others_go_on) {
  const std::string others = R"(processes:
  server: {command: serve, readiness_probe: {http_get: {port: 80}}}
  prepare: {command: once}
  tests: {command: check, availability: {exit_on_end: true}, depends_on: {prepare: {condition: process_completed_successfully}}}
  off: {command: x, disabled: true, availability: {exit_on_end: true}}
)";
  write("process-compose.yaml", others);
  EXPECT_THAT(plan(workspace(), "./", "up"), ElementsAre("./:server b", "./:prepare", "./:tests", "./:up"));
  EXPECT_EQ(workspace().projects.at("./").tasks.at("server").service, true);
  write("process-compose.yaml", others + "  gen: {command: once, availability: {restart: on_failure}}\n");
  EXPECT_THAT(plan(workspace(), "./", "up"), Contains("./:tests b")) << "gen may end by itself";
  EXPECT_FALSE(workspace().projects.at("./").tasks.at("gen").service);
}

TEST_F(Init, what_all_processes_have_comes_behind_the_file_of_one) {
  write("process-compose.yaml", R"(
environment: [MODE=all, OTHER=x]
processes: {a: {command: x, working_dir: sub, env_file: own.env}, b: {command: y, env_file: none.env}}
)");
  write("sub/own.env", "MODE=file\n");
  write(".env", R"({"of": "another form"})");
  const Workspace made = workspace();
  EXPECT_THAT(made.projects.at("./sub").tasks.at("a").env, ElementsAre(Pair("OTHER", "x")));
  EXPECT_THAT(made.projects.at("./sub").tasks.at("a").env_files, ElementsAre("own.env"));
  EXPECT_TRUE(made.projects.at("./").tasks.at("b").env_files.empty());
  EXPECT_THAT(text(), AllOf(HasSubstr("b has the env_file none.env, which isn't there"),
                            HasSubstr("Not read: .env:1")));
}

TEST_F(Init, files_that_name_nothing_and_an_env_file_of_another_form_are_in_nobodys_way) {
  write("package.json", R"({"name": "x", "scripts": {"dev": "true"}})");
  for (const char* name : {"process-compose.yaml", "mprocs.yaml", "Taskfile.yml"})
    write(name, "version: '3'\n");
  write(".env", "no variable\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("the file has no processes"), HasSubstr("the file has no procs"),
                            HasSubstr("the file has no tasks"), HasSubstr("package.json: dev")));
  write(".env", "A=b\n");
  write("compose.yaml", "services: {}\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("the file has no services"), HasSubstr("package.json: dev")));
}

TEST_F(Init, a_file_of_process_compose_lies_over_those_it_extends_and_under_its_override) {
  write("process-compose.yaml", R"(
extends: base/one.yaml
environment: [A=own]
processes:
  web: {command: "serve --dev", environment: [B=own]}
)");
  write("base/one.yaml", R"(
extends: deep/two.yaml
environment: [A=base, C=base]
processes:
  web: {command: serve, environment: [B=base, D=base], ready_log_line: up, working_dir: ../app}
  jobs: {command: work}
)");
  write("base/deep/two.yaml", "processes: {log: {command: tail, working_dir: /var}, jobs: {command: no}}\n");
  write("process-compose.override.yml", "processes: {jobs: {command: 'work --slow'}, more: {command: x}}\n");
  const Workspace made = workspace();
  const TaskSettings& web = made.projects.at("./app").tasks.at("web");
  EXPECT_EQ(command(made, "./app", "web"), "serve --dev");
  EXPECT_THAT(web.env,
              UnorderedElementsAre(Pair("A", "own"), Pair("B", "own"), Pair("C", "base"), Pair("D", "base")));
  EXPECT_THAT(line("\"web\": {"), HasSubstr(R"("ready": { "log": "up" })"));
  EXPECT_EQ(command(made, "./base", "jobs"), "work --slow") << "where no folder is named, it is the file's";
  EXPECT_EQ(command(made, "./", "log"), "cd /var || exit; tail");
  EXPECT_EQ(command(made, "./", "more"), "x");
  write("base/deep/two.yaml", "extends: ../one.yaml\n");
  EXPECT_THAT(text(), HasSubstr("files extend one another in a circle: one.yaml"));
  std::filesystem::remove(folder_.path() / "base/deep/two.yaml");
  EXPECT_THAT(text(), HasSubstr("there is no file two.yaml"));
}

TEST_F(Init, settings_of_process_compose_have_the_values_of_their_variables) {
  write(".env", "ENDS=true\n");
  write("process-compose.yaml", R"(
processes:
  a: {command: "x $HOME", availability: {restart: "${RESTART:-on_failure}", max_restarts: "${MOST:-2}"}}
  b: {command: y, availability: {exit_on_end: $ENDS}, readiness_probe: {http_get: {port: "${PORT:-3000}"}}}
)");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_EQ(tasks.at("a").restart->max, 2U);
  EXPECT_EQ(tasks.at("b").service, true);
  EXPECT_THAT(line("\"b\": {"), HasSubstr(R"("ready": { "http": ":3000/" })"));
  EXPECT_EQ(command(made, "./", "a"), "x $HOME");
}

TEST_F(Init, a_command_that_ends_a_daemon_runs_at_the_end) {
  write("process-compose.yaml", R"(
processes:
  stack: {command: "up -d", is_daemon: true, environment: [A=1], working_dir: ./infra, shutdown: {command: "down"}}
  other: {command: "begin", is_daemon: true, shutdown: {command: "end"}}
  web: {command: serve, depends_on: {stack: {condition: process_healthy}}, shutdown: {command: "no"}}
)");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./infra", "stack-shutdown"), "down");
  EXPECT_THAT(made.projects.at("./infra").tasks.at("stack-shutdown").env, ElementsAre(Pair("A", "1")));
  EXPECT_THAT(plan(made, "./", "up"), ElementsAre("./infra:stack", "./:other", "./:web b",
                                                  "./:other-shutdown", "./infra:stack-shutdown", "./:up b"));
  EXPECT_THAT(text(), HasSubstr("Not taken over: shutdown.command of web."));
}

TEST_F(Init, each_replica_of_a_process_is_a_task) {
  write("process-compose.yaml", R"(
processes:
  node: {command: "serve n$${PC_REPLICA_NUM}", replicas: 2, environment: ["A=b{{ .PC_REPLICA_NUM }}"],
         readiness_probe: {http_get: {port: "822{{.PC_REPLICA_NUM}}"}}}
  first: {command: x, depends_on: {node-0: {condition: process_healthy}}}
  both: {command: y, depends_on: {node: {condition: process_healthy}, gone: {condition: process_healthy}}}
)");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "first"), ElementsAre("./:node-0 async"));
  EXPECT_THAT(needs(made, "./", "both"), ElementsAre("./:node-0 async", "& ./:node-1 async"));
  EXPECT_THAT(text(), HasSubstr("// both doesn't wait for gone, which isn't there.\n"));
  const TaskSettings& second = made.projects.at("./").tasks.at("node-1");
  EXPECT_THAT(second.env, ElementsAre(Pair("A", "b1"), Pair("PC_REPLICA_NUM", "1")));
  EXPECT_THAT(line("\"node-1\": {"), HasSubstr(R"("ready": { "http": ":8221/" })"));
  EXPECT_EQ(command(made, "./", "node-1"), "serve n${PC_REPLICA_NUM}");
  write("process-compose.yaml",
        "processes: {a: {command: x, replicas: 12}, b: {command: y, replicas: 1000}}\n");
  EXPECT_TRUE(workspace().projects.at("./").tasks.contains("a-03"));
  EXPECT_THAT(text(), HasSubstr("Not taken over: replicas of b."));
}

TEST_F(Init, a_process_that_may_fail_with_process_compose_may_fail_with_dream) {
  write("process-compose.yml",
        "processes: {a: {command: x}, b: {command: y, availability: {restart: exit_on_failure}}, "
        "c: {command: z, depends_on: {d: {condition: process_completed}}}, d: {command: w}}\n");
  const Workspace made = workspace();
  std::vector<std::string> optional;
  for (const Dependency& one : made.dependencies.at("./").at("up").entries) {
    if (one.required == false) optional.push_back(one.task);
  }
  EXPECT_THAT(optional, ElementsAre("a", "c", "d"));
  EXPECT_EQ(made.dependencies.at("./").at("c").entries.at(0).required, false)
      << "its end counts, not its success";
}

TEST_F(Init, a_command_of_process_compose_is_left_to_its_shell) {
  write("process-compose.yaml", R"(
processes: {a: {command: "echo $A ${B} ${C:-${D:-c}} ${E-} ${F:+f} $$G '$${H}' $1"}}
)");
  EXPECT_EQ(command(workspace(), "./", "a"), "echo $A ${B} ${C:-${D:-c}} ${E-} ${F:+f} $G '${H}' $1");
}

TEST_F(Init, a_daemon_of_process_compose_stays_when_its_command_has_ended) {
  write("process-compose.yaml", R"(
processes:
  db:
    command: pg_ctl start
    is_daemon: true
    readiness_probe: {exec: {command: pg_isready}}
    availability: {restart: always}
    shutdown: {command: pg_ctl stop}
  web: {command: serve, depends_on: {db: {condition: process_healthy}}}
  log: {command: tail, depends_on: {db: {condition: process_started}}}
)");
  const Workspace made = workspace();
  const TaskSettings& db = made.projects.at("./").tasks.at("db");
  EXPECT_EQ(db.leftovers, Leftovers::keep);
  EXPECT_FALSE(db.restart.has_value());
  EXPECT_THAT(needs(made, "./", "web"), ElementsAre("./:db"));
  EXPECT_THAT(line("\"log\": ["), HasSubstr(R"("task": "db", "waitFor": "started")"));
  EXPECT_THAT(needs(made, "./", "up"),
              ElementsAre("./:db", "& ./:web async optional", "& ./:log async optional", "./:db-shutdown"));
}

TEST_F(Init, a_yaml_file_is_known_by_what_it_has) {
  write("one.yaml", "processes: {a: {command: x}}\n");
  write("two.yaml", "procs: {b: x}\n");
  write("three.yml", "tasks: {c: x}\n");
  write("four.yaml", "services: {d: {image: i}}\nprocesses: {a: {command: x}}\n");
  EXPECT_THAT(names(workspace("one.yaml").projects.at("./").tasks), ElementsAre("a", "up"));
  EXPECT_THAT(names(workspace("two.yaml").projects.at("./").tasks), ElementsAre("b", "start"));
  EXPECT_THAT(names(workspace("three.yml").projects.at("./").tasks), ElementsAre("c"));
  EXPECT_THAT(names(workspace("four.yaml").projects.at("./").tasks), ElementsAre("d", "up"));
}

TEST_F(Init, a_folder_outside_of_the_workspace_is_no_project) {
  write("process-compose.yaml", "processes: {a: {command: x, working_dir: \"/srv/a b\"}}\n");
  EXPECT_EQ(command(workspace(), "./", "a"), "cd '/srv/a b' || exit; x");
}

}  // namespace
}  // namespace dream::init
