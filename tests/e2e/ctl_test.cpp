#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <vector>

#include "e2e/ctl_stack.hpp"
#include "e2e/process_list.hpp"
#include "e2e/terminal.hpp"

/// A run that is asked and told from another process.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(Ctl, ps_shows_the_steps_and_why_they_wait) {
  const Finished before = stack.ctl({"ps"});
  EXPECT_EQ(before.code, 0) << before.err;
  EXPECT_THAT(before.out, AllOf(StartsWith("./c:dev  run "), ContainsRegex("./a:start +running"),
                                ContainsRegex("./c:dev +pending .*waits for ./a:start")));
  open();
  EXPECT_THAT(stack.ctl({"ps"}).out,
              AllOf(ContainsRegex("./a:start +ready"), ContainsRegex("./c:dev +running")));
  EXPECT_THAT(on_one_line(stack.ctl({"ps", "--json"}).out),
              AllOf(HasSubstr(R"({"v": 1,"run": ")"), HasSubstr(R"("requested": ["./c:dev"])"),
                    ContainsRegex(R"("state": "ready".*"pid": [0-9]+)")));
}

TEST(CtlElsewhere, ps_says_what_the_executor_says_of_a_step_without_a_process) {
  const Stack stack(R"({"executors": {"unusual": {"plugin": ")" DREAM_UNUSUAL_PLUGIN R"("}},
      "workspace": {"./c": {"dev": [{"projectPath": "./a", "task": "stays", "async": true}]}}, "projects": {
        "./a": {"executor": "unusual", "tasks": {"stays": {"stop": {"graceMs": 1}}}},
        "./c": {"tasks": {"dev": {"command": "echo runs; read word < $ROOT/nobody"}}}}})");
  DreamRun dream(stack, stack.launch({"dev", "--trust"}));
  dream.await_out("runs");
  EXPECT_THAT(stack.ctl({"ps"}).out, ContainsRegex("./a:stays +running .* job 17, queued"));
  EXPECT_THAT(stack.ctl({"ps", "--json"}).out, HasSubstr(R"("detail": "job 17, queued")"));
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM);
}

TEST_F(Ctl, why_tells_the_chain_of_what_is_waited_for) {
  const Finished finished = stack.ctl({"why", "dev"});
  EXPECT_THAT(finished.out, AllOf(ContainsRegex("./c:dev has been pending for .*: waits for ./a:start"),
                                  ContainsRegex("./a:start has been running for .*dream.json:1:")));
  EXPECT_THAT(
      on_one_line(stack.ctl({"why", "dev", "--json"}).out),
      ContainsRegex(R"(^\{"v": 1,"run": "[0-9a-f-]+","why": \["./c:dev has been pending [^]]*"\]\})"));
  const Finished unknown = stack.ctl({"why", "./a:strat"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr(R"(did you mean "./a:start"?)"));
  EXPECT_THAT(stack.ctl({"why", "strat"}).err, HasSubstr(R"(did you mean "start"?)"));
  EXPECT_THAT(stack.ctl({"why", "a:strat"}).err, HasSubstr(R"(did you mean "a:start"?)"));
}

TEST_F(Ctl, logs_shows_what_was_written_and_goes_on) {
  EXPECT_EQ(stack.ctl({"logs", "./a:start"}).out, "begun\n");
  DreamRun follower(stack, stack.launch({"ctl", "logs", "-f"}));
  follower.await_out("./a:start | begun\n");
  open();
  follower.await_out("./a:start | open\n");
  follower.await_out("./c:dev | c runs\n");
  EXPECT_EQ(stack.ctl({"logs", "./a:start", "-n", "1"}).out, "open\n");
  const Finished none = stack.ctl({"logs", "./a:start", "-n", "0"});
  EXPECT_EQ(none.code, 0) << none.err;
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(stack.ctl({"logs", "--raw"}).out, "begun\nopen\nc runs\n");
  dream.send(SIGTERM);
  EXPECT_EQ(follower.exit_code_beside_others(), 0);
}

TEST_F(Ctl, ps_watches_until_no_run_is_left) {
  DreamRun watcher(stack, stack.launch({"ctl", "ps", "--watch"}));
  watcher.await_out("./a:start");
  open();
  watcher.await_out("running");
  dream.send(SIGTERM);
  EXPECT_EQ(watcher.exit_code_beside_others(), 0);
  EXPECT_EQ(stack.ctl({"ps", "--watch", "--json"}).code, 2);
}

TEST_F(Ctl, wait_returns_when_it_is_so) {
  const Finished none = stack.ctl({"wait", "--timeout", "0"});
  EXPECT_EQ(none.code, 124);
  EXPECT_THAT(none.err, HasSubstr("not done after 0 ms (dream ctl ps shows"));
  EXPECT_EQ(stack.ctl({"wait", "./a:start", "--until", "started"}).code, 0);
  DreamRun waiting(stack, stack.launch({"ctl", "wait"}));
  open();
  EXPECT_EQ(waiting.exit_code_beside_others(), 0);
}

