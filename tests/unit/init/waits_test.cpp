#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, whose_end_one_service_waits_for_is_in_front_for_all) {
  write("compose.yaml", R"(
services:
  other: {image: i, depends_on: [setup]}
  web: {image: i, depends_on: {setup: {condition: service_completed_successfully}}}
  setup: {image: i}
)");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "other"), ElementsAre("./:setup"))
      << "as the first that is mentioned, it would decide that nobody waits for that end";
  EXPECT_THAT(needs(made, "./", "web"), ElementsAre("./:setup"));
  EXPECT_THAT(plan(made, "./", "up"), ElementsAre("./:setup", "./:other b", "./:web b", "./:up b"));
  EXPECT_THAT(text(),
              HasSubstr("// other starts when setup has ended, not beside it, as others wait for that.\n"));
}

TEST_F(Init, a_service_that_is_needed_while_it_runs_is_no_step_whose_end_is_waited_for) {
  write("compose.yaml", R"(
services:
  db: {image: i, healthcheck: {test: "true"}}
  bye: {image: i, depends_on: {db: {condition: service_completed_successfully}}}
  api: {image: i, depends_on: {db: {condition: service_healthy}}}
  after: {image: i, depends_on: [bye]}
)");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "api"), ElementsAre("./:db async"));
  EXPECT_THAT(needs(made, "./", "bye"), ElementsAre("./:db"));
  EXPECT_THAT(plan(made, "./", "up"), ElementsAre("./:db b", "./:api b", "./:up b"));
  EXPECT_TRUE(made.projects.at("./").tasks.at("db").ready.has_value());
  EXPECT_THAT(text(),
              AllOf(HasSubstr("// Not started by `dream up`, as they wait for the end of db, which others "
                              "need while it runs: bye and after.\n"),
                    Not(HasSubstr("no health check"))));
}

TEST_F(Init, a_process_that_is_needed_while_it_runs_is_no_step_whose_end_is_waited_for) {
  write("process-compose.yaml", R"(
processes:
  cleanup: {command: c, depends_on: {server: {condition: process_completed}}}
  report: {command: d, depends_on: {job: {condition: process_completed_successfully}}}
  server: {command: s, readiness_probe: {exec: {command: "true"}}}
  client: {command: b, depends_on: {server: {condition: process_healthy}}}
  beside: {command: e, depends_on: {job: {condition: process_started}}}
  job: {command: j}
)");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "client"), ElementsAre("./:server async"));
  EXPECT_THAT(needs(made, "./", "cleanup"), ElementsAre("./:server optional"));
  EXPECT_THAT(needs(made, "./", "beside"), ElementsAre("./:job"));
  EXPECT_THAT(plan(made, "./", "up"),
              ElementsAre("./:job", "./:report b", "./:server b", "./:client b", "./:beside b", "./:up b"));
  EXPECT_THAT(text(),
              AllOf(HasSubstr("// Not started by `dream up`, as it waits for the end of server, which "
                              "others need while it runs: cleanup.\n"),
                    HasSubstr("// beside starts when job has ended, not beside it")));
}

TEST_F(Init, a_daemon_of_process_compose_has_ended_and_is_ready) {
  write("process-compose.yaml", R"(
processes:
  db: {command: "pg start", is_daemon: true, readiness_probe: {exec: {command: pg_isready}}}
  web: {command: w, depends_on: {db: {condition: process_healthy}}}
  seed: {command: s, depends_on: {db: {condition: process_completed_successfully}}}
)");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "up"),
              ElementsAre("./:db", "& ./:web async optional", "& ./:seed async optional"));
  EXPECT_THAT(text(), Not(HasSubstr("Not started")));
}

}  // namespace
}  // namespace dream::init
