#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "e2e/terminal.hpp"

/// Where `dream ctl` shows what steps have written.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// ./c:dev beside ./a:start, which asks the terminal two questions and writes over its line.
class Writers : public Workspace {
 public:
  static constexpr std::string_view configuration =
      R"({"workspace": {"./c": {"dev": [{"projectPath": "./a", "task": "start", "async": true}]}}, "projects": {
          "./a": {"tasks": {"start": {"command": "printf 'hello\\033[6n\\033[c\\nx\\rover it\\nno end'; read word < $ROOT/nobody"},
                            "once": {"command": "printf 'hello\\033[6n\\n'"}}},
          "./c": {"tasks": {"dev": {"command": "read word < $ROOT/nobody"}}}}})";

  Writers() : Workspace(configuration), nobody_(*this, "nobody") {
    std::filesystem::create_directory(root() / "runtime");
    ::chmod((root() / "runtime").c_str(), 0700);
  }

  [[nodiscard]] Launch launch(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .folder = "a",
            .environment = {{"XDG_RUNTIME_DIR", (root() / "runtime").string()},
                            {"XDG_STATE_HOME", (root() / "state").string()},
                            {"TERM", "xterm"}}};
  }
  [[nodiscard]] Finished ask(const Launch& launch) const {
    DreamRun asked(*this, launch);
    const int code = asked.exit_code_beside_others();
    return {code, asked.out(), asked.err()};
  }
  [[nodiscard]] std::string on_terminal(std::vector<std::string> arguments) const {
    Terminal terminal(*this, launch(std::move(arguments)));
    EXPECT_EQ(terminal.exit_code_alone(), 0) << terminal.screen();
    return terminal.screen();
  }

 private:
  Gate nobody_;
};

const auto asks_where_the_cursor_is = HasSubstr("\x1b[6n");
const auto asks_nothing = AllOf(Not(asks_where_the_cursor_is), Not(HasSubstr("\x1b[c")));

class CtlOutput : public testing::Test {
 protected:
  Writers writers;
};

/// Of a run that goes on.
class CtlOutputOfARun : public CtlOutput {
 protected:
  CtlOutputOfARun() { dream.await_out("over it\n"); }
  void TearDown() override {
    dream.send(SIGTERM);
    EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM) << dream.err();
  }

  DreamRun dream{writers, [this] {
                   Launch launch = writers.launch({"dev"});
                   launch.folder = "c";
                   return launch;
                 }()};
};

TEST_F(CtlOutputOfARun, on_a_terminal_orders_and_asks_it_nothing) {
  EXPECT_THAT(writers.on_terminal({"ctl", "logs"}),
              AllOf(HasSubstr("./a:start | hello\r\n./a:start | over it\r\n"),
                    HasSubstr("./a:start | no end\r\n"), asks_nothing));
  EXPECT_THAT(writers.on_terminal({"ctl", "logs", "./a:start"}),
              AllOf(HasSubstr("hello\r\nover it\r\n"), HasSubstr("no end\r\n"), asks_nothing));
  EXPECT_THAT(writers.on_terminal({"ctl", "logs", "--raw"}), asks_where_the_cursor_is);
}

TEST_F(CtlOutputOfARun, on_a_dumb_terminal_is_text_each_time) {
  Launch launch = writers.launch({"ctl", "ps", "--watch"});
  launch.environment["TERM"] = "dumb";
  Terminal watcher(writers, launch);
  watcher.await_screen("./c:dev ");
  EXPECT_THAT(watcher.screen(), Not(HasSubstr("\x1b")));
  watcher.send(SIGTERM);
  EXPECT_EQ(watcher.exit_code_alone(), 128 + SIGTERM);
}

TEST_F(CtlOutputOfARun, that_is_followed_is_shown_on_a_terminal_as_it_comes) {
  Terminal follower(writers, writers.launch({"ctl", "logs", "-f", "./a:start"}));
  follower.await_screen("over it\r\n");
  follower.await_screen("no end");  // shown, and taken away when more comes
  EXPECT_THAT(follower.screen(), Not(asks_where_the_cursor_is));
  follower.send(SIGTERM);
  EXPECT_EQ(follower.exit_code_alone(), 128 + SIGTERM);
}

