#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "e2e/dream_run.hpp"
#include "e2e/terminal.hpp"
#include "e2e/workspace.hpp"

/// Who comes to a step that has set up its terminal before.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// ./:draw has the whole screen, without a cursor and with application cursor keys, and says when it is to
/// draw it; ./:ask is told where something is pasted.
class Screens : public testing::Test {
 protected:
  Screens() {
    std::filesystem::create_directory(space.root() / "runtime");
    ::chmod((space.root() / "runtime").c_str(), 0700);
    dream.emplace(space, launch({"up"}));
    dream->await_out("| asks");
    dream->await_out("draws");
  }
  void TearDown() override {
    dream->send(SIGTERM);
    EXPECT_EQ(dream->exit_code_once_all_ended(), 128 + SIGTERM) << dream->err();
  }

  [[nodiscard]] Launch launch(std::vector<std::string> arguments) const {
    return {
        .arguments = std::move(arguments),
        .environment = {
            {"XDG_RUNTIME_DIR", (space.root() / "runtime").string()}, {"NO_COLOR", "1"}, {"TERM", "xterm"}}};
  }
  [[nodiscard]] Launch attach(std::string step, std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"ctl", "attach", std::move(step)};
    words.insert(words.end(), more.begin(), more.end());
    return launch(std::move(words));
  }

  Workspace space{
      R"({"workspace": {"./": {"up": [{"task": "draw", "async": true}, {"task": "ask", "async": true}]}},
          "projects": {"./": {"tasks": {
            "up": {"command": "cat nobody"},
            "draw": {"interactive": true, "command": ")" +
      std::string(
          R"(trap 'echo drawn' WINCH; printf 'old line\\n\\033[?1049h\\033[?1h\\033[?25ldraws\\n'; )") +
      until_a_trap_ends_it + R"("},
            "ask": {"interactive": true, "command": "printf '\\033[?2004hold line\\nasks\\n'; read word"}}}}})"};
  Gate nobody{space, "nobody"};
  std::optional<DreamRun> dream;
};

constexpr const char* begin_of_draw = "\x1b[?1h\x1b[?1049h\x1b[?25l";
constexpr const char* end_of_draw = "\x1b[?25h\x1b[?1049l\x1b[?1l";

TEST_F(Screens, are_set_up_for_who_comes_drawn_anew_and_given_back) {
  for (const bool looks : {false, true}) {
    Terminal window(
        space, attach("./:draw", looks ? std::vector<std::string>{"--look"} : std::vector<std::string>{}));
    window.await_screen("drawn\r\n");
    EXPECT_THAT(window.screen(), AllOf(HasSubstr(begin_of_draw), Not(HasSubstr("old line"))));
    window.type("\x1d");
    EXPECT_EQ(window.exit_code_alone(), 0);
    EXPECT_THAT(window.screen(), HasSubstr(std::string(end_of_draw) + "dream: ./:draw runs on"));
  }
}

TEST_F(Screens, are_set_up_again_for_who_was_stopped) {
  Terminal window(space, attach("./:draw"));
  window.await_screen("drawn\r\n");
  window.send(SIGTSTP);
  window.await_stopped();
  const std::size_t stopped = window.screen().size();
  EXPECT_THAT(window.screen(), HasSubstr(end_of_draw));
  window.continue_job();
  while (window.screen().find("drawn\r\n", stopped) == std::string::npos) window.await_more();
  EXPECT_THAT(window.screen().substr(stopped), HasSubstr(begin_of_draw));
  window.type("\x1d");
  EXPECT_EQ(window.exit_code_alone(), 0);
}

TEST_F(Screens, come_behind_the_old_lines_where_there_is_no_other) {
  Terminal window(space, attach("./:ask"));
  window.await_screen("old line\r\nasks\r\n\x1b[?2004h");
  window.type("\x1d");
  EXPECT_EQ(window.exit_code_alone(), 0);
  EXPECT_THAT(window.screen(), HasSubstr("\x1b[?2004l\r\ndream: ./:ask runs on"));
}

/// However long the step is silent.
TEST_F(Screens, are_left_when_nobody_looks_any_more) {
  Launch asking = attach("./:ask", {"--look"});
  asking.standard_input = true;
  DreamRun asked(space, asking);
  asked.await_out("asks\r\n");
  asked.close_out();
  EXPECT_EQ(asked.exit_code_beside_others(), 128 + SIGPIPE);
}

TEST_F(Screens, are_for_terminals_only) {
  Launch asking = attach("./:ask");
  asking.standard_input = true;
  DreamRun asked(space, asking);
  asked.close_input();
  EXPECT_EQ(asked.exit_code_beside_others(), 0);
  EXPECT_EQ(asked.out(), "old line\r\nasks\r\n");
}

}  // namespace
}  // namespace dream::e2e
