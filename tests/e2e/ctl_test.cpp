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

TEST_F(Ctl, why_tells_the_chain_of_what_is_waited_for) {
  const Finished finished = stack.ctl({"why", "dev"});
  EXPECT_THAT(finished.out, AllOf(ContainsRegex("./c:dev is pending for .*: waits for ./a:start"),
                                  ContainsRegex("./a:start is running for .*dream.json:1:")));
  EXPECT_THAT(on_one_line(stack.ctl({"why", "dev", "--json"}).out),
              ContainsRegex(R"(^\{"v": 1,"run": "[0-9a-f-]+","why": \["./c:dev is pending [^]]*"\]\})"));
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
  EXPECT_EQ(stack.ctl({"wait", "--timeout", "0"}).code, 124);
  EXPECT_EQ(stack.ctl({"wait", "./a:start", "--until", "started"}).code, 0);
  DreamRun waiting(stack, stack.launch({"ctl", "wait"}));
  open();
  EXPECT_EQ(waiting.exit_code_beside_others(), 0);
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
              StartsWith(R"({"v":1,"event":"snapshot","steps":[{"step":"./a:start")"));
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

// ---- detached runs

TEST(Detached, run_goes_on_when_all_is_ready_until_it_is_taken_down) {
  const Stack stack;
  DreamRun dream(stack, stack.launch({"dev", "--detach"}));
  dream.await_out("a | begun\n");
  stack.gate.open();
  EXPECT_EQ(dream.exit_code_beside_others(), 0) << dream.err();
  EXPECT_THAT(dream.out(), HasSubstr("a | open\n"));
  EXPECT_THAT(dream.err(), AllOf(HasSubstr("./a:start is ready"), HasSubstr("./c:dev runs on (run ")));
  EXPECT_THAT(stack.ctl({"ps"}).out, ContainsRegex("./c:dev +running"));
  const Finished again = [&] {
    DreamRun second(stack, stack.launch({"dev", "--detach"}));
    return Finished{second.exit_code_beside_others(), second.out(), second.err()};
  }();
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, AllOf(HasSubstr("./c:dev runs already (run "), Not(HasSubstr("no effect"))));
  DreamRun other(stack, stack.launch({"dev", "--detach", "--grace", "1s", "--log-dir", "x", "--", "word"}));
  EXPECT_EQ(other.exit_code_beside_others(), 0);
  EXPECT_THAT(other.err(), HasSubstr("--grace, --log-dir and the arguments after -- have no effect on it"));
  DreamRun in_front(stack, stack.launch({"dev"}));
  in_front.await_out("begun\n");
  in_front.send(SIGTERM);
  EXPECT_EQ(in_front.exit_code_beside_others(), 128 + SIGTERM);
  EXPECT_THAT(in_front.err(), HasSubstr("./c:dev runs already, and goes on (run "));
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  EXPECT_TRUE(await_all_ended());
}

TEST(Detached, runs_of_the_same_are_told_but_not_each_of_many) {
  const Stack stack;
  std::vector<std::unique_ptr<DreamRun>> all;
  for (int at = 0; at < 6; ++at) {
    all.push_back(std::make_unique<DreamRun>(stack, stack.launch({"dev"})));
    all.back()->await_out("begun\n");
  }
  const std::string last = all.back()->err();
  std::size_t told = 0;
  for (std::size_t at = last.find("runs already"); at != std::string::npos;
       at = last.find("runs already", at + 1))
    ++told;
  EXPECT_EQ(told, 3U) << last;
  EXPECT_THAT(last, HasSubstr("dream: so do 2 more; dream ctl ps shows them\n"));
  for (const auto& one : all) one->send(SIGTERM);
  for (const auto& one : all) EXPECT_EQ(one->exit_code_beside_others(), 128 + SIGTERM);
  EXPECT_TRUE(await_all_ended());
}

TEST(Detached, run_is_the_same_whatever_the_order_of_its_tasks) {
  const Stack stack(R"({"projects": {"./c": {"tasks": {
      "x": {"command": "echo x begun; read word < $ROOT/nobody"},
      "y": {"command": "echo y begun; read word < $ROOT/nobody"}}}}})");
  const std::filesystem::path folder = stack.root() / "runtime/dream";
  std::filesystem::create_directory(folder);
  ::chmod(folder.c_str(), 0700);
  stack.write("runtime/dream/start-0123456789abcdef", "");  // of one that was killed
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"run", "x", "y", "-j", "2", "--detach"}, {"run", "y", "x", "--detach"}}) {
    DreamRun dream(stack, stack.launch(words));
    EXPECT_EQ(dream.exit_code_beside_others(), 0) << dream.err();
  }
  const std::string runs = stack.ctl({"ps"}).out;
  EXPECT_EQ(runs.find(" run "), runs.rfind(" run ")) << runs;
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  EXPECT_TRUE(await_all_ended());
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(Detached, run_that_several_ask_for_at_the_same_moment_is_one) {
  const Stack stack;
  std::vector<std::unique_ptr<DreamRun>> all;
  for (int at = 0; at < 5; ++at)
    all.push_back(std::make_unique<DreamRun>(stack, stack.launch({"dev", "--detach"})));
  stack.gate.open();
  for (const auto& one : all) EXPECT_EQ(one->exit_code_beside_others(), 0) << one->err();
  const std::string runs = stack.ctl({"ps"}).out;
  EXPECT_EQ(runs.find(" run "), runs.rfind(" run ")) << runs;
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  EXPECT_TRUE(await_all_ended());
  EXPECT_TRUE(std::filesystem::is_empty(stack.root() / "runtime/dream"));
}

