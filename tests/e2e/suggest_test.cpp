#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "e2e/dream_run.hpp"
#include "support/free_port.hpp"

/// What `dream suggest` finds out about real processes, and writes.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

/// A dream.json in which ./c:go comes after ./a:go, a service that runs `command`.
std::string configuration_of(const std::string& command, const std::string& entry) {
  return R"({
  // what runs before what
  "workspace": {
    "./c": { "go": [
      { "projectPath": "./a", )" +
         entry + R"( } // it takes its time
    ] }
  },
  "projects": {
    "./c": { "tasks": { "go": { "command": "echo c runs; read go < $ROOT/done; echo c ends" } } },
    "./a": {
      "tasks": {
        "go": {
          "service": true,
          "command": ")" +
         command + R"("
        }
      }
    }
  }
}
)";
}

Launch suggest(std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"suggest", "go"});
  return {.arguments = std::move(more), .folder = "c"};
}

/// A workspace whose service goes on at its gate, and whose requested task ends at another.
struct TwoSteps {
  explicit TwoSteps(const std::string& command, const std::string& entry = R"("delay": 1)")
      : workspace(configuration_of(command, entry)), gate(workspace, "gate"), done(workspace, "done") {}

  Workspace workspace;
  Gate gate;
  Gate done;
};

TEST(Suggest, finds_the_port_that_a_process_of_the_step_listens_on) {
  const std::string port = std::to_string(free_port());
  const TwoSteps steps("read go < $ROOT/gate; (server " + port + " 6)");
  const std::string before = steps.workspace.read("dream.json");
  DreamRun dream(steps.workspace, suggest());
  dream.await_out("c runs");
  steps.gate.open();
  dream.await_out("server: listening");
  steps.done.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("  ./a:go  listens on port " + port + " after "));
  EXPECT_THAT(dream.err(), HasSubstr("; its delay of 1 ms is "));
  EXPECT_THAT(dream.err(), HasSubstr("dream.json:5:7)\n      \"ready\": { \"port\": " + port + " }\n"));
  EXPECT_THAT(dream.err(),
              HasSubstr("dream: `dream suggest go --write` puts it into dream.json, and each start takes "));
  EXPECT_THAT(dream.out(), Not(HasSubstr("ready")));
  EXPECT_EQ(steps.workspace.read("dream.json"), before);
}

TEST(Suggest, writes_what_the_next_run_then_waits_for) {
  const std::string port = std::to_string(free_port());
  const TwoSteps steps("read go < $ROOT/gate; server " + port + " 4");
  const std::string file = (steps.workspace.root() / "dream.json").string();
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  {
    DreamRun dream(steps.workspace, suggest({"--write"}));
    dream.await_out("c runs");
    steps.gate.open();
    dream.await_out("server: listening");
    steps.done.open();
    EXPECT_EQ(dream.exit_code(), 0);
    EXPECT_THAT(dream.err(), HasSubstr("dream: it is in dream.json now"));
  }
  const std::string text = steps.workspace.read("dream.json");
  EXPECT_THAT(text, HasSubstr("{ \"projectPath\": \"./a\" } // it takes its time\n"));
  EXPECT_THAT(text, HasSubstr("server " + port + " 4\",\n          \"ready\": { \"port\": " + port +
                              " }\n        }"));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);

  DreamRun dream(steps.workspace, {.arguments = {"go"}, .folder = "c"});
  dream.await_err("waiting for ./a:go to be ready: port " + port + " isn't listened on (");
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
  steps.gate.open();
  dream.await_out("c runs");
  EXPECT_THAT(dream.out(), MatchesRegex("(.|\n)*server: listening(.|\n)*c runs(.|\n)*"));
  steps.done.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(Suggest, takes_a_line_where_there_is_no_port) {
  const TwoSteps steps(
      R"(read go < $ROOT/gate; printf 'a 17 \\033[32mready\\033[0m in 31 ms\\n'; read go < $ROOT/gate)",
      R"("async": true)");
  DreamRun dream(steps.workspace, suggest());
  dream.await_out("c runs");
  steps.gate.open();
  dream.await_out(" in 31 ms");
  steps.done.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("  ./a:go  wrote \"a 17 ready in 31 ms\" after "));
  EXPECT_THAT(dream.err(), HasSubstr("; nothing waits for that today ("));
  EXPECT_THAT(dream.err(), HasSubstr("\n      \"ready\": { \"log\": \"ready in\" }\n"));
}