TEST_F(Ctl, wait_until_ready_fails_for_a_step_without_ready_and_takes_it_from_its_start_among_all) {
  RawClient client(stack);
  client.line();
  client.send("{\"id\":3,\"do\":\"wait\",\"steps\":[],\"until\":\"ready\"}\n");
  open();
  EXPECT_EQ(client.line(), R"({"id":3,"ok":{}})");
  const Finished never = stack.ctl({"wait", "./c:dev", "--until", "ready"});
  EXPECT_EQ(never.code, 1);
  EXPECT_THAT(never.err, AllOf(HasSubstr("./c:dev has no \"ready\""), HasSubstr("--until started")));
  EXPECT_EQ(stack.ctl({"wait", "./a:start", "--until", "ready"}).code, 0);
}

TEST(Wait, fails_for_an_optional_step_that_has_failed_only_if_it_is_named) {
  const Stack stack(
      R"({"workspace": {"./c": {"dev": [{"projectPath": "./a", "task": "start", "async": true, "required": false}]}},
      "projects": {
        "./a": {"tasks": {"start": {"command": "echo begun; read word < $ROOT/gate; exit 5", "ready": {"log": "up"}}}},
        "./c": {"tasks": {"dev": {"command": "echo c runs; read word < $ROOT/nobody"}}}}})");
  DreamRun dream(stack, stack.launch({"dev", "-o", "prefix"}));
  dream.await_out("begun\n");
  stack.gate.open();
  dream.await_err("./a:start failed: exit code 5");
  dream.await_out("c runs\n");
  EXPECT_EQ(stack.ctl({"wait"}).code, 0);
  const Finished named = stack.ctl({"wait", "./a:start"});
  EXPECT_EQ(named.code, 1);
  EXPECT_THAT(named.err, HasSubstr("./a:start has ended: exit code 5"));
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM);
}

TEST_F(Ctl, stop_holds_a_step_until_it_is_started) {
  open();
  EXPECT_EQ(stack.ctl({"stop", "./a:start"}).code, 0);
  EXPECT_THAT(stack.ctl({"ps"}).out,
              AllOf(ContainsRegex("./a:start +held"), ContainsRegex("./c:dev +running")));
  dream.await_err("./a:start is stopped on request; dream ctl start ./a:start starts it");
  const Finished again = stack.ctl({"stop", "./a:start"});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("./a:start is held"));
  EXPECT_EQ(stack.ctl({"start", "./a:start"}).code, 0);
  dream.await_err("./a:start started again (attempt 2)");
  stack.gate.open();
  EXPECT_EQ(stack.ctl({"wait", "./a:start"}).code, 0);
  EXPECT_EQ(stack.ctl({"restart", "./a:start"}).code, 0);
  dream.await_err("./a:start started again (attempt 3)");
  EXPECT_EQ(stack.ctl({"start", "./c:dev"}).code, 1);
  EXPECT_EQ(stack.ctl({"stop"}).code, 2);
}

