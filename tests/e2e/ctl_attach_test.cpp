#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <termios.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.hpp"
#include "e2e/process_list.hpp"
#include "e2e/terminal.hpp"

/// Interactive steps, and who types there.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// ./a:console, a shell that was asked for no prompt, beside ./c:dev, which lasts.
class Consoles : public Workspace {
 public:
  static constexpr std::string_view configuration =
      R"({"workspace": {"./c": {"dev": [{"projectPath": "./a", "task": "console", "async": true}]}},
          "projects": {"./a": {"tasks": {"console": {"interactive": true, "command": "echo begun; exec sh -i"}}},
                       "./c": {"tasks": {"dev": {"command": "echo c runs; read word < $ROOT/nobody"}}}}})";

  explicit Consoles(std::string_view text = configuration) : Workspace(text), nobody_(*this, "nobody") {
    std::filesystem::create_directory(root() / "runtime");
    ::chmod((root() / "runtime").c_str(), 0700);
  }

  [[nodiscard]] Launch launch(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .folder = "c",
            .environment = {{"XDG_RUNTIME_DIR", (root() / "runtime").string()},
                            {"NO_COLOR", "1"},
                            {"PS1", ""},
                            {"TERM", "xterm"}}};
  }
  [[nodiscard]] Launch attach(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"ctl", "attach", "./a:console"};
    words.insert(words.end(), more.begin(), more.end());
    return launch(std::move(words));
  }
  [[nodiscard]] Finished ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), "ctl");
    DreamRun asked(*this, launch(std::move(words)));
    const int code = asked.exit_code_beside_others();
    return {code, asked.out(), asked.err()};
  }
  /// What has stdin from the test, and no terminal.
  [[nodiscard]] Finished ask(std::vector<std::string> more, const std::string& input = {}) const {
    Launch asking = attach(std::move(more));
    asking.standard_input = true;
    DreamRun asked(*this, asking);
    asked.write_input(input);
    asked.close_input();
    const int code = asked.exit_code_beside_others();
    return {code, asked.out(), asked.err()};
  }

 private:
  Gate nobody_;
};

class Attach : public testing::Test {
 protected:
  Attach() {
    dream.await_out("begun");
    dream.await_out("c runs\n");
  }
  void TearDown() override {
    dream.send(SIGTERM);
    EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM) << dream.err();
  }

  Consoles consoles;
  DreamRun dream{consoles, consoles.launch({"dev"})};
};

TEST_F(Attach, is_named_by_why) {
  EXPECT_THAT(consoles.ctl({"why", "./a:console"}).out,
              HasSubstr("; it reads from a terminal of its own: dream ctl attach ./a:console types there ("));
  EXPECT_THAT(consoles.ctl({"why", "./c:dev"}).out, Not(HasSubstr("attach")));
  EXPECT_THAT(dream.err(), Not(HasSubstr("attach"))) << "nobody can type here";
}

/// ./c:dev in front asks, ./a:console in the background does, too.
TEST(Interactive, steps_say_where_to_type_to_who_could_type_here) {
  const Consoles consoles(
      R"({"workspace": {"./c": {"dev": [{"projectPath": "./a", "task": "console", "async": true}]}},
      "projects": {"./a": {"tasks": {"console": {"interactive": true, "command": "echo begun; read word"}}},
                   "./c": {"tasks": {"dev": {"interactive": true, "command": "echo asks; read word; echo has $word"}}}}})");
  const std::string words = " reads from a terminal of its own: dream ctl attach ";
  {
    Terminal window(consoles, consoles.launch({"dev"}));
    window.await_screen("asks");
    EXPECT_THAT(
        window.screen(),
        AllOf(HasSubstr("./a:console" + words + "./a:console types there\r\n"),
              HasSubstr("./c:dev" + words + "./c:dev types there (with -o raw it reads from this one)\r\n")));
    window.type("\x03");
    EXPECT_EQ(window.exit_code_once_all_ended(), 130);
  }
  {
    Terminal quiet(consoles, consoles.launch({"dev", "--quiet"}));
    quiet.await_screen("./c:dev" + words + "./c:dev types there");
    quiet.type("\x03");
    EXPECT_EQ(quiet.exit_code_once_all_ended(), 130);
  }
  Terminal raw(consoles, consoles.launch({"dev", "-o", "raw"}));
  raw.await_screen("asks");
  raw.type("yes\n");
  raw.await_screen("has yes");
  EXPECT_THAT(raw.screen(), Not(HasSubstr("./c:dev" + words)));
  raw.send(SIGTERM);
  EXPECT_EQ(raw.exit_code_once_all_ended(), 143);
}

