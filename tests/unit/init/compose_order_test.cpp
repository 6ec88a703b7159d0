#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(Init, a_health_check_of_compose_is_the_containers_and_who_needs_it_waits_for_it) {
  write("compose.yaml", R"(
services:
  db:
    image: i
    healthcheck: {test: "pg_isready -U $$USER", interval: 5s, timeout: 1.5s, retries: 3, start_period: 1m}
  off: {image: i, healthcheck: {disable: true}}
  list: {image: i, healthcheck: {test: [CMD, disable, "b c"]}}
  line: {image: i, healthcheck: {test: [CMD-SHELL, "a || exit 1"]}}
  none: {image: i, healthcheck: {test: [NONE]}}
  bare: {image: i}
  api:
    image: i
    depends_on: {db: {condition: service_healthy}, bare: {condition: service_healthy}, off: {condition: service_healthy}}
  job: {image: i, depends_on: [db]}
)");
  const Workspace made = workspace();
  EXPECT_THAT(line("\"db\": {"), HasSubstr(R"("ready": { "healthcheck": true })"));
  EXPECT_THAT(line("\"db\": {"),
              HasSubstr(R"("healthcheck": { "test": "pg_isready -U $$USER", "interval": 5000, )"
                        R"("timeout": 1500, "startPeriod": 60000, "retries": 3 })"));
  EXPECT_THAT(line("\"off\": {"), HasSubstr(R"("healthcheck": { "disable": true })"));
  EXPECT_THAT(line("\"none\": {"), HasSubstr(R"("healthcheck": { "disable": true })"));
  EXPECT_THAT(line("\"list\": {"),
              AllOf(HasSubstr(R"("healthcheck": { "test": ["disable", "b c"] })"), HasSubstr("service")));
  EXPECT_THAT(line("\"line\": {"), HasSubstr(R"("healthcheck": { "test": "a || exit 1" })"));
  EXPECT_THAT(line("\"bare\": {"), HasSubstr(R"("ready": { "healthcheck": true })"))
      << "its image may have one";
  EXPECT_THAT(needs(made, "./", "api"), ElementsAre("./:db", "& ./:bare", "& ./:off"));
  EXPECT_THAT(needs(made, "./", "job"), ElementsAre("./:db started")) << "it doesn't ask for health";
  EXPECT_THAT(text(), HasSubstr("off has no health check: what needs it starts as soon as it has started."));
}

TEST_F(Init, a_restart_policy_is_the_engines_and_what_ends_by_itself_is_no_service) {
  write("compose.yaml", R"(
services:
  a: {image: i, restart: always}
  b: {image: i, restart: unless-stopped}
  c: {image: i, restart: "on-failure:4"}
  d: {image: i, restart: "no"}
  e: {image: i, deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}}
  f: {image: i, deploy: {restart_policy: {}}}
)");
  const auto tasks = workspace().projects.at("./").tasks;
  EXPECT_EQ(tasks.at("a").restart->on, Restart::On::always);
  EXPECT_EQ(tasks.at("a").restart->max, 0U);
  EXPECT_EQ(tasks.at("a").service, true);
  EXPECT_EQ(tasks.at("b").restart->on, Restart::On::always);
  EXPECT_EQ(tasks.at("c").restart->on, Restart::On::failure);
  EXPECT_EQ(tasks.at("c").restart->max, 4U);
  EXPECT_EQ(tasks.at("c").service, std::nullopt);
  EXPECT_EQ(tasks.at("d").restart, std::nullopt);
  EXPECT_EQ(tasks.at("d").service, std::nullopt);
  EXPECT_EQ(tasks.at("e").restart->max, 2U);
  EXPECT_EQ(tasks.at("f").restart->on, Restart::On::always);
}

TEST_F(Init, up_runs_nothing_itself_and_starts_all_side_by_side) {
  write("compose.yaml", "services: {a: {image: i}, b: {image: i, restart: always}}\n");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "up"), "null");
  EXPECT_EQ(made.projects.at("./").tasks.at("up").service, true);
  EXPECT_EQ(made.projects.at("./").tasks.at("up").executor, std::nullopt);
  EXPECT_THAT(needs(made, "./", "up"), ElementsAre("./:a async optional", "& ./:b"));
}

