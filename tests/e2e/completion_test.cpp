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
    "tasks": { "dev": { "description": "not this" }, "two words": { "description": "says: two" } },
    "projects": { "./b": { "tasks": { "dev": { "command": "true", "description": "Serves it" } } }, "./c": { "tasks": { "other": {} } } }
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

/// What stands in a folder may be anybody's.
TEST_F(Completion, runs_no_file_whose_name_is_typed) {
  workspace_.script("b/dream", "#!/bin/sh\ntouch ../DONE\n");
  EXPECT_THAT(bash("./dream de"), HasSubstr("\ndev\n"));
  EXPECT_THAT(zsh("./dream de"), HasSubstr("dev:"));
  EXPECT_THAT(fish("./dream de"), StartsWith("dev\t"));
  EXPECT_FALSE(std::filesystem::exists(workspace_.root() / "DONE"));
}

TEST_F(Completion, of_bash_understands_quotes) {
  const std::string bound = "complete -F _dream dream\n";
  EXPECT_EQ(bash(R"(dream run "tw)"), bound + "two words\n") << "the quotes stay as they are";
  EXPECT_EQ(bash(R"(dream run two\ w)"), bound + "two\\ words\n");
  EXPECT_EQ(bash(R"(dream run "build:)"), bound + "build:fast\n");
  EXPECT_EQ(bash(R"(dream -C "../c" run )"), bound + "other\n");
}

/// A shell that somebody types into, with its completion of dream.
class TypingShell {
 public:
  TypingShell(const Workspace& workspace, const std::string& name)
      : terminal_(workspace, {.arguments = flags(name),
                              .folder = "b",
                              .environment = {{"TERM", "xterm"}},
                              .program = "/usr/bin/" + name}) {
    const std::string folder = std::filesystem::path(DREAM_BINARY).parent_path().string();
    terminal_.type("export PATH=" + folder + ":$PATH; echo path is s''et\r");
    terminal_.await_screen("path is set");
    // A blank that it has added would be shown in bold.
    if (name == "zsh") terminal_.type("zle_highlight=(suffix:none); autoload -Uz compinit; compinit -D -u\r");
    terminal_.type(name == "fish" ? "dream completion fish | source; echo lo''aded\r"
                                  : "eval \"$(dream completion " + name + ")\"; echo lo''aded\r");
    terminal_.await_screen("loaded");
  }

  Terminal& terminal() { return terminal_; }

  void leave() {
    terminal_.type("exit\r");
    EXPECT_EQ(terminal_.exit_code(), 0) << terminal_.screen();
  }

 private:
  static std::vector<std::string> flags(const std::string& name) {
    if (name == "bash") return {"--norc", "--noprofile", "-i"};
    if (name == "zsh") return {"-f", "-i"};
    return {"--no-config", "-i"};
  }

  Terminal terminal_;
};

TEST_F(Completion, comes_with_the_tab_key) {
  for (const char* name : {"bash", "zsh"}) {
    TypingShell shell(workspace_, name);
    for (const auto& [keys, completed] :
         {std::pair{"dream de", "dream dev "}, std::pair{"dream run build:", "build:fast "},
          std::pair{"dream --recu", "--recursive "}, std::pair{"dream plugin info den", "info deno "}}) {
      shell.terminal().type(std::string(keys) + "\t");
      shell.terminal().await_screen(completed);
      shell.terminal().type("\x15");  // Ctrl-U: the line is gone
    }
    shell.leave();
  }
}

class CompletionOfKeys : public Completion, public ::testing::WithParamInterface<std::string> {};

INSTANTIATE_TEST_SUITE_P(Shells, CompletionOfKeys, ::testing::Values("bash", "zsh", "fish"),
                         [](const auto& shell) { return shell.param; });

/// Names come from files of a repository that somebody has cloned.
TEST_P(CompletionOfKeys, makes_one_word_of_a_name_in_every_kind_of_quote) {
  // None ends in one of `=@:,.`: behind such a name fish lets the word go on.
  const std::vector<std::string> names{"a$(touch ../DONE)",
                                       "b`touch ../DONE`",
                                       "c';touch ../DONE;'",
                                       "d\";touch ../DONE;\"",
                                       "e two  words",
                                       "f;touch ../DONE;#",
                                       "g!x!!",
                                       "h\\$HOME\\",
                                       "i\\'\"",
                                       "jä&touch ../DONE&",
                                       "k|{a,b}*?<~^=@:x"};
  std::string tasks;
  for (std::size_t at = 0; at < names.size(); ++at) {
    std::string name;
    for (const char c : names[at]) name += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    tasks +=
        (at > 0 ? ", \"" : "\"") + name + R"(": {"command": ["echo", "ran", ")" + std::to_string(at) + "\"]}";
  }
  workspace_.write("dream.json", R"({"projects": {"./b": {"tasks": {)" + tasks + "}}}}");
  TypingShell shell(workspace_, GetParam());
  std::vector<std::string> quotes{"", "'", "\""};
  if (GetParam() != "fish") quotes.emplace_back("$'");
  for (std::size_t at = 0; at < names.size(); ++at) {
    for (std::size_t quote = 0; quote < quotes.size(); ++quote) {
      const std::string mark = "mark" + std::to_string(quote);
      shell.terminal().type("dream run " + quotes[quote] + names[at].front() + "\t-- " + mark + "\r");
      shell.terminal().await_screen("ran " + std::to_string(at) + " " + mark);
    }
  }
  shell.leave();
  EXPECT_FALSE(std::filesystem::exists(workspace_.root() / "DONE")) << "a shell ran what is in a name";
}

TEST_F(Completion, of_bash_knows_what_stays_before_an_open_quote) {
  const std::string bound = "complete -F _dream dream\n";
  EXPECT_EQ(bash(R"(dream run two" w)"), bound + " words\n");
  EXPECT_EQ(bash(R"(dream run "two "w)"), bound + "words\n");
  EXPECT_EQ(bash(R"(dream run $"two w)"), bound + "two words\n");
}

TEST_F(Completion, of_zsh) {
  const std::string bound = "compdef _dream dream\n";
  EXPECT_EQ(zsh("dream de"), bound + "dev:Serves it\n");
  EXPECT_EQ(zsh("dream run build:"), bound + "build\\:fast:task of ./b\n");
  EXPECT_EQ(zsh("dream run 'two w'"), bound + "two words:says: two\n");
  EXPECT_EQ(zsh("dream --color=al"), bound + "--color=always:\n");
  EXPECT_EQ(zsh("dream -C ''"), bound + "files -/\n");
  EXPECT_EQ(zsh("dream dev -- ''"), bound + "files\n");
  EXPECT_THAT(zsh("dream ''"), AllOf(HasSubstr("build\\:fast"), HasSubstr("validate:shows every mistake")));
}

TEST_F(Completion, of_fish) {
  EXPECT_EQ(fish("dream de"), "dev\tServes it\n");
  EXPECT_EQ(fish("dream run build:"), "build:fast\ttask of ./b\n");
  EXPECT_EQ(fish("dream --color=al"), "--color=always\n");
  EXPECT_EQ(fish("dream -C ../c run "), "other\ttask of ./c\n");
  EXPECT_THAT(fish("dream -C ../"), AllOf(HasSubstr("../a/"), HasSubstr("../d/")));
  EXPECT_THAT(fish("dream "), AllOf(HasSubstr("build:fast\t"), HasSubstr("validate\tshows every mistake")));
}

// It hides words that begin with a dot.
TEST_F(Completion, of_fish_has_projects_and_steps) {
  EXPECT_EQ(fish("dream -p "), "a\nb\nc\n");
  EXPECT_EQ(fish("dream -p c"), "c\n");
  EXPECT_EQ(fish("dream -p ./c"), "./c\n");
  EXPECT_EQ(fish("dream --project=./c"), "--project=./c\n");
  const Workspace workspace(R"({"projects": {"./db": {"tasks": {
      "dev": {"command": "echo up; read word < $ROOT/nobody"}}}}})");
  const Gate nobody(workspace, "nobody");
  std::filesystem::create_directory(workspace.root() / "db");
  DreamRun dream(workspace, {.arguments = {"dev"}, .folder = "db"});
  dream.await_out("up");
  const auto out = [&](const std::string& program, const std::vector<std::string>& arguments) {
    DreamRun other(workspace, {.arguments = arguments, .program = program});
    EXPECT_EQ(other.exit_code_beside_others(), 0) << other.err();
    return other.out();
  };
  const std::string script = "export PATH=" + std::filesystem::path(DREAM_BINARY).parent_path().string() +
                             ":$PATH\ndream completion fish | source\ncomplete -C 'dream ctl stop ";
  for (const char* word : {"", "d"})
    EXPECT_THAT(out("/usr/bin/fish", {"--no-config", "-c", script + word + "'"}), StartsWith("db:dev"));
  EXPECT_THAT(out({}, {"ctl", "why", "db:dev"}), HasSubstr("./db:dev"));
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code_beside_others(), 128 + SIGTERM);
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
