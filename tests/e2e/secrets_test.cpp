#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "e2e/dream_run.hpp"

/// A value that its variable's name calls secret stands in nothing that dream says, sends or keeps.
namespace dream::e2e {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* secret = "supersecret'value";

/// Nobody listens on port 9 of this address.
constexpr const char* configuration = R"({
  "tasks": {
    "http": { "command": "exec sleep 600", "ready": { "http": "http://127.0.0.1:9/?token=${API_KEY}" } },
    "log": { "command": "exec sleep 600", "ready": { "log": "say ${API_KEY}" } },
    "file": { "command": "exec sleep 600", "ready": { "file": "none/${API_KEY}" } },
    "exec": { "command": "exec sleep 600", "ready": { "exec": ["sh", "-c", "echo $0; exit 1", "${API_KEY}"] } },
    "unhealthy": { "command": "exec sleep 600",
                   "health": { "http": "http://127.0.0.1:9/?token=${API_KEY}", "every": 1, "failures": 1 } },
    "ends": { "command": "exit 3", "ready": { "http": "http://127.0.0.1:9/?token=${API_KEY}" } },
    "program": { "command": ["/nosuch/${API_KEY}"] },
    "ignores": { "command": ["sh", "-c", "exit 3", "${API_KEY}"], "env": { "LITERAL_TOKEN": "supersecret-literal" } },
    "leaves": { "command": "sh -c 'sleep 600; :' $FROM_FILE_TOKEN $LITERAL_TOKEN $OUTER_TOKEN & :",
                "env": { "LITERAL_TOKEN": "supersecret-literal" }, "envFile": "own.env" },
    "set": { "command": "true", "envFile": "own.env",
             "env": { "LITERAL_TOKEN": "supersecret-literal", "MODE": "${MODE_OF_NOBODY:-fast}",
                      "URL": "http://me:supersecret-word@host/${API_KEY}" } },
    "leaves-long": { "command": "sh -c 'sleep 600; : some more words before' --key \"$LONG_TOKEN\" & :" },
    "fails": { "command": "exec sleep 600",
               "ready": { "exec": "echo bad $FROM_FILE_TOKEN $LITERAL_TOKEN $OUTER_TOKEN; exit 1" },
               "env": { "LITERAL_TOKEN": "supersecret-literal" }, "envFile": "own.env" },
    "serves": { "command": "echo connecting; echo ready with $OUTER_TOKEN here; exec sleep 600", "service": true },
    "says": { "command": ["echo", "the task says ${API_KEY}"] }
  },
  "workspace": { "./a": {
    "after-http": [ { "project": "./a", "task": "http", "async": true, "waitFor": "ready" } ],
    "after-log": [ { "project": "./a", "task": "log", "async": true, "waitFor": "ready" } ],
    "after-file": [ { "project": "./a", "task": "file", "async": true, "waitFor": "ready" } ],
    "after-exec": [ { "project": "./a", "task": "exec", "async": true, "waitFor": "ready" } ],
    "after-fails": [ { "project": "./a", "task": "fails", "async": true, "waitFor": "ready" } ],
    "after-serves": [ { "project": "./a", "task": "serves", "async": true, "delay": 1 } ],
    "after-ends": [ { "project": "./a", "task": "ends", "async": true, "waitFor": "ready" } ]
  } },
  "projects": { "./a": { "tasks": {
    "after-http": { "command": "true" }, "after-log": { "command": "true" }, "after-file": { "command": "true" },
    "after-exec": { "command": "true" }, "after-fails": { "command": "true" },
    "after-serves": { "command": "exec sleep 600" }, "after-ends": { "command": "true" } } } }
})";

class SecretsTest : public ::testing::Test {
 protected:
  SecretsTest() {
    fs::create_directory(workspace.root() / "runtime");
    ::chmod((workspace.root() / "runtime").c_str(), 0700);
    workspace.write("a/readme", "");
  }

  [[nodiscard]] Launch launch(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .folder = "a",
            .environment = {{"XDG_RUNTIME_DIR", (workspace.root() / "runtime").string()},
                            {"XDG_STATE_HOME", (workspace.root() / "state").string()},
                            {"OUTER_TOKEN", "supersecret-outer"},
                            {"LONG_TOKEN", "supersecret" + std::string(100, 'x')},
                            {"API_KEY", secret}}};
  }
  [[nodiscard]] Finished dream(std::vector<std::string> words) const {
    return run(workspace, launch(std::move(words)));
  }
  [[nodiscard]] Finished beside(std::vector<std::string> words) const {
    DreamRun asked(workspace, launch(std::move(words)));
    const int code = asked.exit_code_beside_others();
    return {code, asked.out(), asked.err()};
  }
  static void expect_hidden(const std::string& text, const std::string& what) {
    EXPECT_THAT(text, Not(HasSubstr("supersecret"))) << what;
  }
  static void expect_hidden(const Finished& finished, const std::string& what) {
    expect_hidden(finished.out, what);
    expect_hidden(finished.err, what);
  }
  void expect_hidden_in_records() const {
    std::size_t files = 0;
    for (const auto& one : fs::recursive_directory_iterator(workspace.root() / "state")) {
      if (!one.is_regular_file()) continue;
      std::ifstream file(one.path(), std::ios::binary);
      expect_hidden(std::string(std::istreambuf_iterator<char>(file), {}), one.path().string());
      ++files;
    }
    EXPECT_GT(files, 0U);
  }

  Workspace workspace{configuration};
};

