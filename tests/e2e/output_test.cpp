#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>
#include <string>

#include "e2e/dream_run.hpp"
#include "e2e/terminal.hpp"

namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Output, stdout_and_stderr_stay_apart) {
  const Workspace workspace({{"a", "echo to out; echo to err >&2", "", ""}, {"c", "true", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.out, "a | to out\n");
  EXPECT_THAT(finished.err, HasSubstr("a | to err\n"));
  EXPECT_THAT(finished.err, Not(HasSubstr("to out")));
}

TEST(Output, of_one_step_is_what_the_task_wrote_and_nothing_else) {
  const Workspace workspace({{"c", "printf 'no newline'; echo to err >&2", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.out, "no newline");
  EXPECT_THAT(finished.err, StartsWith("to err\n"));
}

TEST(Output, a_file_gets_just_the_tasks_stdout) {
  const Workspace workspace({{"c", "echo built; echo progress >&2", "", ""}});
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "c", .out_file = "out.txt"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(workspace.read("out.txt"), "built\n");
  EXPECT_THAT(finished.err, HasSubstr("progress\n"));
}

TEST(Output, a_label_stands_before_every_line_and_names_its_task) {
  const Workspace workspace(
      {{"services/auth", R"(printf 'one\ntwo\n\n')", "", ""}, {"c", "echo three", "", ""}});
  EXPECT_EQ(run(workspace).out, "auth | one\nauth | two\nauth | \nc    | three\n");
}

TEST(Output, labels_tell_projects_with_the_same_last_name_apart) {
  const Workspace workspace(
      {{"web/api", "echo 1", "", ""}, {"mobile/api", "echo 2", "", ""}, {"c", "echo 3", "", ""}});
  EXPECT_EQ(run(workspace).out, "web/api    | 1\nmobile/api | 2\nc          | 3\n");
}

TEST(Output, a_last_line_without_newline_is_complete_and_gets_one) {
  const Workspace workspace({{"a", "printf 'end of a'", "", ""}, {"c", "echo c", "", ""}});
  EXPECT_EQ(run(workspace).out, "a | end of a\nc | c\n");
}

TEST(Output, a_line_that_comes_in_pieces_is_shown_whole) {
  const Workspace workspace({{"a", "printf one-; read go < $ROOT/gate; echo two", async, ""},
                             {"c", "echo between; read go < $ROOT/gate_c", "", ""}});
  const Gate gate(workspace, "gate");
  const Gate gate_c(workspace, "gate_c");
  DreamRun dream(workspace);
  dream.await_out("c | between\n");
  gate.open();
  dream.await_out("a | one-two\n");
  gate_c.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(Output, binary_bytes_pass_unchanged) {
  std::string bytes;
  for (int round = 0; round < 300; ++round) {
    for (int value = 0; value < 256; ++value) bytes += static_cast<char>((value * 7 + round) & 0xFF);
  }
  const Workspace workspace({{"c", "cat $ROOT/bytes", "", ""}});
  workspace.write("bytes", bytes);
  EXPECT_TRUE(run(workspace).out == bytes);
}

TEST(Output, raw_mode_has_no_labels_for_several_steps_either) {
  const Workspace workspace({{"a", "echo from a", "", ""}, {"c", "printf 'from c'", "", ""}});
  for (const std::vector<std::string>& mode : {std::vector<std::string>{"-o", "raw"}, {"--output=raw"}}) {
    Launch launch{.arguments = {"go"}, .folder = "c"};
    launch.arguments.insert(launch.arguments.end(), mode.begin(), mode.end());
    EXPECT_EQ(run(workspace, launch).out, "from a\nfrom c");
  }
}

TEST(Output, prefix_mode_labels_a_single_step_too) {
  const Workspace workspace({{"c", "echo hello", "", ""}});
  EXPECT_EQ(run(workspace, {.arguments = {"go", "-o", "prefix"}, .folder = "c"}).out, "c | hello\n");
}

TEST(Output, one_step_reads_stdin) {
  const Workspace workspace({{"c", "cat", "", ""}});
  DreamRun dream(workspace, {.arguments = {"go"}, .folder = "c", .standard_input = true});
  dream.write_input("first\n");
  dream.await_out("first\n");
  dream.write_input("last");
  dream.close_input();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_EQ(dream.out(), "first\nlast");
}

TEST(Output, labelled_steps_read_an_empty_stdin) {
  const Workspace workspace({{"a", "cat", "", ""}, {"c", "cat; echo over", "", ""}});
  DreamRun dream(workspace, {.arguments = {"go"}, .folder = "c", .standard_input = true});
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_EQ(dream.out(), "c | over\n");
}

TEST(Output, says_that_nobody_reads_what_is_piped_in) {
  const auto said = [](const std::string& setting) {
    const Workspace workspace({{"a", "read go < $ROOT/gate", "", ""}, {"c", "cat", "", setting}});
    const Gate gate(workspace, "gate");
    DreamRun dream(workspace, {.arguments = {"go"}, .folder = "c", .standard_input = true});
    dream.write_input("a dump\n");
    gate.open();
    EXPECT_EQ(dream.exit_code(), 0);
    EXPECT_EQ(dream.out(), "");
    return dream.err();
  };
  EXPECT_THAT(said(""), HasSubstr("./c:go doesn't read what is piped in: -o raw lets it\n"));
  EXPECT_THAT(said(R"("stdin": "empty")"), Not(HasSubstr("piped in")));
}

TEST(Output, colours_follow_the_option_then_the_environment) {
  const Workspace workspace({{"a", "echo hello", "", ""}, {"c", "true", "", ""}});
  const auto colours = [&](std::vector<std::string> arguments,
                           std::map<std::string, std::string> environment) {
    arguments.insert(arguments.begin(), "go");
    return run(workspace,
               {.arguments = std::move(arguments), .folder = "c", .environment = std::move(environment)})
               .out.find('\x1b') != std::string::npos;
  };
  EXPECT_FALSE(colours({}, {}));  // a pipe
  EXPECT_TRUE(colours({"--color", "always"}, {}));
  EXPECT_TRUE(colours({"--color=always"}, {{"NO_COLOR", "1"}}));
  EXPECT_FALSE(colours({"--color", "never"}, {{"FORCE_COLOR", "1"}}));
  EXPECT_TRUE(colours({}, {{"FORCE_COLOR", "1"}}));
  EXPECT_FALSE(colours({}, {{"FORCE_COLOR", "0"}}));
  EXPECT_FALSE(colours({}, {{"FORCE_COLOR", "1"}, {"NO_COLOR", "1"}}));
}

TEST(Output, has_colours_where_each_of_the_two_is_a_terminal) {
  const Workspace workspace({{"a", "echo out; echo err >&2", "", ""}, {"c", "true", "", ""}});
  const auto labels = [&](const std::string& redirection) {
    Terminal terminal(workspace, {.arguments = {"-c", "\"$DREAM\" go " + redirection},
                                  .folder = "c",
                                  .environment = {{"DREAM", DREAM_BINARY}, {"TERM", "xterm"}},
                                  .program = "/bin/sh"});
    EXPECT_EQ(terminal.exit_code(), 0);
    return std::pair(terminal.screen(), workspace.read("c/file"));
  };
  const auto [out_screen, err_file] = labels("2> file");
  EXPECT_THAT(out_screen, HasSubstr("\x1b[36ma | "));
  EXPECT_THAT(err_file, HasSubstr("a | err\n"));
  const auto [err_screen, out_file] = labels("> file");
  EXPECT_THAT(err_screen, HasSubstr("\x1b[36ma | "));
  EXPECT_THAT(out_file, HasSubstr("a | out\n"));
}

TEST(Output, the_tasks_own_colours_pass) {
  const Workspace workspace({{"a", R"(printf '\033[31mred\033[0m\n')", "", ""}, {"c", "true", "", ""}});
  EXPECT_EQ(run(workspace).out, "a | \x1b[31mred\x1b[0m\n");
}

TEST(Output, both_streams_in_one_pipe_keep_whole_lines) {
  const Workspace workspace({{"a", "echo out; echo err >&2; printf end", "", ""}, {"c", "true", "", ""}});
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "c", .merged = true});
  EXPECT_EQ(finished.err, "");
  EXPECT_THAT(finished.out, HasSubstr("a | out\n"));
  EXPECT_THAT(finished.out, HasSubstr("a | err\n"));
  EXPECT_THAT(finished.out, HasSubstr("a | end\n"));
  EXPECT_THAT(finished.out, HasSubstr("dream: ./a:go succeeded\n"));
}

/// As by hand: what a compiler says stands where its build had got to.
TEST(Output, both_streams_in_one_pipe_keep_the_order_in_which_the_task_wrote) {
  const Workspace workspace(
      {{"a", "for i in $(seq 100); do echo w$i; echo w$i >&2; done", "", ""}, {"c", "true", "", ""}});
  const auto words_in = [](const std::string& text) {
    std::string words;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (const std::size_t word = line.rfind('w'); line.starts_with("a | w") || word == 0)
        words += line.substr(word) + " ";
    return words;
  };
  std::string expected;
  for (int number = 1; number <= 100; ++number)
    for (int times = 0; times < 2; ++times) expected += "w" + std::to_string(number) + " ";
  for (const char* mode : {"prefix", "raw", "grouped"})
    for (const char* recorded : {"--no-recursive", "--record"}) {
      const Finished finished =
          run(workspace, {.arguments = {"go", "-o", mode, recorded}, .folder = "c", .merged = true});
      EXPECT_EQ(words_in(finished.out), expected) << mode << " " << recorded;
    }
  // Where a line of one stream is looked for, or a program reads the two apart, they are.
  const Finished events =
      run(workspace, {.arguments = {"go", "-o", "events"}, .folder = "c", .merged = true});
  EXPECT_THAT(events.out, HasSubstr(R"("stream":"stderr","text":"w1\n)"));
}

}  // namespace
}  // namespace dream::e2e