TEST_F(Ctl, down_ends_the_run_without_failure) {
  open();
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  over = true;
  EXPECT_EQ(dream.exit_code_once_all_ended(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("stopping: stopped on request"));
  const Finished gone = stack.ctl({"ps"});
  EXPECT_EQ(gone.code, 3);
  EXPECT_THAT(gone.err, HasSubstr("no run of this workspace goes on"));
}

TEST_F(Ctl, events_begin_with_all_steps) {
  EXPECT_THAT(stack.ctl({"events"}).out,
              ContainsRegex(R"(^\{"v":1,"atUs":[0-9]+,"event":"snapshot","steps":\[\{"step":"./a:start")"));
  DreamRun follower(stack, stack.launch({"ctl", "events", "-f"}));
  follower.await_out("snapshot");
  open();
  follower.await_out(R"("event":"ready","step":"./a:start")");
  follower.await_out(R"("event":"output","step":"./c:dev","stream":"stdout","text":"c runs\n")");
  dream.send(SIGTERM);
  follower.await_out(R"("event":"summary")");
  EXPECT_EQ(follower.exit_code_beside_others(), 0);
}

TEST_F(Ctl, wait_fails_when_it_can_not_become_so) {
  open();
  RawClient client(stack);
  client.line();
  client.send(R"({"id":1,"do":"wait","steps":["./c:dev"],"until":"ended"})"
              "\n"
              R"({"id":2,"do":"ps"})"
              "\n");
  EXPECT_THAT(client.line(), StartsWith(R"({"id":2,"ok":)")) << "the first one waits";
  dream.send(SIGTERM);
  EXPECT_THAT(client.line(),
              AllOf(StartsWith(R"({"id":1,"error":{"code":1,)"), HasSubstr("the run is being stopped")));
}

TEST_F(Ctl, answers_what_is_no_request_and_goes_on) {
  RawClient client(stack);
  EXPECT_THAT(client.line(), StartsWith(R"({"dream":")"));
  const std::string deep(60'000, '[');
  for (const std::string& bad :
       {std::string("what"), std::string("{}"), std::string(R"({"id":7})"),
        std::string(R"({"id":7,"do":"dance"})"), std::string(R"({"id":7,"do":"ps","steps":[3]})"), deep}) {
    client.send(bad + "\n");
    EXPECT_THAT(client.line(), HasSubstr("\"error\"")) << bad.substr(0, 40);
  }
  client.send(R"({"id":8,"do":"ps","news":true})");
  client.send("\n");
  EXPECT_THAT(client.line(), StartsWith(R"({"id":8,"ok":)"));
}

TEST_F(Ctl, is_not_held_up_by_clients_that_read_nothing_or_send_halves) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int number = 0; number < 64; ++number) {
    clients.push_back(std::make_unique<RawClient>(stack));
    clients.back()->send(number % 2 == 0 ? R"({"id":1,"do":"ev)"
                                         : "{\"id\":1,\"do\":\"events\",\"follow\":true}\n");
  }
  EXPECT_THAT(clients.back()->line(), StartsWith(R"({"dream":")"));
  RawClient one_too_many(stack);
  EXPECT_THAT(one_too_many.line(), StartsWith(R"({"dream":")"));
  EXPECT_THAT(one_too_many.line(),
              StartsWith(R"({"id":0,"error":{"code":1,"message":"64 clients are connected)"));
  EXPECT_THAT(one_too_many.line(), IsEmpty());
  open();
  clients.clear();
  EXPECT_EQ(stack.ctl({"wait"}).code, 0);
}

TEST_F(Ctl, longer_lines_than_a_request_end_the_connection) {
  RawClient client(stack);
  client.line();
  client.send(std::string(70'000, 'x'));
  EXPECT_THAT(client.line(), IsEmpty());
}

TEST(CtlCommand, has_its_own_help_and_errors) {
  const Workspace workspace("{}");
  EXPECT_THAT(run(workspace, {.arguments = {"ctl", "logs", "--help"}}).out,
              AllOf(HasSubstr("dream ctl logs"), HasSubstr("--follow"), Not(HasSubstr("--until"))));
  EXPECT_EQ(run(workspace, {.arguments = {"ctl"}}).code, 2);
  EXPECT_EQ(run(workspace, {.arguments = {"ctl", "ps", "--until", "ready"}}).code, 2);
  EXPECT_EQ(run(workspace, {.arguments = {"--json", "ctl", "ps"}}).out, "[]\n");
  EXPECT_EQ(run(workspace, {.arguments = {"ctl", "down"}}).code, 3);
  const Finished nowhere = run(workspace, {.arguments = {"ctl", "ps", "--everywhere", "--run", "nobody"}});
  EXPECT_EQ(nowhere.code, 3);
  EXPECT_THAT(nowhere.err, HasSubstr("no run that goes on has an id"));
  const Finished before = run(workspace, {.arguments = {"ctl", "--run", "nobody", "ps"}});
  EXPECT_THAT(before.err, HasSubstr("no run that goes on has an id that begins with \"nobody\""));
  EXPECT_THAT(run(workspace, {.arguments = {"ctl", "--run", "nobody", "sp"}}).err,
              HasSubstr("unknown ctl command"));
  EXPECT_EQ(run(workspace, {.arguments = {"ctl", "stop", "--", "./a:go"}}).code, 3)
      << "not: no step is named";
}

TEST(CtlCommand, means_the_same_runs_by_each_path_to_a_workspace) {
  const Stack stack;
  std::filesystem::create_directory_symlink(stack.root(), stack.root() / "link");
  const std::string folder = stack.root() / "link/c";
  DreamRun dream(stack, stack.launch({"-C", folder, "dev", "--record"}));
  dream.await_out("begun\n");
  EXPECT_THAT(stack.ctl({"ps"}).out, HasSubstr("./a:start"));
  EXPECT_THAT(stack.ctl({"-C", folder, "ps"}).out, HasSubstr("./a:start"));
  EXPECT_THAT(stack.ctl({"history"}).out, HasSubstr("./c:dev"));
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(CtlCommand, finds_a_run_that_was_started_without_a_runtime_folder) {
  const Stack stack;
  Launch elsewhere = stack.launch({"dev"});
  elsewhere.environment.clear();
  DreamRun dream(stack, elsewhere);
  dream.await_out("begun\n");
  EXPECT_THAT(stack.ctl({"ps"}).out, HasSubstr("./a:start"));
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(CtlCommand, removes_the_socket_of_a_run_that_was_killed) {
  const Stack stack;
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun\n");
  dream.send(SIGKILL);
  dream.exit_code_once_all_ended();
  EXPECT_EQ(stack.ctl({"ps"}).code, 3);
  EXPECT_TRUE(std::filesystem::is_empty(stack.root() / "runtime/dream"));
}

}  // namespace
}  // namespace dream::e2e