TEST_F(Attach, types_into_a_terminal_that_is_the_steps_own) {
  Terminal window(consoles, consoles.attach(), {.rows = 31, .columns = 97});
  window.await_screen("begun");
  window.type("tty; stty size; test -t 0 && test -t 1 && test -t 2 && echo all three\r");
  window.await_screen("31 97\r\nall three\r\n");
  EXPECT_THAT(window.screen(), Not(HasSubstr(window.name() + "\r\n"))) << "it is another terminal";
  window.resize({.rows = 20, .columns = 60});
  window.type("while [ \"$(stty size)\" != '20 60' ]; do :; done; echo it has changed\r");
  window.await_screen("\nit has changed\r\n");
  window.type("\x1d");
  EXPECT_EQ(window.exit_code_alone(), 0);
  EXPECT_THAT(window.screen(), HasSubstr("dream: ./a:console runs on"));
  EXPECT_EQ(window.modes(), window.modes_at_first());
}

TEST_F(Attach, hands_each_key_to_the_step_alone) {
  Terminal window(consoles, consoles.attach());
  window.await_screen("begun");
  window.type(std::string("sh -c 'trap \"echo interrupted; exit\" INT; echo waits; ") + until_a_trap_ends_it +
              "'\r");
  window.await_screen("\nwaits\r\n");
  window.type("\x03");
  window.await_screen("interrupted\r\n");  // not what was typed before
  window.type("echo $((6 * 7))\r");
  window.await_screen("\n42\r\n");
  window.type("\x04");  // the end of its input
  EXPECT_EQ(window.exit_code_alone(), 0);
  EXPECT_THAT(window.screen(), HasSubstr("dream: ./a:console has ended"));
  dream.await_err("./a:console succeeded");
}

TEST_F(Attach, lets_one_type_and_many_look) {
  Terminal window(consoles, consoles.attach());
  window.await_screen("begun");
  const Finished second = consoles.ask({});
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.err, HasSubstr("somebody types there already (--look only shows it)"));
  Terminal looker(consoles, consoles.attach({"--look"}));
  looker.await_screen("begun");
  looker.type("echo never typed\r");
  window.type("echo two times; echo $((40 + 4))\r");
  looker.await_screen("\n44\r\n");
  EXPECT_THAT(looker.screen(), Not(HasSubstr("never typed")));
  looker.type("\x03");
  EXPECT_EQ(looker.exit_code_alone(), 0);
  window.type("\x1d");
  EXPECT_EQ(window.exit_code_alone(), 0);
  EXPECT_EQ(consoles.ask({}, "echo $((50 + 5))\n").code, 0) << "the place is free again";
  dream.await_out("a | 55");
}

TEST_F(Attach, needs_no_terminal_of_its_own_and_passes_bytes_on) {
  EXPECT_EQ(consoles.ask({}, "printf '<%s>\\n' '\xc3\xa9\xff\x01'\n").code, 0);
  dream.await_out("<\xc3\xa9\xff");
}

TEST_F(Attach, ends_with_the_attempt_and_leaves_the_place) {
  Terminal window(consoles, consoles.attach());
  window.await_screen("begun");
  EXPECT_EQ(consoles.ctl({"stop", "./a:console"}).code, 0);
  EXPECT_EQ(window.exit_code_alone(), 0);
  EXPECT_THAT(window.screen(), HasSubstr("dream: ./a:console was stopped"));
  EXPECT_EQ(consoles.ctl({"start", "./a:console"}).code, 0);
  dream.await_err("./a:console started again (attempt 2)");
  Terminal next(consoles, consoles.attach());
  next.await_screen("begun");
  EXPECT_EQ(consoles.ctl({"restart", "./a:console"}).code, 0);
  EXPECT_EQ(next.exit_code_alone(), 0);
  EXPECT_THAT(next.screen(), HasSubstr("dream: ./a:console starts again"));
}

