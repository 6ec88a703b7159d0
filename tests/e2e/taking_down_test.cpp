#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "e2e/dream_run.hpp"

/// The order of the end, steps without a process, and profiles.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// ./c:dev needs ./b:dev, which needs ./a:start: servers that end when the test opens their gates.
class Services : public Workspace {
 public:
  explicit Services(const std::string& extra = {})
      : Workspace(R"({"workspace": {"./c": {"dev": ["./b"]}, "./b": {"dev": ["./a:start"]}},
          "recursive": [{"project": "./c", "tasks": ["dev"]}],
          "projects": {
            "./a": {"tasks": {"start": {"service": true, "command": "exec listener $ROOT/a-ends"}}},
            "./b": {"tasks": {"dev": {"service": true, "command": "exec listener $ROOT/b-ends"}}},
            "./c": {"tasks": {"dev": {"command": "exec listener $ROOT/c-ends"}}}},
          "tasks": {"start": {"stop": {"graceMs": 3600000}}, "dev": {"stop": {"graceMs": 3600000}}})" +
                  extra + "}"),
        a_ends(*this, "a-ends"),
        b_ends(*this, "b-ends"),
        c_ends(*this, "c-ends") {}

  Gate a_ends;
  Gate b_ends;
  Gate c_ends;
};

TEST(TakingDown, ends_a_server_before_what_it_needs) {
  const Services stack;
  DreamRun dream(stack, {.arguments = {"dev"}, .folder = "c"});
  for (const char* name : {"a", "b", "c"}) dream.await_out(std::string(name) + " | listening\n");
  dream.send(SIGTERM);
  dream.await_out("c | got SIGTERM\n");
  EXPECT_THAT(dream.out(), Not(HasSubstr("b | got")));
  stack.c_ends.open();
  dream.await_out("b | got SIGTERM\n");
  EXPECT_THAT(dream.out(), AllOf(HasSubstr("c | cleaned up"), Not(HasSubstr("a | got"))));
  stack.b_ends.open();
  dream.await_out("a | got SIGTERM\n");
  stack.a_ends.open();
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM) << dream.err();
}

TEST(TakingDown, asks_all_at_once_with_stop_order_all) {
  const Services stack(all_at_once);
  DreamRun dream(stack, {.arguments = {"dev"}, .folder = "c"});
  for (const char* name : {"a", "b", "c"}) dream.await_out(std::string(name) + " | listening\n");
  dream.send(SIGTERM);
  for (const char* name : {"a", "b", "c"}) dream.await_out(std::string(name) + " | got SIGTERM\n");
  for (const Gate* gate : {&stack.a_ends, &stack.b_ends, &stack.c_ends}) gate->open();
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM) << dream.err();
  const Finished finished =
      run(Services(R"(, "stopOrder": "backwards")"), {.arguments = {"dev"}, .folder = "c"});
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
  EXPECT_THAT(on_one_line(run(workspace, {.arguments = {"plan", "all", "--json"}}).out),
              HasSubstr(R"("id": "./:all","project": "./","task": "all","executor": null)"));
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
  EXPECT_THAT(on_one_line(run(workspace, {.arguments = {"plan", "up", "--json"}}).out),
              HasSubstr(R"("leftOut": [{"id": "./b:run","profiles": ["seed","all"],"from": )"));
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
