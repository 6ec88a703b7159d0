#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// What a stack of process-compose says of daemons, templates and what there is to be ready.
namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST_F(Init, a_stack_with_daemons_goes_on_until_it_is_stopped) {
  write("process-compose.yaml", R"(processes:
  db: {command: begin, is_daemon: true, shutdown: {command: end}}
)");
  Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "up"), "exec sleep infinity")
      << "a step without a process ends with the others";
  EXPECT_EQ(made.projects.at("./").tasks.at("up").service, true);
  EXPECT_THAT(needs(made, "./", "up"), ElementsAre("./:db", "./:db-shutdown"))
      << "nothing is left where this doesn't start";
  EXPECT_THAT(text(),
              HasSubstr("// `dream up` starts the processes of process-compose.yaml, and runs until it is "
                        "stopped, as there are daemons: db.\n"));
  write("process-compose.yaml", R"(processes:
  db: {command: begin, is_daemon: true}
  off: {command: begin, is_daemon: true, disabled: true}
  web: {command: serve}
)");
  made = workspace();
  EXPECT_EQ(command(made, "./", "up"), "exec sleep infinity") << "web may end by itself";
  EXPECT_THAT(needs(made, "./", "up"), ElementsAre("./:db optional", "& ./:web async optional"));
  EXPECT_THAT(text(), HasSubstr("daemons: db.\n"));
  write("package.json", R"({"scripts": {"x": "y"}})");
  EXPECT_EQ(workspace().projects.at("./").tasks.at("up").executor, "shell");
}

TEST_F(Init, an_exec_probe_runs_where_its_process_does_and_in_its_shell) {
  write("process-compose.yaml", R"(processes:
  away: {command: x, working_dir: /srv/app, readiness_probe: {exec: {command: test -f a}}}
  own: {command: x, readiness_probe: {exec: {command: test -f a, working_dir: sub/in}}}
  back: {command: x, working_dir: sub, readiness_probe: {exec: {command: test -f a, working_dir: .}}}
  same: {command: x, working_dir: sub, readiness_probe: {exec: {command: test -f a, working_dir: ./sub/}}}
  out: {command: x, readiness_probe: {exec: {command: test -e a, working_dir: ../out}}}
  deep: {command: x, working_dir: ./sub, readiness_probe: {exec: {command: test -f a, working_dir: ../out}}}
  above: {command: x, working_dir: sub, readiness_probe: {exec: {command: test -f a, working_dir: ..}}}
  bash: {command: x, liveness_probe: {exec: {command: "[[ ${A} == 1 ]]"}}}
)");
  workspace();
  const std::string made = text();
  for (const char* part :
       {R"("ready": { "exec": "cd /srv/app || exit; test -f a" })",
        R"("ready": { "exec": "cd sub/in || exit; test -f a" })",
        R"("ready": { "exec": "cd .. || exit; test -f a" })", R"("ready": { "exec": "test -f a" })",
        R"("ready": { "exec": "cd ../out || exit; test -e a" })",
        R"("ready": { "exec": "cd ../../out || exit; test -f a" })",
        R"("ready": { "exec": "cd ../.. || exit; test -f a" })",
        R"("health": { "exec": ["bash", "-c", "[[ $${A} == 1 ]]"] })"})
    EXPECT_THAT(made, HasSubstr(part));
}

TEST_F(Init, what_a_probe_says_of_status_headers_and_failures_is_taken_over) {
  write(".env", "TOKEN=hunter2\n");
  write("process-compose.yaml", R"(processes:
  a:
    command: x
    readiness_probe:
      http_get: {port: 80, path: /ok, status_code: 204, headers: {Authorization: "Bearer ${TOKEN}"}}
      failure_threshold: 9
      success_threshold: 2
      initial_delay_seconds: 5
    liveness_probe:
      {exec: {command: "false"}, initial_delay_seconds: 2, period_seconds: 1, failure_threshold: 8, timeout_seconds: 9}
  b: {command: x, readiness_probe: {http_get: {port: 80, status_code: 999}, success_threshold: 1, timeout_seconds: 1}}
)");
  workspace();
  const std::string made = text();
  for (const char* part :
       {R"({ "url": ":80/ok", "status": 204, "headers": { "Authorization": "Bearer ${TOKEN}" } })",
        R"("health": { "exec": "false", "every": "1s", "failures": 8 })",
        "// Not taken over: readiness_probe.success_threshold, readiness_probe.failure_threshold, "
        "liveness_probe.timeout_seconds and liveness_probe.initial_delay_seconds of a.\n",
        "// Not taken over: readiness_probe.http_get.status_code of b.\n"})
    EXPECT_THAT(made, HasSubstr(part));
}

TEST_F(Init, daemons_end_with_the_process_whose_end_is_that_of_all) {
  write("process-compose.yaml", R"(processes:
  db: {command: begin, is_daemon: true}
  tests: {command: check, availability: {exit_on_end: true}}
)");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "up"), "null");
  EXPECT_THAT(plan(made, "./", "up"), ElementsAre("./:db", "./:tests", "./:up"));
  write("process-compose.yaml", R"(processes:
  off: {command: begin, is_daemon: true, disabled: true}
  web: {command: serve}
)");
  EXPECT_EQ(command(workspace(), "./", "up"), "null");
}