TEST_F(SecretsTest, are_in_nothing_that_is_told_of_what_a_step_is_not_ready_by) {
  for (const std::string kind : {"http", "log", "file", "exec"}) {
    DreamRun run(workspace, launch({"--record", "after-" + kind}));
    run.await_err("waiting for ./a:" + kind + " to be ready: ");
    for (const std::vector<std::string>& words : {std::vector<std::string>{"ctl", "ps"},
                                                  {"ctl", "ps", "--json"},
                                                  {"ctl", "why", "./a:" + kind},
                                                  {"ctl", "why", "./a:after-" + kind},
                                                  {"ctl", "why", "./a:after-" + kind, "--json"}})
      expect_hidden(beside(words), kind + ": " + words[1]);
    run.send(SIGTERM);
    run.exit_code();
    expect_hidden(run.err(), kind);
    EXPECT_THAT(run.err(), HasSubstr(kind == "exec" ? "to be ready: " : "***")) << kind;
    expect_hidden(dream({"ctl", "show", "-1"}), kind);
  }
  expect_hidden_in_records();
}

TEST_F(SecretsTest, are_in_no_command_line_that_is_recorded) {
  ASSERT_EQ(dream({"ignores", "--record", "--", "--token", secret, "supersecret-literal"}).code, 3);
  expect_hidden_in_records();
  const Finished history = dream({"ctl", "history", "--json"});
  EXPECT_THAT(history.out, HasSubstr("\"***\""));
  expect_hidden(history, "history");
}

TEST_F(SecretsTest, are_in_nothing_that_is_told_of_a_step_that_fails) {
  for (const std::string task : {"after-ends", "program"}) {
    for (const std::vector<std::string>& options : {std::vector<std::string>{},
                                                    {"--debug"},
                                                    {"-q"},
                                                    {"-o", "prefix"},
                                                    {"-o", "raw"},
                                                    {"-o", "grouped"},
                                                    {"-o", "events"},
                                                    {"--trace", "../trace.json"}}) {
      std::vector<std::string> words = options;
      words.insert(words.end(), {"--record", task});
      const Finished finished = dream(words);
      EXPECT_NE(finished.code, 0) << task;
      expect_hidden(finished, task + (options.empty() ? "" : " " + options.back()));
    }
    expect_hidden(dream({"history"}), task);
  }
  const Finished program = dream({"program"});
  EXPECT_THAT(program.err, HasSubstr("/nosuch/***: no such program"));
  expect_hidden_in_records();
}

TEST_F(SecretsTest, are_in_nothing_that_is_told_of_a_step_that_is_unhealthy) {
  DreamRun run(workspace, launch({"--record", "unhealthy"}));
  run.await_err("./a:unhealthy is unhealthy: ");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"ctl", "ps"}, {"ctl", "ps", "--json"}, {"ctl", "why", "./a:unhealthy"}})
    expect_hidden(beside(words), words[1]);
  run.send(SIGTERM);
  run.exit_code();
  expect_hidden(run.err(), "unhealthy");
  EXPECT_THAT(run.err(), HasSubstr("token=***"));
  expect_hidden_in_records();
}

/// Those that dream.json doesn't name, too: of an env file, of `env`, and of the caller. What is left of a
/// run is named with its command line, and of a long one the begin.
TEST_F(SecretsTest, are_in_nothing_that_is_told_of_processes_and_answers) {
  workspace.write("a/own.env", "FROM_FILE_TOKEN=supersecret-file\n");
  for (const std::string task : {"leaves", "leaves-long"}) {
    for (const std::string output : {"prefix", "events"}) {
      const Finished left = dream({"--record", "-o", output, task});
      EXPECT_THAT(left.err + left.out, HasSubstr("sleep 600; :")) << task;
      expect_hidden(left, task + " " + output);
    }
  }
  DreamRun run(workspace, launch({"--record", "after-fails"}));
  run.await_err("bad *** *** ***");
  expect_hidden(beside({"ctl", "why", "./a:fails", "--json"}), "why");
  run.send(SIGTERM);
  run.exit_code();
  expect_hidden(run.err(), "after-fails");
  expect_hidden_in_records();
}

TEST_F(SecretsTest, are_in_no_plan_which_shows_the_other_variables_of_a_step) {
  workspace.write("a/own.env", "FROM_FILE_TOKEN=supersecret-file\nPLAIN=from the file\nPASSWORD=short\n");
  const Finished json = dream({"plan", "set", "--json"});
  expect_hidden(json, "plan");
  EXPECT_THAT(json.out,
              AllOf(HasSubstr(R"("PLAIN": "from the file")"), HasSubstr(R"("URL": "http://***@host/***")"),
                    HasSubstr(R"("LITERAL_TOKEN": "***")"), HasSubstr(R"("FROM_FILE_TOKEN": "***")"),
                    HasSubstr(R"("PASSWORD": "***")"), HasSubstr(R"("MODE": "fast")"),
                    Not(HasSubstr("OUTER_TOKEN")), Not(HasSubstr("\"PATH\""))));
  EXPECT_THAT(dream({"plan", "says", "--json"}).out, Not(HasSubstr("\"env\"")));
}

TEST_F(SecretsTest, are_in_nothing_that_is_suggested) {
  workspace.write("a/own.env", "");
  DreamRun run(workspace, launch({"suggest", "after-serves"}));
  run.await_err("nothing new for 2 s");
  run.send(SIGINT);
  run.exit_code();
  EXPECT_THAT(run.err(), AllOf(HasSubstr("wrote \"ready with *** here\""),
                               HasSubstr("{ \"log\": \"ready with\" }"), Not(HasSubstr("supersecret"))));
}

/// They are the task's business.
TEST_F(SecretsTest, are_left_in_what_tasks_write) {
  EXPECT_EQ(dream({"-o", "prefix", "says"}).out, "a | the task says supersecret'value\n");
}

}  // namespace
}  // namespace dream::e2e