/// A socket of this process that listens on a port of the kernel's choice. What dream runs inherits it.
struct Stranger {
  Stranger() : descriptor(::socket(AF_INET, SOCK_STREAM, 0)) { EXPECT_EQ(::listen(descriptor, 1), 0); }
  ~Stranger() { ::close(descriptor); }
  int descriptor;
};

TEST(Suggest, says_plainly_that_nothing_was_seen) {
  const TwoSteps steps("read go < $ROOT/gate");
  const Stranger stranger;
  steps.done.open();
  const Finished finished = run(steps.workspace, suggest({"--write"}));
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.err, HasSubstr("  ./a:go  nothing was seen in "));
  EXPECT_THAT(finished.err, HasSubstr(": it listens on no port and wrote no line ("));
  EXPECT_THAT(finished.err, Not(HasSubstr("it is in dream.json now")));
}

TEST(Suggest, takes_a_socket_where_nothing_else_is_sure) {
  const TwoSteps steps(
      "read go < $ROOT/gate; exec python3 -c 'import socket as s, signal; l = s.socket(s.AF_UNIX); "
      R"(l.bind(\"up.sock\"); l.listen(); print(\"bound\", flush=True); signal.pause()')");
  DreamRun dream(steps.workspace, suggest({"--write"}));
  dream.await_out("c runs");
  steps.gate.open();
  dream.await_out("bound");
  steps.done.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("  ./a:go  made the socket \"up.sock\" after "));
  EXPECT_THAT(steps.workspace.read("dream.json"), HasSubstr("\"ready\": { \"file\": \"up.sock\" }"));
}

TEST(Suggest, writes_no_port_that_the_kernel_has_picked) {
  const TwoSteps steps("server 0 4 | sed -u s/listening/here/");
  const std::string before = steps.workspace.read("dream.json");
  DreamRun dream(steps.workspace, suggest({"--write"}));
  dream.await_out("server: here");
  steps.done.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("\n      a guess: it may be another one the next time, "));
  EXPECT_THAT(dream.err(), HasSubstr("\n      not written: it is a guess"));
  EXPECT_EQ(steps.workspace.read("dream.json"), before);
}

TEST(Suggest, tells_after_a_signal_and_dies_of_it) {
  const std::string port = std::to_string(free_port());
  const TwoSteps steps("server " + port + " 4");
  DreamRun dream(steps.workspace, suggest({"--write"}));
  dream.await_out("c runs");
  dream.await_out("server: listening");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_TRUE(dream.died_of_signal());
  EXPECT_THAT(dream.err(), MatchesRegex("(.|\n)*terminated in(.|\n)*dream: it is in dream.json now.*\n"));
  EXPECT_THAT(steps.workspace.read("dream.json"), HasSubstr("\"ready\": { \"port\": " + port + " }"));
}

TEST(Suggest, says_when_there_is_nothing_new) {
  const TwoSteps steps("read go < $ROOT/gate");
  DreamRun dream(steps.workspace, suggest());
  dream.await_err("dream: nothing new for 2 s: Ctrl-C ends the run and shows what `ready` to write\n");
  EXPECT_THAT(dream.out(), HasSubstr("c runs"));
  steps.done.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(Suggest, writes_nothing_into_a_file_that_was_changed_meanwhile) {
  const std::string port = std::to_string(free_port());
  const TwoSteps steps("server " + port + " 4");
  DreamRun dream(steps.workspace, suggest({"--write"}));
  dream.await_out("server: listening");
  const std::string changed = steps.workspace.read("dream.json") + "// mine\n";
  steps.workspace.write("dream.json", changed);
  steps.done.open();
  EXPECT_EQ(dream.exit_code(), 70);
  EXPECT_THAT(dream.err(),
              HasSubstr("nothing is written: it was changed during the run (run `dream suggest` again)"));
  EXPECT_EQ(steps.workspace.read("dream.json"), changed);
}

TEST(Suggest, keeps_the_exit_code_of_the_run) {
  const Workspace workspace({{"a", "read go < $ROOT/gate", "", service}, {"c", "exit 3", "", ""}});
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace, suggest());
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("  ./a:go  nothing was seen in "));
}

