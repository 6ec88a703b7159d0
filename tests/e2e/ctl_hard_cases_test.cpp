#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "e2e/ctl_stack.hpp"
#include "e2e/process_list.hpp"

/// Runs that are asked while something is in the way.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// The one step ./c:dev.
std::string with_command(const std::string& command, const std::string& more = {}) {
  return R"({"projects": {"./c": {"tasks": {"dev": {"command": ")" + command + "\"" + more + "}}}}}";
}

TEST(CtlLogs, may_be_longer_than_what_a_client_may_leave_unread) {
  const Stack stack(with_command("head -c 250000 /dev/zero; echo begun; read word < $ROOT/nobody"));
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun\n");
  const Finished logs = stack.ctl({"logs"});
  EXPECT_EQ(logs.code, 0) << logs.err;
  EXPECT_EQ(std::ranges::count(logs.out, '\0'), 250'000);
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(CtlLogs, tells_what_came_faster_than_it_was_read) {
  const Stack stack(
      with_command("echo begun; read word < $ROOT/gate; yes 0123456789 | head -c 9000000; echo written; "
                   "read word < $ROOT/nobody"));
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun\n");
  DreamRun logs(stack, stack.launch({"ctl", "logs", "-f"}));
  logs.await_out("begun\n");
  logs.stop_reading_out();
  stack.gate.open();
  dream.await_out("written\n");
  logs.resume_reading_out();
  logs.await_err("bytes are left out here");
  EXPECT_TRUE(logs.lives());
  dream.send(SIGTERM);
  dream.exit_code_beside_others();
  EXPECT_EQ(logs.exit_code_once_all_ended(), 0);
}

TEST(CtlLogs, that_hears_no_end_of_the_run_fails) {
  const Stack stack;
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun\n");
  DreamRun logs(stack, stack.launch({"ctl", "logs", "-f"}));
  DreamRun events(stack, stack.launch({"ctl", "events", "-f"}));
  logs.await_out("begun\n");
  events.await_out("snapshot");
  kill_with_host(dream.pid());
  dream.exit_code_beside_others();
  EXPECT_EQ(logs.exit_code_beside_others(), 1);
  EXPECT_EQ(events.exit_code_once_all_ended(), 1);
  EXPECT_THAT(logs.err(), HasSubstr("the connection to the run is lost"));
}

TEST(CtlPs, is_answered_while_others_left_what_no_step_reads) {
  constexpr int most_clients = 64;
  const Stack stack(
      with_command("echo begun; read word < $ROOT/nobody", R"(, "interactive": true, "async": true)"));
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun");
  std::string typed;
  for (int line = 0; line < 100; ++line) typed += std::string(60, 'x') + "\\n";
  for (int client = 0; client < most_clients; ++client) {
    RawClient typist(stack);
    typist.line();
    typist.send("{\"id\":1,\"do\":\"attach\",\"steps\":[\"./c:dev\"],\"rows\":1}\n");
    EXPECT_THAT(typist.line(), HasSubstr("\"ok\""));
    typist.send(R"({"id":2,"do":"type","text":")" + typed + "\"}\n");
  }
  EXPECT_EQ(stack.ctl({"ps"}).code, 0);
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

/// ./c:dev reads from its terminal once `gate` is open, and writes how many bytes it has read.
std::string counts_what_is_typed(std::size_t bytes) {
  return with_command("stty raw -echo; echo begun; read word < $ROOT/gate; head -c " + std::to_string(bytes) +
                          " | wc -c; read word < $ROOT/nobody",
                      R"(, "interactive": true, "async": true)");
}

constexpr std::size_t more_than_a_terminal_holds = 30'000;

/// Types so much into ./c:dev, and asks for something after that.
void type_much(RawClient& typist, const std::string& next) {
  typist.line();
  typist.send("{\"id\":1,\"do\":\"attach\",\"steps\":[\"./c:dev\"],\"rows\":1}\n");
  EXPECT_THAT(typist.line(), HasSubstr("\"ok\""));
  typist.send(R"({"id":2,"do":"type","text":")" + std::string(more_than_a_terminal_holds, 'x') + "\"}\n" +
              next);
}

TEST(CtlWhy, leaves_who_types_what_no_step_reads_yet_in_peace) {
  const Stack stack(counts_what_is_typed(more_than_a_terminal_holds));
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun");
  RawClient typist(stack);
  type_much(typist, "{\"id\":3,\"do\":\"ps\"}\n");
  EXPECT_THAT(stack.ctl({"why", "./c:dev"}).out, HasSubstr("dream ctl attach ./c:dev types there"));
  stack.gate.open();
  dream.await_out("30000");
  EXPECT_THAT(typist.line() + typist.line(), HasSubstr(R"("id":3,"ok")")) << "beside what the step writes";
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(CtlAttach, loses_nothing_of_who_typed_before_and_has_left) {
  const Stack stack(counts_what_is_typed(more_than_a_terminal_holds + 5));
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun");
  {
    RawClient typist(stack);
    type_much(typist, "{\"id\":3,\"do\":\"type\",\"text\":\"1234\"}\n");
    EXPECT_EQ(stack.ctl({"ps"}).code, 0);
  }
  RawClient next(stack);
  next.line();
  next.send("{\"id\":1,\"do\":\"attach\",\"steps\":[\"./c:dev\"],\"rows\":1}\n");
  next.send("{\"id\":2,\"do\":\"type\",\"text\":\"5\"}\n");
  EXPECT_EQ(stack.ctl({"ps"}).code, 0);
  stack.gate.open();
  dream.await_out("30005");
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(CtlPs, tells_of_a_run_that_is_stopped) {
  const Stack stack;
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun\n");
  const pid_t host = host_of(dream.pid());
  ::kill(host, SIGSTOP);
  await_stopped(host);
  const Finished asked = stack.ctl({"ps"});
  EXPECT_EQ(asked.code, 1);
  EXPECT_THAT(asked.err, HasSubstr("(pid " + std::to_string(host) + ") is stopped"));
  ::kill(host, SIGCONT);
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(CtlPs, tells_of_a_recorded_run_whose_socket_is_gone) {
  const Stack stack;
  DreamRun dream(stack, stack.launch({"dev", "--record"}));
  dream.await_out("begun\n");
  std::filesystem::remove_all(stack.root() / "runtime/dream");
  const Finished asked = stack.ctl({"ps"});
  EXPECT_EQ(asked.code, 1);
  EXPECT_THAT(asked.err, AllOf(HasSubstr("its socket is gone"),
                               HasSubstr("`kill " + std::to_string(host_of(dream.pid())))));
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(Detached, starts_no_second_run_beside_one_whose_socket_is_gone) {
  const Stack stack;
  DreamRun first(stack, stack.launch({"dev", "--detach"}));
  stack.gate.open();
  EXPECT_EQ(first.exit_code_beside_others(), 0) << first.err();
  const std::string json = stack.ctl({"ps", "--json"}).out;
  const std::string pid = std::to_string(std::stoi(json.substr(json.find("\"pid\": ") + 7)));
  std::filesystem::remove_all(stack.root() / "runtime/dream");
  DreamRun second(stack, stack.launch({"dev", "--detach"}));
  EXPECT_EQ(second.exit_code_beside_others(), 1);
  EXPECT_THAT(second.err(), AllOf(HasSubstr("./c:dev runs already (run "), HasSubstr(", pid " + pid + ")"),
                                  HasSubstr("nothing is started; `kill " + pid + "` ends it")));
  EXPECT_EQ(second.out(), "");
  ::kill(std::stoi(pid), SIGTERM);
  EXPECT_TRUE(await_all_ended());
  DreamRun third(stack, stack.launch({"dev", "--detach"}));
  stack.gate.open();
  EXPECT_EQ(third.exit_code_beside_others(), 0) << "the record of a run that has ended is in nobody's way";
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  EXPECT_TRUE(await_all_ended());
}

TEST_F(Ctl, works_while_dream_json_can_not_be_read) {
  constexpr std::size_t too_large = std::size_t{17} << 20U;
  stack.write("dream.json", std::string(too_large, ' '));
  const Finished runs = stack.ctl({"ps"});
  EXPECT_EQ(runs.code, 0) << runs.err;
  EXPECT_THAT(runs.out, AllOf(HasSubstr("./a:start"), HasSubstr("dream.json has changed")));
  EXPECT_EQ(stack.ctl({"history"}).code, 3);
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  over = true;
}

/// One that was killed while it made its socket.
TEST(CtlSocket, is_made_when_what_killed_runs_have_left_is_removed) {
  const Stack stack;
  const std::filesystem::path folder = stack.root() / "runtime/dream";
  std::filesystem::create_directory(folder);
  ::chmod(folder.c_str(), 0700);
  const auto bound = [&](const std::string& name) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder / name;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return socket;
  };
  static_cast<void>(bound("new-dead").close());
  const Descriptor about_to_listen = bound("new-living");
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun\n");
  while (stack.ctl({"ps"}).code == 3) {
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "new-dead"));
  EXPECT_TRUE(std::filesystem::exists(folder / "new-living"));
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(CtlPs, finds_the_runs_of_a_folder_whose_name_is_no_text) {
  const Stack stack;
  const std::string folder = "caf\xe9";
  stack.write(folder + "/dream.json", with_command("echo begun; read word < $ROOT/nobody"));
  std::filesystem::create_directory(stack.root() / folder / "c");
  Launch launch = stack.launch({"dev"});
  launch.folder = folder + "/c";
  DreamRun dream(stack, launch);
  dream.await_out("begun\n");
  launch.arguments = {"ctl", "ps"};
  DreamRun asked(stack, launch);
  EXPECT_EQ(asked.exit_code_beside_others(), 0) << asked.err();
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(CtlWhy, is_answered_before_the_first_step_runs) {
  const Stack stack(R"({"workspace": {"./c": {"dev": ["./a:start"]}}, "projects": {
      "./a": {"tasks": {"start": {"command": "echo never", "delay": "1h"}}},
      "./c": {"tasks": {"dev": {"command": "echo never"}}}}})");
  DreamRun dream(stack, stack.launch({"dev"}));
  Finished why;
  do why = stack.ctl({"why", "dev"});
  while (why.code == 3);
  EXPECT_EQ(why.code, 0) << why.err;
  EXPECT_THAT(why.out, AllOf(HasSubstr("./c:dev has been pending"), HasSubstr("its delay: 59")));
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(CtlWhy, names_of_a_long_list_what_is_under_way) {
  std::string entries;
  for (int step = 0; step < 2000; ++step)
    entries += (step == 0 ? "" : ", ") + ("\"./a:t" + std::to_string(step)) + "\"";
  const Stack stack(R"({"tasks": {"t0": {"command": "echo begun; read word < $ROOT/nobody"}},
      "workspace": {"./c": {"dev": [)" +
                    entries + R"(]}},
      "projects": {"./a": {}, "./c": {"tasks": {"dev": {"command": "true"}}}}})");
  for (int step = 1; step < 2000; ++step) stack.script("a/scripts/t" + std::to_string(step), "#!/bin/sh\n");
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun\n");
  const Finished why = stack.ctl({"why", "./c:dev"});
  EXPECT_EQ(std::ranges::count(why.out, '\n'), 3) << "itself, what runs, and the first that waits for that";
  EXPECT_THAT(why.out, AllOf(HasSubstr("./c:dev has been pending"), HasSubstr("1996 more"),
                             HasSubstr("./a:t0 has been running")));
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST_F(Ctl, works_while_there_is_no_dream_json) {
  std::filesystem::remove(stack.root() / "dream.json");
  const Finished runs = stack.ctl({"ps"});
  EXPECT_EQ(runs.code, 0) << runs.err;
  EXPECT_THAT(runs.out, HasSubstr("./a:start"));
  EXPECT_EQ(stack.ctl({"ps", "-C", "/"}).code, 2) << "that run is of a folder below";
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  over = true;
  const Finished none = stack.ctl({"ps"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, AllOf(HasSubstr("no dream.json found"), HasSubstr("dream ctl ps --everywhere")));
}

/// ./c:dev, which goes when a line comes through the gate after it was asked to.
std::string with_long_goodbye() {
  return with_command("exec listener $ROOT/gate", R"(, "stop": {"grace": "1h"})");
}

TEST(Run, waits_for_the_end_of_the_same_that_is_being_stopped) {
  const Stack stack(with_long_goodbye());
  DreamRun first(stack, stack.launch({"dev"}));
  first.await_out("listening\n");
  first.send(SIGTERM);
  first.await_out("got SIGTERM\n");
  DreamRun given_up(stack, stack.launch({"dev"}));
  given_up.await_err("./c:dev is being stopped (run ");
  given_up.send(SIGINT);
  EXPECT_EQ(given_up.exit_code_beside_others(), 128 + SIGINT);
  EXPECT_EQ(given_up.out(), "");
  DreamRun second(stack, stack.launch({"dev"}));
  second.await_err("; this run begins when that one has ended\n");
  EXPECT_EQ(second.out(), "");
  stack.gate.open();
  EXPECT_EQ(first.exit_code_beside_others(), 128 + SIGTERM);
  second.await_out("listening\n");
  second.send(SIGTERM);
  second.await_out("got SIGTERM\n");
  DreamRun detached(stack, stack.launch({"dev", "--detach"}));
  detached.await_err("./c:dev is being stopped (run ");
  stack.gate.open();
  EXPECT_EQ(second.exit_code_beside_others(), 128 + SIGTERM);
  EXPECT_EQ(detached.exit_code_beside_others(), 0) << detached.err();
  EXPECT_EQ(stack.ctl({"ps"}).code, 0);
  EXPECT_EQ(stack.ctl({"down", "--now"}).code, 0);
  EXPECT_TRUE(await_all_ended());
}

TEST(Run, that_is_taken_down_now_leaves_what_was_kept_no_grace) {
  const Stack stack(R"({"workspace": {"./c": {"dev": ["./a:start"]}}, "projects": {
      "./a": {"tasks": {"start": {"leftovers": "keep", "stop": {"grace": "1h"},
        "command": "sh -c 'trap : TERM; while :; do read word < $ROOT/nobody; done' & true"}}},
      "./c": {"tasks": {"dev": {"command": "echo c runs; read word < $ROOT/nobody"}}}}})");
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("c runs\n");
  EXPECT_EQ(stack.ctl({"down", "--now"}).code, 0);
  dream.exit_code_beside_others();
  EXPECT_TRUE(await_all_ended());
}

}  // namespace
}  // namespace dream::e2e
