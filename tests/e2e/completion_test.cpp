#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/dream_run.hpp"
#include "e2e/terminal.hpp"

/// The completion scripts in the shells that they are for.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Completion : public ::testing::Test {
 protected:
  /// What a shell does with a script; `dream` is the binary.
  std::string run_shell(const std::string& shell, const std::vector<std::string>& flags,
                        const std::string& script) {
    const std::string folder = std::filesystem::path(DREAM_BINARY).parent_path().string();
    std::vector<std::string> arguments = flags;
    arguments.insert(arguments.end(), {"-c", "export PATH=\"" + folder + ":$PATH\"\n" + script});
    const Finished finished =
        run(workspace_, {.arguments = arguments, .folder = "b", .program = "/usr/bin/" + shell});
    EXPECT_EQ(finished.code, 0) << finished.err;
    return finished.out;
  }

  /// The candidates that bash gets for a line, one a line.
  std::string bash(const std::string& line) {
    return run_shell("bash", {"--norc"},
                     "eval \"$(dream completion bash)\"\ncomplete -p dream\nCOMP_LINE='" + line +
                         "'\nCOMP_POINT=${#COMP_LINE}\n_dream\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
  }

  /// zsh completes within its line editor alone; what the function would give it is printed instead.
  std::string zsh(const std::string& words) {
    return run_shell("zsh", {"-f"},
                     "compdef() { print compdef $1 $2 }\n_describe() { print -rl -- ${(P)4} }\n"
                     "_files() { print files $1 }\ncompset() { return 0 }\n"
                     "eval \"$(dream completion zsh)\"\nwords=(" +
                         words + ")\nCURRENT=$#words\n_dream\n");
  }

  std::string fish(const std::string& line) {
    return run_shell("fish", {"--no-config"}, "dream completion fish | source\ncomplete -C '" + line + "'\n");
  }

  Workspace workspace_{R"({
    "workspace": { "./b": { "build:fast": ["./a"], "two words": [] } },
    "projects": { "./b": { "tasks": { "dev": { "command": "true" } } }, "./c": { "tasks": { "other": {} } } }
  })"};
};

TEST_F(Completion, of_bash) {
  const std::string bound = "complete -F _dream dream\n";
  EXPECT_EQ(bash("dream de"), bound + "dev\n");
  EXPECT_EQ(bash("dream run build:"), bound + "fast\n") << "bash keeps what stands before the colon";
  EXPECT_EQ(bash("dream run tw"), bound + "two\\ words\n");
  EXPECT_EQ(bash("dream -C ../c run "), bound + "other\n");
  EXPECT_EQ(bash("dream --color=al"), bound + "always\n");
  EXPECT_EQ(bash("dream --project ./c plan "), bound + "other\n");
  EXPECT_EQ(bash("dream plugin info sh"), bound + "shell\n");
  EXPECT_THAT(bash("dream "),
              AllOf(HasSubstr("build:fast\n"), HasSubstr("validate\n"), Not(HasSubstr("other"))));
  EXPECT_THAT(bash("dream -C ../"),
              AllOf(HasSubstr("\n../a\n"), HasSubstr("\n../d\n"), Not(HasSubstr("json"))));
}