TEST(Suggest, counts_from_the_attempt_that_stayed) {
  const std::string port = std::to_string(free_port());
  const Workspace workspace({{"a", "test $DREAM_ATTEMPT = 2 || exit 1; server " + port + " 4", "",
                              std::string(service) + R"(, "restart": "failure")"},
                             {"c", "read go < $ROOT/done", "", ""}});
  const Gate done(workspace, "done");
  DreamRun dream(workspace, suggest());
  dream.await_out("server: listening");
  done.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("  ./a:go  listens on port " + port + " after "));
}

TEST(Suggest, tells_of_a_step_that_ended_by_itself) {
  const Workspace workspace(
      {{"a", "echo ready", async, ""}, {"b", "read go < $ROOT/gate", async, ""}, {"c", "true", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, suggest());
  dream.await_err("./a:go succeeded");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("  ./a:go  ended by itself after "));
}

TEST(Suggest, runs_nothing_where_there_is_nothing_to_find_out) {
  const Workspace workspace({{"a", "echo a runs", "", ""}, {"c", "echo c runs", "", ""}});
  const Finished finished = run(workspace, suggest());
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, StartsWith("dream: nothing to suggest, so nothing is run: "));
}

TEST(Suggest, refuses_a_task_that_is_not_there_as_a_run_does) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"dev": {"command": "true"}}}}})");
  const auto told = [&](std::vector<std::string> words) {
    return run(workspace, {.arguments = std::move(words), .folder = "a"});
  };
  const Finished finished = told({"suggest", "dve"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("(did you mean \"dev\"?)"));
  EXPECT_EQ(finished.err, told({"dve"}).err);
  EXPECT_EQ(told({"suggest", "dev"}).code, 0);
}

TEST(Suggest, has_stdout_for_itself_as_json) {
  const std::string port = std::to_string(free_port());
  const TwoSteps steps("server " + port + " 4");
  DreamRun dream(steps.workspace, suggest({"--json"}));
  dream.await_err("server: listening");
  steps.done.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.out(),
              AllOf(StartsWith(R"({"task":"./c:go","written":false,"steps":[{"id":"./a:go","where":)"),
                    HasSubstr(R"("delayMs":1,"seen":"listens on port )" + port + R"(","ready":{ "port": )" +
                              port + R"( },"afterMs":)")));
  EXPECT_THAT(dream.out(), MatchesRegex("[^\n]*\n"));
}

TEST(Suggest, is_a_command_unless_a_task_is_called_so) {
  const Workspace workspace(
      R"({ "projects": { "./c": { "tasks": { "suggest": { "command": "echo the task" } } } } })");
  const Finished task = run(workspace, {.arguments = {"suggest"}, .folder = "c"});
  EXPECT_EQ(task.out, "the task\n");
  EXPECT_THAT(task.err, HasSubstr("dream: suggest is a task here; `dream suggest TASK` is the command\n"));
  EXPECT_EQ(run(workspace, {.arguments = {"run", "suggest"}, .folder = "c"}).err.find("is a task here"),
            std::string::npos);
  const Finished command = run(workspace, {.arguments = {"suggest", "suggest"}, .folder = "c"});
  EXPECT_EQ(command.code, 0);
  EXPECT_THAT(command.err, HasSubstr("nothing to suggest"));
  const Finished none = run(workspace, {.arguments = {"suggest"}, .folder = "a"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("dream: no task given (dream suggest TASK"));
}

TEST(Suggest, complains_about_options_that_say_nothing) {
  const Workspace workspace({{"c", "true", "", ""}});
  const auto complaint = [&](std::vector<std::string> arguments) {
    const Finished finished = run(workspace, {.arguments = std::move(arguments), .folder = "c"});
    EXPECT_EQ(finished.code, 2);
    return finished.err;
  };
  EXPECT_THAT(complaint({"go", "--write"}), HasSubstr("--write goes with suggest"));
  EXPECT_THAT(complaint({"suggest", "--write"}), HasSubstr("--write and --json go with a task"));
  EXPECT_THAT(complaint({"suggest", "go", "-n"}), HasSubstr("-n goes with run"));
  EXPECT_THAT(complaint({"suggest", "go", "more"}), HasSubstr("unexpected \"more\""));
}

}  // namespace
}  // namespace dream::e2e