TEST_F(Init, plain_values_of_vars_stand_in_place_of_their_templates) {
  write("process-compose.yaml", R"(
vars: {PORT: "80", HOST: localhost, LIST: [a]}
processes:
  a:
    command: "serve {{.HOST}}:{{ .PORT }} {{.PC_REPLICA_NUM}}"
    vars: {PORT: 81}
    environment: ["URL=http://{{.HOST}}/{{.PORT}}"]
    working_dir: "./{{.HOST}}"
    description: "On {{.PORT}}."
    readiness_probe: {exec: {command: "ask {{.PORT}}"}}
    liveness_probe: {http_get: {port: "{{.PORT}}"}}
  b: {command: "docker ps --format {{.Names}}", is_template_disabled: true}
)");
  const Workspace made = workspace();
  const TaskSettings& task = made.projects.at("./localhost").tasks.at("a");
  EXPECT_EQ(command(made, "./localhost", "a"), "serve localhost:81 0");
  EXPECT_THAT(task.env, ElementsAre(Pair("URL", "http://localhost/81")));
  EXPECT_EQ(task.description, "On 81.");
  EXPECT_THAT(line("\"a\": {"), AllOf(HasSubstr(R"("ready": { "exec": "ask 81" })"),
                                      HasSubstr(R"("health": { "http": ":81/" })")));
  EXPECT_EQ(command(made, "./", "b"), "docker ps --format {{.Names}}");
}

TEST_F(Init, a_process_with_a_template_that_nothing_fills_is_left_out_with_a_line) {
  write("process-compose.yaml", R"(
vars: {LIST: [a]}
processes:
  a: {command: "x {{.N}}"}
  b: {command: x, working_dir: "{{ .PWD }}"}
  c: {command: x, environment: ["A={{if .LIST}}y{{end}}"]}
  d: {command: y, depends_on: {a: {condition: process_started}}, description: "{{.N}}",
      readiness_probe: {http_get: {port: "80{{.N}}"}}, liveness_probe: {http_get: {port: "8{{.N}}"}}}
  e: {command: y, readiness_probe: {http_get: {port: 70000}}}
)");
  EXPECT_THAT(text(),
              AllOf(HasSubstr("// Left out: a, b and c, whose templates ({{…}}) only process-compose can "
                              "fill.\n"),
                    HasSubstr("d doesn't wait for a, which isn't there"),
                    HasSubstr("Not taken over: readiness_probe of d and e."),
                    HasSubstr("Not taken over: liveness_probe of d.")));
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("d", "e", "up"));
  write("process-compose.yaml", "processes: {a: {command: 'x {{.N}}', vars: {M: 1}}}\n");
  EXPECT_THAT(text(), HasSubstr("failed: ")) << "there is nothing else";
}

TEST_F(Init, a_template_where_there_are_no_vars_is_for_another_program) {
  write("process-compose.yaml", R"(processes:
  a: {command: "docker ps --format {{.Names}}", readiness_probe: {exec: {command: "docker ps --format {{.ID}}"}}}
  b: {command: x, working_dir: "{{ .PWD }}"}
)");
  EXPECT_EQ(command(workspace(), "./", "a"), "docker ps --format {{.Names}}");
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("ready": { "exec": "docker ps --format {{.ID}}" })"));
  EXPECT_EQ(command(workspace(), "./", "b"), "x");
  EXPECT_THAT(text(), HasSubstr("Not taken over: a template ({{…}}) of a and b."));
}

TEST_F(Init, what_others_wait_for_the_end_of_is_not_asked_whether_it_is_ready) {
  const std::string processes = R"(processes:
  once: {command: x, readiness_probe: {exec: {command: probe}}}
  after: {command: y, depends_on: {once: {condition: process_completed_successfully}}}
)";
  write("process-compose.yaml", processes);
  EXPECT_THAT(line("\"once\": {"), Not(HasSubstr("ready")));
  write("process-compose.yaml",
        processes + "  beside: {command: z, depends_on: {once: {condition: process_healthy}}}\n");
  EXPECT_THAT(line("\"once\": {"), HasSubstr("ready"));
}

TEST_F(Init, an_env_file_that_is_still_to_be_made_is_told_beside_processes) {
  write("process-compose.yaml", "processes: {a: {command: x}, b: {command: y, is_dotenv_disabled: true}}\n");
  EXPECT_THAT(text(), Not(HasSubstr(".env")));
  write(".env.example", "A=1\n");
  EXPECT_THAT(text(), HasSubstr("// There is no .env yet, which process-compose reads. Once it is made from "
                                ".env.example, call"));
  write(".env", "A=1\n");
  EXPECT_THAT(text(), Not(HasSubstr("no .env")));
  EXPECT_THAT(workspace().projects.at("./").tasks.at("a").env_files, ElementsAre(".env"));
  EXPECT_THAT(workspace().projects.at("./").tasks.at("b").env_files, ElementsAre());
}

TEST_F(Init, that_a_daemon_is_to_be_restarted_is_told) {
  write("process-compose.yaml",
        "processes: {db: {command: begin, is_daemon: true, availability: {restart: always}}}\n");
  EXPECT_THAT(text(),
              HasSubstr("// Not taken over: availability.restart (of a daemon nobody sees the end) of "
                        "db.\n"));
}

TEST_F(Init, what_others_need_only_started_may_fail_after_that) {
  write("process-compose.yaml", R"(
processes:
  helper: {command: h}
  strict: {command: s, availability: {restart: exit_on_failure}}
  setup: {command: t, depends_on: {helper: {condition: process_started}, strict: {condition: process_started}}}
  dev: {command: d, depends_on: {setup: {condition: process_completed_successfully}}}
)");
  EXPECT_THAT(needs(workspace(), "./", "setup"),
              ElementsAre("./:helper async optional", "& ./:strict async"));
}

}  // namespace
}  // namespace dream::init