TEST_F(Completion, of_bash_understands_quotes) {
  const std::string bound = "complete -F _dream dream\n";
  EXPECT_EQ(bash(R"(dream run "tw)"), bound + "two words\n") << "the quotes stay as they are";
  EXPECT_EQ(bash(R"(dream run two\ w)"), bound + "two\\ words\n");
  EXPECT_EQ(bash(R"(dream run "build:)"), bound + "build:fast\n");
  EXPECT_EQ(bash(R"(dream -C "../c" run )"), bound + "other\n");
}

TEST_F(Completion, comes_with_the_tab_key) {
  const std::string folder = std::filesystem::path(DREAM_BINARY).parent_path().string();
  const std::map<std::string, std::vector<std::string>> shells{{"bash", {"--norc", "--noprofile", "-i"}},
                                                               {"zsh", {"-f", "-i"}}};
  for (const auto& [shell, flags] : shells) {
    Terminal terminal(workspace_, {.arguments = flags, .folder = "b", .program = "/usr/bin/" + shell});
    terminal.type("export PATH=" + folder + ":$PATH; PS1='rea''dy '\r");
    terminal.await_screen("ready ");
    if (shell == "zsh") terminal.type("autoload -Uz compinit; compinit -D -u\r");
    terminal.type("eval \"$(dream completion " + shell + ")\"; echo lo''aded\r");
    terminal.await_screen("loaded");
    for (const auto& [keys, completed] :
         {std::pair{"dream de", "dream dev "}, std::pair{"dream run build:", "build:fast "},
          std::pair{"dream --rec", "--recursive "}, std::pair{"dream plugin info den", "info deno "}}) {
      terminal.type(std::string(keys) + "\t");
      terminal.await_screen(completed);
      terminal.type("\x15");  // Ctrl-U: the line is gone
    }
    terminal.type("exit\r");
    EXPECT_EQ(terminal.exit_code(), 0) << terminal.screen();
  }
}

TEST_F(Completion, of_zsh) {
  const std::string bound = "compdef _dream dream\n";
  EXPECT_EQ(zsh("dream de"), bound + "dev:task of ./b\n");
  EXPECT_EQ(zsh("dream run build:"), bound + "build\\:fast:task of ./b\n");
  EXPECT_EQ(zsh("dream run 'two w'"), bound + "two words:task of ./b\n");
  EXPECT_EQ(zsh("dream --color=al"), bound + "--color=always:\n");
  EXPECT_EQ(zsh("dream -C ''"), bound + "files -/\n");
  EXPECT_EQ(zsh("dream dev -- ''"), bound + "files\n");
  EXPECT_THAT(zsh("dream ''"), AllOf(HasSubstr("build\\:fast"), HasSubstr("validate:every problem")));
}

TEST_F(Completion, of_fish) {
  EXPECT_EQ(fish("dream de"), "dev\ttask of ./b\n");
  EXPECT_EQ(fish("dream run build:"), "build:fast\ttask of ./b\n");
  EXPECT_EQ(fish("dream --color=al"), "--color=always\n");
  EXPECT_EQ(fish("dream -C ../c run "), "other\ttask of ./c\n");
  EXPECT_THAT(fish("dream -C ../"), AllOf(HasSubstr("../a/"), HasSubstr("../d/")));
  EXPECT_THAT(fish("dream "), AllOf(HasSubstr("build:fast\t"), HasSubstr("validate\tevery problem")));
}

TEST_F(Completion, is_silent_where_there_is_no_workspace) {
  std::filesystem::remove(workspace_.root() / "dream.json");
  const Finished finished = run(workspace_, {.arguments = {"completion", "--", "de"}});
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out + finished.err, "");
}

TEST_F(Completion, offers_what_can_be_read_of_a_broken_file) {
  workspace_.write("dream.json", R"({"projects": {"./b": {"tasks": {"dev": {"delay": "x"}}}}})");
  const Finished finished = run(workspace_, {.arguments = {"completion", "--", "de"}, .folder = "b"});
  EXPECT_EQ(finished.out, "dev\ttask of ./b\n");
  EXPECT_EQ(finished.err, "");
}

TEST_F(Completion, says_which_shells_it_knows) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"completion"}, {"completion", "tcsh"}}) {
    const Finished finished = run(workspace_, {.arguments = words});
    EXPECT_EQ(finished.code, 2);
    EXPECT_THAT(finished.err, AllOf(StartsWith("dream: "), HasSubstr("dream completion bash|zsh|fish")));
  }
}

}  // namespace
}  // namespace dream::e2e