TEST_F(Attach, orders_a_dumb_terminal_nothing) {
  Launch asking = consoles.attach();
  asking.environment["TERM"] = "dumb";
  Terminal window(consoles, asking);
  window.await_screen("begun");
  window.type("\x1d");
  EXPECT_EQ(window.exit_code_alone(), 0);
  EXPECT_THAT(window.screen(), Not(HasSubstr("\x1b[?25h")));
}

TEST_F(Attach, leaves_a_step_that_writes_all_the_time) {
  Terminal window(consoles, consoles.attach());
  window.await_screen("begun");
  window.type("stty -echo; while :; do echo flood; done\r");
  window.await_screen("flood\r\nflood\r\n");
  window.type("\x1d");
  EXPECT_EQ(window.exit_code_alone(), 0);
  EXPECT_THAT(window.screen(), HasSubstr("dream: ./a:console runs on"));
}

/// As a shell that is told of a stopped job.
void make_modes_usual(const std::string& terminal) {
  const Descriptor opened(::open(terminal.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios modes{};
  ASSERT_EQ(::tcgetattr(opened.get(), &modes), 0);
  modes.c_lflag |= ICANON | ECHO | ISIG;
  ASSERT_EQ(::tcsetattr(opened.get(), TCSANOW, &modes), 0);
}

TEST_F(Attach, takes_its_terminal_again_when_it_is_continued) {
  Terminal window(consoles, consoles.attach());
  window.await_screen("begun");
  window.send(SIGTSTP);
  window.await_stopped();
  EXPECT_EQ(window.modes(), window.modes_at_first());
  window.continue_job();
  window.type("echo $((40 + 2))\r");
  window.await_screen("42");
  window.send(SIGSTOP);
  window.await_stopped();
  make_modes_usual(window.name());
  window.continue_job();
  window.type("echo $((50 + 3))\r");
  window.await_screen("53");
  window.type("\x1d");
  EXPECT_EQ(window.exit_code_alone(), 0);
  EXPECT_EQ(window.modes(), window.modes_at_first());
}

/// What the step writes meanwhile is no reason to stay.
TEST_F(Attach, leaves_a_step_that_reads_nothing) {
  Terminal window(consoles, consoles.attach());
  window.await_screen("begun");
  window.type("stty -echo; while :; do echo tick; sleep 0.2; done\r");
  window.await_screen("tick\r\n");
  std::string pasted;
  while (pasted.size() < 20'000) pasted += std::string(60, 'x') + "\r";
  window.paste(pasted + "\x1d");
  ASSERT_TRUE(window.ends_within(std::chrono::seconds(30)));
  EXPECT_EQ(window.exit_code_alone(), 1);
  EXPECT_THAT(window.screen(), HasSubstr("dream: ./a:console has not read yet what was typed"));
  EXPECT_EQ(window.modes(), window.modes_at_first());
}

/// More than the connection holds.
TEST_F(Attach, leaves_with_a_long_text_that_nobody_reads) {
  constexpr std::size_t long_text = 600'000;
  std::string text = "stty -echo; echo waits; read word < $ROOT/nobody\n";
  while (text.size() < long_text) text += std::string(60, 'x') + "\n";
  consoles.write("text", text);
  Launch launch = consoles.launch({"-c", "\"$DREAM\" ctl attach ./a:console < \"$ROOT/text\""});
  launch.program = "/bin/sh";
  launch.environment["DREAM"] = DREAM_BINARY;
  DreamRun typist(consoles, launch);
  EXPECT_EQ(typist.exit_code_beside_others(), 1);
  EXPECT_THAT(typist.err(), HasSubstr("does not read what was typed; the end of it is lost"));

  Terminal window(consoles, consoles.attach());  // beside what is still to be typed
  window.paste(text + "\x1d");
  EXPECT_EQ(window.exit_code_alone(), 1);
}

TEST_F(Attach, loses_nothing_of_a_long_text_for_a_slow_reader) {
  std::string text =
      "stty -echo -icanon; echo waits; while [ ! -e $ROOT/go ]; do :; done; head -c 2000000 | wc -c\n";
  EXPECT_EQ(consoles.ask({}, text).code, 0);
  dream.await_out("waits");
  Launch asking = consoles.attach();
  asking.standard_input = true;
  DreamRun typist(consoles, asking);
  typist.await_out("waits");
  std::thread writer([&] {
    typist.write_input(std::string(2'000'000, 'x'));
    typist.close_input();
  });
  consoles.write("go", "");
  dream.await_out("2000000");
  writer.join();
  EXPECT_EQ(typist.exit_code_beside_others(), 0);
}

TEST_F(Attach, shows_what_was_written_without_its_orders_to_a_terminal) {
  EXPECT_EQ(consoles.ask({}, "printf '\\033[6n\\033[31mr\\145d\\033]0;title\\007\\n'\n").code, 0);
  dream.await_out("red");
  EXPECT_THAT(consoles.ask({}, "\n").out,
              AllOf(HasSubstr("red\r\n"), Not(HasSubstr("\x1b")), Not(HasSubstr("title\r"))));
}

TEST_F(Attach, says_that_its_stdout_can_not_be_written) {
  Launch asking = consoles.attach();
  asking.standard_input = true;
  asking.out_file = "/dev/full";
  DreamRun asked(consoles, asking);
  EXPECT_EQ(asked.exit_code_beside_others(), 70);
  EXPECT_THAT(asked.err(), HasSubstr("can't write to stdout: No space left on device"));
}

TEST_F(Attach, is_refused_where_nobody_could_type) {
  Launch asking = consoles.launch({"ctl", "attach", "./c:dev"});
  DreamRun asked(consoles, asking);
  EXPECT_EQ(asked.exit_code_beside_others(), 1);
  EXPECT_THAT(asked.err(),
              HasSubstr(R"(./c:dev reads from no terminal (set "interactive": true in dream.json))"));
  EXPECT_EQ(consoles.ask({}, "exit 0\n").code, 0);
  dream.await_err("./a:console succeeded");
  EXPECT_THAT(consoles.ask({}).err, HasSubstr("./a:console has ended"));
}

TEST(Interactive, a_shell_that_ignores_what_would_end_others_ends_with_its_run) {
  const Consoles consoles;
  DreamRun dream(consoles, consoles.launch({"dev"}));
  dream.await_out("begun");
  dream.await_out("c runs\n");
  EXPECT_EQ(consoles.ask({}, "echo $((70 + 7))\n").code, 0);
  dream.await_out("77");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130) << dream.err();
  EXPECT_THAT(dream.err(), HasSubstr("signal 1 (SIGHUP)"));
}

TEST(Interactive, a_killed_dream_leaves_nothing_of_it) {
  const Consoles consoles;
  DreamRun dream(consoles, consoles.launch({"dev"}));
  dream.await_out("begun");
  dream.await_out("c runs\n");
  kill_with_host(dream.pid());
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
}

TEST(Interactive, in_front_has_what_dream_was_given) {
  const Consoles consoles;
  Launch launch = consoles.launch({"./a:console", "-o", "raw"});
  launch.standard_input = true;
  DreamRun dream(consoles, launch);
  dream.await_out("begun");
  dream.write_input("echo $((60 + 6)); exit 5\n");
  EXPECT_EQ(dream.exit_code(), 5) << dream.err();
  EXPECT_THAT(dream.out(), HasSubstr("66\n"));
}

TEST(Interactive, the_only_step_has_the_users_own_terminal) {
  const Consoles consoles;
  Launch launch = consoles.launch({"./a:console", "-o", "raw"});
  Terminal terminal(consoles, launch);
  terminal.await_screen("begun");
  terminal.type("tty\r");
  terminal.await_screen(terminal.name());
  terminal.type("exit 4\r");
  EXPECT_EQ(terminal.exit_code(), 4);
}

}  // namespace
}  // namespace dream::e2e