TEST(Detached, run_that_fails_before_is_shown_and_gives_its_code) {
  const Workspace workspace(R"({"workspace": {"./c": {"dev": ["./a"]}}, "projects": {
      "./a": {"tasks": {"dev": {"command": "echo broken; exit 7"}}}, "./c": {"tasks": {"dev": {"command": "echo c"}}}}})");
  const Finished failed = run(workspace, {.arguments = {"dev", "--detach"}, .folder = "c"});
  EXPECT_EQ(failed.code, 7);
  EXPECT_THAT(failed.out, HasSubstr("a | broken\n"));
  EXPECT_THAT(failed.err, AllOf(HasSubstr("./a:dev failed: exit code 7"), Not(HasSubstr("runs on"))));
  EXPECT_EQ(run(workspace, {.arguments = {"nothing", "--detach"}, .folder = "c"}).code, 2);
}

TEST(Detached, run_is_stopped_by_a_signal_before_it_is_up) {
  const Stack stack;
  DreamRun dream(stack, stack.launch({"dev", "--detach"}));
  dream.await_out("a | begun\n");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGINT) << dream.err();
  EXPECT_TRUE(dream.died_of_signal());
}

TEST(Detached, run_is_stopped_by_a_signal_though_nobody_reads_what_it_shows) {
  constexpr int enough = 32 * 1024;
  const Stack stack(
      R"({"projects": {"./c": {"tasks": {"dev": {"ready": {"log": "never"}, "command": "seq 1000000"}}}}})");
  DreamRun dream(stack, stack.launch({"dev", "--detach"}));
  dream.stop_reading_out();
  dream.await_full_out(enough);
  dream.send(SIGTERM);
  dream.await_err("stopping: stopped by SIGTERM");
  dream.resume_reading_out();
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM) << dream.err();
}

TEST(Detached, run_that_goes_on_without_a_failed_step_is_left) {
  const Stack stack(R"({"projects": {"./c": {"tasks": {
      "bad": {"command": "read word < $ROOT/gate; exit 3"},
      "slow": {"ready": {"log": "never"}, "command": "read word < $ROOT/nobody"}}}}})");
  DreamRun dream(stack, stack.launch({"run", "bad", "slow", "-j", "2", "-k", "--detach"}));
  dream.await_err("./c:slow started");
  stack.gate.open();
  EXPECT_EQ(dream.exit_code_beside_others(), 1);
  EXPECT_THAT(dream.err(), AllOf(HasSubstr("dream: ./c:bad has ended: exit code 3\n"),
                                 HasSubstr("./c:bad and ./c:slow runs on (run ")));
  EXPECT_EQ(stack.ctl({"down"}).code, 3);
  EXPECT_TRUE(await_all_ended());
}

TEST(Detached, run_that_is_killed_leaves_nothing) {
  const Stack stack;
  DreamRun dream(stack, stack.launch({"dev", "--detach"}));
  stack.gate.open();
  EXPECT_EQ(dream.exit_code_beside_others(), 0) << dream.err();
  const std::string json = stack.ctl({"ps", "--json"}).out;
  const std::size_t at = json.find("\"pid\": ") + 7;
  ::kill(std::stoi(json.substr(at)), SIGKILL);
  EXPECT_TRUE(await_all_ended());
}

TEST(Detached, run_is_refused_where_it_can_not_be_heard) {
  const Stack stack;
  Launch launch = stack.launch({"pipes", DREAM_BINARY, "dev", "--detach"});
  launch.program = std::string(DREAM_HELPERS) + "/without";
  const Finished refused = run(stack, launch);
  EXPECT_EQ(refused.code, 70);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("no process can be started: Too many open files"));
  EXPECT_EQ(stack.ctl({"ps"}).code, 3);
}

/// Each of the caller's outputs has its own: one may be a terminal, and the other a file.
TEST(Detached, run_has_colours_where_its_caller_shows_them) {
  const Stack stack(R"({"projects": {"./c": {"tasks": {"dev": {"ready": {"log": "open"},
      "command": "echo up; echo up >&2; read go < $ROOT/gate; echo open; read word < $ROOT/nobody"}}}}})");
  for (const std::string to_file : {"out", "err"}) {
    const std::string redirection = (to_file == "out" ? "> $ROOT/" : "2> $ROOT/") + to_file;
    Launch launch = stack.launch({"-c", "\"$DREAM\" dev --detach -o prefix " + redirection});
    launch.program = "/bin/sh";
    launch.environment["DREAM"] = DREAM_BINARY;
    launch.environment["TERM"] = "xterm";
    Terminal terminal(stack, launch);
    terminal.await_screen("up");
    while (stack.read(to_file).find("up") == std::string::npos) {
    }
    stack.gate.open();
    EXPECT_EQ(terminal.exit_code_alone(), 0);
    EXPECT_EQ(stack.ctl({"down"}).code, 0);
    EXPECT_THAT(terminal.screen(), Not(HasSubstr("| up"))) << "its label has a colour";
    EXPECT_THAT(terminal.screen(), HasSubstr("\x1b["));
    EXPECT_THAT(stack.read(to_file), AllOf(HasSubstr("c | up\n"), Not(HasSubstr("\x1b["))));
  }
  EXPECT_TRUE(await_all_ended());
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
