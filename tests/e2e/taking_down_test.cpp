#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "e2e/dream_run.hpp"

/// The order of the end, steps without a process, and profiles.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// A server that tells when it is asked to end, and takes a while of other processes' time for it.
std::string server(const std::string& name) {
  return "trap 'echo " + name + " is asked; sed p /dev/null; echo " + name +
         " is gone; exit 0' TERM INT; echo " + name + " is up; while :; do read word < $ROOT/nobody; done";
}

/// ./c:dev needs ./b:dev, which needs ./a:start.
class Stack : public Workspace {
 public:
  explicit Stack(const std::string& extra = {})
      : Workspace(R"({"workspace": {
          "./c": {"dev": ["./b"]}, "./b": {"dev": ["./a:start"]}},
          "recursive": [{"project": "./c", "tasks": ["dev"]}],
          "projects": {
            "./a": {"tasks": {"start": {"service": true, "command": ")" +
                  server("db") + R"("}}},
            "./b": {"tasks": {"dev": {"service": true, "command": ")" +
                  server("api") + R"("}}},
            "./c": {"tasks": {"dev": {"command": ")" +
                  server("web") + R"("}}}})" + extra + "}"),
        nobody_(*this, "nobody") {}

 private:
  Gate nobody_;
};

std::string after_signal(const Stack& workspace, std::vector<std::string> more = {}) {
  more.insert(more.begin(), "dev");
  DreamRun dream(workspace, {.arguments = more, .folder = "c"});
  for (const char* name : {"db", "api", "web"}) dream.await_out(std::string(name) + " is up\n");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM) << dream.err();
  return dream.out();
}

TEST(TakingDown, ends_a_server_before_what_it_needs) {
  const std::string out = after_signal(Stack());
  EXPECT_THAT(out, ContainsRegex("web is gone(.|\n)*api is asked(.|\n)*api is gone(.|\n)*db is asked"));
}

TEST(TakingDown, asks_all_at_once_with_stop_order_all) {
  const std::string out = after_signal(Stack(R"(, "stopOrder": "all")"));
  EXPECT_THAT(out, AllOf(HasSubstr("web is asked"), HasSubstr("api is asked"), HasSubstr("db is gone")));
  const Stack workspace(R"(, "stopOrder": "backwards")");
  const Finished finished = run(workspace, {.arguments = {"dev"}, .folder = "c"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr(R"("reverse" or "all")"));
}

TEST(TakingDown, says_who_is_asked_later) {
  const Workspace workspace(R"({"workspace": {"./c": {"dev": ["./a:start"]}}, "projects": {
      "./a": {"tasks": {"start": {"service": true, "command": "echo db is up; read word < $ROOT/nobody"}}},
      "./c": {"tasks": {"dev": {"command": "listener $ROOT/gate"}}}}})");
  const Gate nobody(workspace, "nobody");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, {.arguments = {"dev"}, .folder = "c"});
  dream.await_out("listening\n");
  dream.await_out("db is up\n");
  dream.send(SIGTERM);
  dream.await_out("got SIGTERM");
  dream.await_err("until SIGKILL, then ./a:start; Ctrl-C again to kill now");
  gate.open();
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM) << dream.err();
}

TEST(Gathering, runs_what_a_task_without_a_command_needs) {
  const Workspace workspace(R"({"workspace": {"./": {"all": ["./a:lint", "./a:test"]}}, "projects": {
      "./": {"tasks": {"all": {"command": null}}},
      "./a": {"tasks": {"lint": {"command": "echo linted"}, "test": {"command": "echo tested"}}}}})");
  const Finished finished = run(workspace, {.arguments = {"all"}});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("linted"), HasSubstr("tested")));
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "all"}}).out,
              AllOf(HasSubstr("no process"), HasSubstr("3  (nothing)")));
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "all", "--json"}}).out,
              HasSubstr(R"("id": "./:all", "project": "./", "task": "all", "executor": null)"));
}

TEST(Gathering, of_services_lasts_until_it_is_stopped) {
  const Workspace workspace(R"({"workspace": {"./": {"up": ["./a:start"]}}, "projects": {
      "./": {"tasks": {"up": {"command": null, "service": true}}},
      "./a": {"tasks": {"start": {"service": true, "command": "echo up; read word < $ROOT/nobody"}}}}})");
  const Gate nobody(workspace, "nobody");
  DreamRun dream(workspace, {.arguments = {"up"}});
  dream.await_out("up\n");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGINT) << dream.err();
}

TEST(Gathering, of_services_ends_with_the_last_of_them) {
  const Workspace workspace(
      R"({"workspace": {"./": {"up": [{"projectPath": "./a", "task": "start", "required": false}]}},
    "projects": {"./": {"tasks": {"up": {"command": null, "service": true}}},
                 "./a": {"tasks": {"start": {"service": true, "command": "exit 3"}}}}})");
  const Finished finished = run(workspace, {.arguments = {"up"}});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("./a:start"));
}

TEST(Gathering, can_have_nothing_that_only_a_process_has) {
  for (const char* key : {R"("ready": {"port": 1})", R"("timeout": 5)", R"("restart": "always")"}) {
    const Workspace workspace(R"({"projects": {"./": {"tasks": {"up": {"command": null, )" +
                              std::string(key) + "}}}}}");
    const Finished finished = run(workspace, {.arguments = {"up"}});
    EXPECT_EQ(finished.code, 2);
    EXPECT_THAT(finished.err, HasSubstr("has no process"));
  }
}

class WithProfiles : public Workspace {
 public:
  WithProfiles()
      : Workspace(
            R"({"workspace": {"./": {"up": ["./a:start", "./b:run"]}, "./b": {"run": ["./c:get"]}},
          "recursive": [{"project": "./", "tasks": ["*"]}, {"project": "./b", "tasks": ["*"]}],
          "projects": {
            "./": {"tasks": {"up": {"command": "echo up"}}},
            "./a": {"tasks": {"start": {"command": "echo db"}}},
            "./c": {"tasks": {"get": {"command": "echo data"}}},
            "./b": {"tasks": {"run": {"command": "echo seed", "profiles": ["seed", "all"]}}}}})") {}
};

TEST(Profiles, leave_out_a_step_that_is_not_asked_for_and_what_only_it_brings) {
  const WithProfiles workspace;
  const Finished finished = run(workspace, {.arguments = {"up"}});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("db\n"), HasSubstr("up\n"), Not(HasSubstr("seed")), Not(HasSubstr("data"))));
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "up"}}).out,
              AllOf(HasSubstr("Left out"), HasSubstr("./b:run  --profile seed and all")));
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "up", "--json"}}).out, HasSubstr(R"("leftOut": [
    {"id": "./b:run", "profiles": ["seed","all"], "from": )"));
}

TEST(Profiles, are_asked_for_on_the_command_line_in_the_environment_and_by_the_step_itself) {
  const WithProfiles workspace;
  const auto both = AllOf(HasSubstr("seed\n"), HasSubstr("data\n"));
  EXPECT_THAT(run(workspace, {.arguments = {"up", "--profile", "seed"}}).out, both);
  EXPECT_THAT(run(workspace, {.arguments = {"up", "--profile", "x", "--profile", "*"}}).out, both);
  EXPECT_THAT(run(workspace, {.arguments = {"up"}, .environment = {{"DREAM_PROFILES", "x, all"}}}).out, both);
  EXPECT_THAT(run(workspace, {.arguments = {"run"}, .folder = "b"}).code, 2);
  EXPECT_THAT(run(workspace, {.arguments = {"run", "run"}, .folder = "b"}).out, both);
}

}  // namespace
}  // namespace dream::e2e
