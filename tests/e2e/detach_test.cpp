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

/// Runs that go on when whoever started them has gone.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

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
  EXPECT_THAT(other.err(),
              HasSubstr("--grace, --log-dir and the arguments after -- have no effect on that run"));
  DreamRun in_front(stack, stack.launch({"dev"}));
  in_front.await_out("begun\n");
  in_front.send(SIGTERM);
  EXPECT_EQ(in_front.exit_code_beside_others(), 128 + SIGTERM);
  EXPECT_THAT(in_front.err(), HasSubstr("./c:dev runs already, and goes on (run "));
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  EXPECT_TRUE(await_all_ended());
}

TEST(Detached, run_has_the_options_that_it_was_started_with) {
  const Stack stack(R"({"projects": {"./c": {"tasks": {"dev": {"command": "read word < $ROOT/nobody"}}}}})");
  const std::vector<std::string> words{"dev", "--detach", "--ports", "auto", "--grace", "9s", "--", "word"};
  const auto detach = [&](const std::vector<std::string>& asked) {
    DreamRun dream(stack, stack.launch(asked));
    EXPECT_EQ(dream.exit_code_beside_others(), 0) << dream.err();
    return dream.err();
  };
  detach(words);
  EXPECT_THAT(detach(words), AllOf(HasSubstr("./c:dev runs already"), Not(HasSubstr("no effect"))));
  EXPECT_THAT(detach({"dev", "--detach", "--ports", "auto", "--grace", "1s"}),
              HasSubstr("dream: --grace has no effect on that run"));
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

TEST(Detached, run_is_the_same_only_with_the_same_profiles) {
  const Stack stack(R"({"workspace": {"./c": {"up": ["./c:debugger"]}}, "projects": {"./c": {"tasks": {
      "debugger": {"service": true, "profiles": ["debug"], "command": "read word < $ROOT/nobody"},
      "up": {"command": "read word < $ROOT/nobody"}}}}})");
  const auto detach = [&](const std::string& profiles, std::vector<std::string> options) {
    options.insert(options.begin(), {"up", "--detach"});
    Launch launch = stack.launch(std::move(options));
    launch.environment["DREAM_PROFILES"] = profiles;
    DreamRun dream(stack, launch);
    EXPECT_EQ(dream.exit_code_beside_others(), 0) << dream.err();
    return dream.err();
  };
  const auto run_in = [](const std::string& words) { return words.substr(words.find("(run ") + 5, 8); };
  const std::string plain = run_in(detach("", {}));
  EXPECT_THAT(stack.ctl({"ps"}).out, Not(HasSubstr("./c:debugger")));
  const std::string other = run_in(detach("", {"--profile", "debug"}));
  EXPECT_NE(other, plain);
  EXPECT_THAT(stack.ctl({"ps"}).out, HasSubstr("./c:debugger"));
  const auto is_again = [](const std::string& run) {
    return AllOf(HasSubstr("./c:up runs already (run " + run), Not(HasSubstr("no effect")));
  };
  EXPECT_THAT(detach("debug", {"--profile", "debug"}), is_again(other));
  EXPECT_THAT(detach("of_another_workspace", {}), is_again(plain));
  EXPECT_EQ(stack.ctl({"down", "--run", plain}).code, 0);
  EXPECT_EQ(stack.ctl({"down", "--run", other}).code, 0);
  EXPECT_TRUE(await_all_ended());
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

TEST(Detached, run_fails_if_what_it_waits_for_is_not_ready_in_time_and_says_meanwhile_what_that_is) {
  const Stack stack(
      R"({"workspace": {"./c": {"dev": [{"projectPath": "./a", "task": "start", "waitFor": "started"}]}},
      "projects": {
        "./a": {"tasks": {"start": {"service": true, "ready": {"log": "never"}, "readyTimeout": "2s",
                                    "command": "read word < $ROOT/nobody"}}},
        "./c": {"tasks": {"dev": {"command": "echo c runs; read word < $ROOT/nobody"}}}}})");
  DreamRun dream(stack, stack.launch({"dev", "--detach"}));
  EXPECT_EQ(dream.exit_code_once_all_ended(), 124);
  EXPECT_THAT(dream.err(), AllOf(HasSubstr("waiting for ./a:start to be ready"),
                                 HasSubstr("./a:start failed: not ready within 2.0 s")));
}

/// Whoever goes on behind it (`dream up --detach && npm test`) would find nothing.
TEST(Detached, run_that_is_taken_down_before_it_is_up_was_not_up) {
  const Stack stack;
  DreamRun dream(stack, stack.launch({"dev", "--detach"}));
  dream.await_out("a | begun\n");
  EXPECT_EQ(stack.ctl({"wait", "--until", "started", "./a:start"}).code, 0);
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 1) << dream.err();
  EXPECT_THAT(dream.err(), HasSubstr("it was never up: the run is being stopped: stopped on request"));
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
                                 HasSubstr("./c:bad and ./c:slow run on (run ")));
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

}  // namespace
}  // namespace dream::e2e