TEST_F(CtlOutputOfARun, that_can_not_be_written_is_a_failure_that_is_told) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"ctl", "logs"}, {"ctl", "logs", "-f"}, {"ctl", "events"}, {"ctl", "ps"}}) {
    Launch launch = writers.launch(words);
    launch.out_file = "/dev/full";
    const Finished finished = writers.ask(launch);
    EXPECT_EQ(finished.code, 70) << words.back();
    EXPECT_THAT(finished.err, HasSubstr("can't write to stdout: No space left on device"));
  }
}

TEST_F(CtlOutputOfARun, for_a_pipe_is_as_it_was_written) {
  EXPECT_THAT(writers.ask(writers.launch({"ctl", "logs", "./a:start"})).out, asks_where_the_cursor_is);
}

TEST_F(CtlOutput, has_lines_of_one_stream_each) {
  Gate gate(writers, "gate");
  writers.write("dream.json", R"({"projects": {"./a": {"tasks": {"two": {"pty": false, "command":
      "printf 'progress '; echo ERROR >&2; read word < $ROOT/gate; echo done; printf 'more '; echo AGAIN >&2; read word < $ROOT/gate; echo there"}}}}})");
  DreamRun dream(writers, writers.launch({"two", "--record", "-o", "prefix"}));
  dream.await_err("ERROR\n");
  DreamRun follower(writers, writers.launch({"ctl", "logs", "-f"}));
  follower.await_out("ERROR\n");
  gate.open();
  dream.await_err("AGAIN\n");
  EXPECT_EQ(writers.ask(writers.launch({"ctl", "logs"})).out, "ERROR\nprogress done\nAGAIN\nmore ");
  EXPECT_EQ(writers.ask(writers.launch({"ctl", "logs", "--json", "-n", "2"})).out,
            R"({"step":"./a:two","text":"AGAIN"})"
            "\n"
            R"({"step":"./a:two","text":"more ","partial":true})"
            "\n");
  gate.open();
  EXPECT_EQ(follower.exit_code_beside_others(), 0);
  EXPECT_EQ(follower.out(), "ERROR\nprogress done\nAGAIN\nmore there\n");
  EXPECT_EQ(dream.exit_code_once_all_ended(), 0);
  EXPECT_EQ(writers.ask(writers.launch({"ctl", "logs"})).out, "ERROR\nprogress done\nAGAIN\nmore there\n");
}

TEST_F(CtlOutput, of_a_record_that_can_not_be_written_is_a_failure_that_is_told) {
  ASSERT_EQ(run(writers, writers.launch({"once", "--record"})).code, 0);
  Launch launch = writers.launch({"ctl", "logs"});
  launch.out_file = "/dev/full";
  const Finished finished = writers.ask(launch);
  EXPECT_EQ(finished.code, 70);
  EXPECT_THAT(finished.err, HasSubstr("can't write to stdout: No space left on device"));
}

TEST_F(CtlOutput, of_a_record_asks_a_terminal_nothing) {
  ASSERT_EQ(run(writers, writers.launch({"once", "--record"})).code, 0);
  EXPECT_THAT(writers.on_terminal({"ctl", "logs"}), AllOf(HasSubstr("hello\r\n"), asks_nothing));
  EXPECT_THAT(writers.on_terminal({"ctl", "show"}), AllOf(HasSubstr("hello\r\n"), asks_nothing));
  EXPECT_THAT(writers.on_terminal({"ctl", "show", "-o", "raw"}), asks_where_the_cursor_is);
  EXPECT_EQ(writers.ask(writers.launch({"ctl", "show"})).out, "hello\x1b[6n\n");
}

TEST_F(CtlOutput, into_a_pipe_that_does_not_block_is_whole) {
  Launch launch = writers.launch({"schema"});
  const std::string whole = writers.ask(launch).out;
  launch.out_is_nonblocking = true;
  DreamRun asked(writers, launch);
  asked.await_full_out();
  EXPECT_EQ(asked.exit_code_beside_others(), 0) << asked.err();
  EXPECT_EQ(asked.out(), whole);
}

}  // namespace
}  // namespace dream::e2e