TEST_F(Init, what_compose_goes_on_without_may_fail) {
  write("compose.yaml", R"(
services:
  web: {image: i, depends_on: {db: {condition: service_healthy}, setup: {condition: service_completed_successfully}, mail: {condition: service_started}, queue: {condition: service_started}}}
  db: {image: i}
  setup: {image: i}
  mail: {image: i}
  queue: {image: i, restart: unless-stopped}
)");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "up"), ElementsAre("./:web async optional", "& ./:db", "& ./:setup",
                                                   "& ./:mail optional", "& ./:queue"));
  EXPECT_THAT(needs(made, "./", "web"),
              ElementsAre("./:db", "& ./:setup", "& ./:mail optional", "& ./:queue"));
  EXPECT_EQ(made.projects.at("./").tasks.at("mail").service, true)
      << "who needs it alone, needn't wait for its end";
}

TEST_F(Init, services_with_profiles_are_started_only_where_one_is_asked_for) {
  write("compose.yaml", R"(
services:
  web: {image: i, depends_on: {trace: {condition: service_started, required: false}}}
  trace: {image: i, profiles: [debug]}
  seed: {image: i, profiles: [seed, all, "*"]}
)");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_THAT(names(tasks), ElementsAre("seed", "trace", "up", "web"));
  EXPECT_EQ(tasks.at("web").profiles, std::nullopt);
  EXPECT_THAT(tasks.at("seed").profiles, testing::Optional(ElementsAre("seed", "all")));
  EXPECT_THAT(needs(made, "./", "up"),
              ElementsAre("./:web async optional", "& ./:trace optional", "& ./:seed async optional"));
  EXPECT_THAT(needs(made, "./", "web"), ElementsAre("./:trace optional"));
  EXPECT_THAT(text(),
              HasSubstr("`dream up --profile NAME` starts those of a profile, too: debug, seed and all.\n"));
  write(".env", "COMPOSE_PROFILES=debug,other\n");
  const Workspace with_debug = workspace();
  EXPECT_EQ(with_debug.projects.at("./").tasks.at("trace").profiles, std::nullopt)
      << "it is asked for always";
  EXPECT_THAT(text(), HasSubstr("too: seed and all.\n"));
}

TEST_F(Init, a_service_that_restarts_with_another_one_does_so_here) {
  write("compose.yaml",
        "services: {a: {image: i, depends_on: {b: {condition: service_started, restart: true}}}, "
        "b: {image: i, restart: always}}\n");
  EXPECT_TRUE(workspace().dependencies.at("./").at("a").entries.at(0).restart_with);
}

TEST_F(Init, a_service_of_which_there_are_none_is_not_started) {
  write("compose.yaml",
        "services: {a: {image: i, scale: 0}, b: {image: i, deploy: {replicas: 0}}, "
        "c: {image: i, scale: 1, attach: false}, d: {image: i, scale: 2}}\n");
  EXPECT_THAT(needs(workspace(), "./", "up"), ElementsAre("./:c async optional", "& ./:d async optional"));
  EXPECT_THAT(text(), AllOf(HasSubstr("// Not started by `dream up`, as their scale is 0: a and b.\n"),
                            HasSubstr("// Not taken over: scale of d.\n")));
}

TEST_F(Init, services_that_need_themselves_or_one_another_make_no_cycle) {
  write("compose.yaml", R"(
services:
  a: {image: i, depends_on: [b, a]}
  b: {image: i, depends_on: [a, nobody]}
  up: {image: i}
)");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "a"), ElementsAre("./:b optional"));
  EXPECT_THAT(plan(made, "./", "compose-up"), ElementsAre("./:b b", "./:a b", "./:up b", "./:compose-up b"));
  EXPECT_THAT(text(), AllOf(HasSubstr("./:a doesn't wait for itself."),
                            HasSubstr("./:b doesn't wait for ./:a, which waits for it."),
                            HasSubstr("b doesn't wait for nobody, which isn't there.")));
}

}  // namespace
}  // namespace dream::init
