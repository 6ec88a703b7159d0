#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <dream/testing/plugin_driver.hpp>

#include "support/temporary_folder.hpp"

namespace {

using dream::TemporaryFolder;
using dream::testing::FakeFoundTask;
using dream::testing::FakeHost;
using dream::testing::FakeRun;
using dream::testing::FakeTask;
using dream::testing::PluginDriver;
using testing::ElementsAre;
using testing::IsEmpty;

struct ShellPlugin : testing::Test {
  ShellPlugin() { plugin.create(); }
  void TearDown() override {
    for (std::size_t index = 0; index < host.children().size(); ++index) {
      host.exit_child(index, DREAM_EXIT_CODE, 0);
    }
  }

  /// The argv that a task becomes.
  std::vector<std::string> argv(const FakeTask& task) {
    const std::size_t before = host.children().size();
    const FakeRun* run = plugin.start(task);
    if (run == nullptr) return {};
    return host.children().at(before).argv;
  }

  FakeTask dev(std::vector<std::string> arguments = {}) const {
    return {.name = "dev", .arguments = std::move(arguments), .directory = folder.path().string()};
  }

  std::string script(const std::string& name, mode_t mode = 0755) const {
    const auto path = folder.write("scripts/" + name, "#!/bin/sh\n");
    ::chmod(path.c_str(), mode);
    return path.string();
  }

  TemporaryFolder folder;
  FakeHost host;
  PluginDriver plugin{host, dream_plugin_v1};
};

TEST_F(ShellPlugin, a_line_goes_to_sh_as_it_is) {
  EXPECT_THAT(argv({.command_line = "go run . | tee log"}),
              ElementsAre("/bin/sh", "-c", "go run . | tee log"));
  EXPECT_THAT(argv({.command_line = "make\n"}), ElementsAre("/bin/sh", "-c", "make"));
}

TEST_F(ShellPlugin, arguments_reach_a_line_as_words_that_the_shell_does_not_look_into) {
  EXPECT_THAT(argv({.command_line = "jest --ci\n", .arguments = {"a b", "$(rm -rf /)", ""}}),
              ElementsAre("/bin/sh", "-c", "jest --ci \"$@\"", "/bin/sh", "a b", "$(rm -rf /)", ""));
}

struct LineCase {
  std::string line;
  std::string with_arguments;  ///< `@` where they stand; empty: as the line is; else the begin of why not
};

const std::vector<LineCase> line_cases{
    {"a", "a@"},
    {"a b\n", "a b@"},
    {"a; b", "a; b@"},
    {"a && b", "a && b@"},
    {"a | b 2>&1", "a | b 2>&1@"},
    {"a\nb", "a\nb@"},
    {"a\\\n  b", "a\\\n  b@"},
    {"cd x && A=1 B='2 3' c", "cd x && A=1 B='2 3' c@"},
    {"a > out.txt", "a > out.txt@"},
    {"a &> out", "a &> out@"},
    {"a >&2", "a >&2@"},
    {"if x; then y; fi; z", "if x; then y; fi; z@"},
    {"{ x; }; z", "{ x; }; z@"},
    {"(x); z", "(x); z@"},
    {"a $(b; c) \"$(d \"e\")\" `f` ${g:-(h} '(' \\( \"it's\"",
     "a $(b; c) \"$(d \"e\")\" `f` ${g:-(h} '(' \\( \"it's\"@"},
    {"diff <(a) <(b)", "diff <(a) <(b)@"},
    {"x=(1 2); a", "x=(1 2); a@"},
    {"awk '{print $1}' f", "awk '{print $1}' f@"},
    {"awk \"{print \\$1}\" f", "awk \"{print \\$1}\" f@"},
    {"f() { echo \"$1\"; }; f x", "f() { echo \"$1\"; }; f x@"},
    {"function f { echo \"$1\"; }; f x", "function f { echo \"$1\"; }; f x@"},
    {"echo $$1 $0 $! ${#name} ${!}", "echo $$1 $0 $! ${#name} ${!}@"},
    {"f() { shift; echo $#; }; f x", "f() { shift; echo $#; }; f x@"},
    {"getopts a: o -a x", "getopts a: o -a x@"},
    {"a\\ ", "a\\ @"},
    // Behind which they would be lost
    {"a   # everything", "a@   # everything"},
    {"a#b", "a#b@"},
    {"a &", "a@ &"},
    {"a;", "a@;"},
    {"a; # b", "a@; # b"},
    {"a || true", "a@ || true"},
    {"a ||\n  :", "a@ ||\n  :"},
    {"a || b || exit 1", "a || b@ || exit 1"},
    {"cat <<END\ntext\nEND", "cat <<END@\ntext\nEND"},
    {"cat <<-'END' | b\n\t$1\n\tEND\n", "cat <<-'END' | b@\n\t$1\n\tEND"},
    {"cat <<< text", "cat <<< text@"},
    {"a & b", "a & b@"},
    // Which say it themselves
    {"printf '<%s>' \"$@\" end", ""},
    {"for x in \"$@\"; do echo \"$x\"; done", ""},
    {"for x; do echo \"$x\"; done", ""},
    {"for x do echo; done", ""},
    {"a ${1:-b} | c", ""},
    {"a \"$*\" || true", ""},
    {"echo $(b $2)", ""},
    {"f() { a; }; f \"$@\"", ""},
    {"[ $# -gt 0 ] || exit 1; a", ""},
    {"echo ${#}", ""},
    {"echo ${#1}", ""},
    {"echo ${!#}", ""},
    {"shift 2; a", ""},
    {"while getopts ab: o; do a \"$o\"; done", ""},
    {"cat <<END\n$1\nEND", ""},
    // Which have no place
    {"for x in 1 2; do a; done", "it ends in done"},
    {"for x in 1 2; do a; done > out", "it ends in done"},
    {"if x; then y; fi || true", "it ends in fi"},
    {"{ a; }", "it ends in }"},
    {"(a)", "it ends in )"},
    {"case x in x) a;; esac", "it ends in esac"},
    {"f() { a; }", "it ends in }"},
    {"a && true", "its last command is true"},
    {"a & b & wait", "its last command is wait"},
    {"A=1", "its last command is none"},
    {"# nothing", "it has no command"},
    {"a |", "it ends in |"},
    {"a &&\n", "it ends in &&"},
    {"a 'b", "something in it is never closed"},
    {"a $(b", "something in it is never closed"},
    {"a \\", "something in it is never closed"},
};

/// A stack for each bracket would be too large a one.
TEST_F(ShellPlugin, arguments_have_no_place_in_a_line_that_is_nested_too_deeply) {
  for (const std::string opening : {"$(", "${x:-", "\"`", "a$("}) {
    for (const std::string begin : {"a ", "cat << X\n", "a <("}) {
      if (begin.starts_with("cat") && opening.find('$') == std::string::npos)
        continue;  // a text as any other
      std::string line = begin;
      for (int at = 0; at < 200'000; ++at) line += opening;
      EXPECT_TRUE(argv({.command_line = line, .arguments = {"x"}}).empty());
      EXPECT_EQ(plugin.error().message,
                "there is no place for arguments behind the command's line: more is nested in it than "
                "anybody writes")
          << begin << opening;
    }
  }
  std::string deep = "a";
  for (int at = 0; at < 100; ++at) deep = "a \"$(" + deep + ")\"";
  EXPECT_EQ(argv({.command_line = deep, .arguments = {"x"}}).size(), 5U) << "is deep enough for anybody";
}

TEST_F(ShellPlugin, arguments_stand_behind_the_last_command_or_where_the_line_says) {
  for (const LineCase& one : line_cases) {
    const std::vector<std::string> words = argv({.command_line = one.line, .arguments = {"x"}});
    if (words.empty()) {
      EXPECT_EQ(plugin.error().message.find("there is no place for arguments behind the command's line: " +
                                            one.with_arguments),
                0U)
          << one.line << ": " << plugin.error().message;
      EXPECT_EQ(plugin.error().code, DREAM_E_NOT_EXECUTABLE);
      EXPECT_EQ(plugin.error().hint, R"(write "$@" into the line where they belong)");
      continue;
    }
    std::string expected = one.with_arguments.empty() ? one.line : one.with_arguments;
    const std::size_t place = expected.rfind('@');
    if (!one.with_arguments.empty()) {
      ASSERT_NE(place, std::string::npos) << one.line << " became " << words[2];
      expected.replace(place, 1, " \"$@\"");
    }
    EXPECT_THAT(words, ElementsAre("/bin/sh", "-c", expected, "/bin/sh", "x"));
  }
}

TEST_F(ShellPlugin, a_blank_behind_a_backslash_belongs_to_the_line) {
  EXPECT_THAT(argv({.command_line = "printf %s a\\ "}), ElementsAre("/bin/sh", "-c", "printf %s a\\ "));
  EXPECT_THAT(argv({.command_line = "a \n "}), ElementsAre("/bin/sh", "-c", "a"));
}

TEST_F(ShellPlugin, an_argv_runs_without_a_shell) {
  EXPECT_THAT(argv({.command_argv = {"go", "test", "./..."}, .arguments = {"-v"}}),
              ElementsAre("go", "test", "./...", "-v"));
}

TEST_F(ShellPlugin, without_a_command_the_script_of_the_task_runs) {
  const std::string suffixed = script("dev.sh");
  EXPECT_THAT(argv(dev({"--port", "1"})), ElementsAre(suffixed, "--port", "1"));
  const std::string plain = script("dev");
  EXPECT_THAT(argv(dev()), ElementsAre(plain));
}

TEST_F(ShellPlugin, a_script_that_can_be_executed_is_preferred_to_one_that_can_not) {
  script("dev", 0644);
  const std::string suffixed = script("dev.sh");
  EXPECT_THAT(argv(dev()), ElementsAre(suffixed));
}

TEST_F(ShellPlugin, a_script_that_can_not_be_executed_says_how_to_fix_it) {
  const std::string path = script("dev.sh", 0644);
  EXPECT_EQ(plugin.start(dev()), nullptr);
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_EXECUTABLE);
  EXPECT_EQ(plugin.error().message, path + " is not executable");
  EXPECT_EQ(plugin.error().hint, "chmod +x " + path);
}

TEST_F(ShellPlugin, a_missing_script_lists_the_ones_there_are) {
  script("test.sh");
  script("build");
  script("notes.txt", 0644);
  EXPECT_EQ(plugin.start(dev()), nullptr);
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
  EXPECT_EQ(plugin.error().message, "./web has no command for \"dev\"; its scripts are build, test");
  EXPECT_EQ(plugin.error().hint, "set its command in dream.json, or write the executable scripts/dev");
  EXPECT_EQ(plugin.error().count, 1);
  EXPECT_THAT(host.children(), IsEmpty());
}

TEST_F(ShellPlugin, a_project_without_scripts_says_so) {
  folder.write("scripts/dev/a_folder_is_no_script");
  EXPECT_EQ(plugin.start(dev()), nullptr);
  EXPECT_EQ(plugin.error().message, "./web has no command for \"dev\", and no scripts");
}

TEST_F(ShellPlugin, a_path_is_no_script) {
  const std::string outside = (folder.path() / "outside").string();
  std::filesystem::copy_file(script("dir/inside"), outside);
  for (const std::string& name : {outside, std::string("../outside"), std::string("dir/inside")}) {
    FakeTask task = dev();
    task.name = name;
    EXPECT_EQ(plugin.start(task), nullptr) << name;
    EXPECT_EQ(plugin.error().message, "./web has no command for \"" + name + "\", and no scripts");
    EXPECT_EQ(plugin.error().hint, "set its command in dream.json");
  }
  EXPECT_THAT(host.children(), IsEmpty());
}

TEST_F(ShellPlugin, the_child_gets_what_the_task_says) {
  const FakeRun* run =
      plugin.start({.command_argv = {"x"}, .directory = "/w", .environment = {"A=1"}, .stop_signal = 2});
  ASSERT_NE(run, nullptr);
  const auto& child = host.children().at(0);
  EXPECT_EQ(child.directory, "/w");
  EXPECT_THAT(child.environment, ElementsAre("A=1"));
  EXPECT_EQ(child.stop_signal, 2);
  EXPECT_EQ(child.run, run->id);
  EXPECT_EQ(child.flags, DREAM_CHILD_PTY);
  EXPECT_EQ(child.on_output, nullptr);
}

struct ShellOptions : ShellPlugin {
  /// The argv of a line with these options and arguments.
  std::vector<std::string> line(const std::string& options, std::vector<std::string> arguments = {}) {
    for (const char* program : {"sh", "bash", "zsh"}) {
      ::chmod(folder.write(std::string("tools/") + program).c_str(), 0755);
    }
    return argv({.command_line = "a | b",
                 .arguments = std::move(arguments),
                 .environment = {"PATH=" + (folder.path() / "tools").string()},
                 .options = options});
  }
};

TEST_F(ShellOptions, name_another_shell) {
  EXPECT_THAT(line(R"({"shell": "bash"})"), ElementsAre("bash", "-c", "a | b"));
  EXPECT_THAT(line(R"({"shell": "zsh"})", {"x"}), ElementsAre("zsh", "-c", "a | b \"$@\"", "zsh", "x"));
}

TEST_F(ShellOptions, or_the_beginning_of_an_argv) {
  EXPECT_THAT(line(R"({"shell": ["fish", "-N", "-c"]})", {"x"}),
              ElementsAre("fish", "-N", "-c", "a | b", "x"))
      << "it may not know \"$@\"";
  EXPECT_THAT(line(R"({"shell": ["/opt/bin/bash", "-xc"]})", {"x"}),
              ElementsAre("/opt/bin/bash", "-xc", "a | b \"$@\"", "/opt/bin/bash", "x"));
}

TEST_F(ShellOptions, make_it_a_login_shell_and_strict) {
  EXPECT_THAT(line(R"({"login": true})"), ElementsAre("/bin/sh", "-l", "-c", "a | b"));
  EXPECT_THAT(line(R"({"strict": true})"),
              ElementsAre("/bin/sh", "-eu", "-c", "command set -o pipefail 2>/dev/null || :; a | b"));
  EXPECT_THAT(line(R"({"shell": "bash", "login": true, "strict": true})"),
              ElementsAre("bash", "-l", "-eu", "-o", "pipefail", "-c", "a | b"));
}

TEST_F(ShellOptions, that_only_a_known_shell_understands_are_refused_with_another_one) {
  EXPECT_THAT(line(R"({"shell": ["fish", "-c"], "strict": true})"), IsEmpty());
  EXPECT_EQ(plugin.error().code, DREAM_E_OPTIONS);
  EXPECT_EQ(plugin.error().where, "/strict");
  EXPECT_THAT(line(R"({"shell": ["fish", "-c"], "login": false})"), ElementsAre("fish", "-c", "a | b"));
}

TEST_F(ShellOptions, change_nothing_for_an_argv_and_a_script) {
  FakeTask words{.command_argv = {"go", "test"}, .options = R"({"shell": "zsh", "strict": true})"};
  EXPECT_THAT(argv(words), ElementsAre("go", "test"));
  const std::string path = script("dev");
  FakeTask named = dev();
  named.options = words.options;
  EXPECT_THAT(argv(named), ElementsAre(path));
}

TEST_F(ShellOptions, name_a_shell_that_is_not_installed) {
  EXPECT_EQ(plugin.start({.command_line = "x", .environment = {"PATH=/"}, .options = R"({"shell": "zsh"})"}),
            nullptr);
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
  EXPECT_EQ(plugin.error().message, "zsh is not installed: no folder of PATH has it");
  EXPECT_EQ(plugin.error().hint, "install it (Debian: apt-get install zsh)");
}

TEST_F(ShellPlugin, passes_signals_to_what_package_managers_run_and_not_to_both) {
  plugin.start({.command_line = "npm run dev"});
  EXPECT_THAT(host.children().at(0).relays, testing::Contains("npm"));
}

TEST_F(ShellPlugin, finds_its_scripts) {
  script("dev.sh");
  script("build");
  script("build.sh");
  script("notes", 0644);
  EXPECT_THAT(
      plugin.discover({.directory = folder.path().string()}),
      ElementsAre(FakeFoundTask{"build", "", "scripts/build"}, FakeFoundTask{"dev", "", "scripts/dev.sh"},
                  FakeFoundTask{"notes", "", "scripts/notes", true}));
  script("notes.sh");
  EXPECT_EQ(plugin.discover({.directory = folder.path().string()}).back(),
            (FakeFoundTask{"notes", "", "scripts/notes.sh"}))
      << "start takes it, too";
  EXPECT_THAT(plugin.discover({.directory = "/nowhere"}), IsEmpty());
  EXPECT_EQ(plugin.error().count, 0);
  EXPECT_TRUE(plugin.tool({}));
}

TEST_F(ShellPlugin, does_not_take_scripts_that_nobody_can_look_at_for_absent) {
  std::filesystem::create_symlink("scripts", folder.path() / "scripts");  // to itself
  EXPECT_THAT(plugin.discover({.directory = folder.path().string()}), IsEmpty());
  EXPECT_THAT(plugin.error().message, testing::HasSubstr("scripts can't be read: Too many levels"));
  EXPECT_EQ(plugin.describe(dev()), "");
  EXPECT_EQ(plugin.error().code, DREAM_E_UNSUPPORTED);
  EXPECT_THAT(plugin.error().message, testing::HasSubstr("scripts/dev can't be read: Too many levels"));
}

TEST_F(ShellPlugin, describes_a_command_as_it_will_run) {
  FakeTask line = dev({"--port", "two words"});
  line.command_line = "vite";
  EXPECT_EQ(plugin.describe(line), R"(/bin/sh -c 'vite "$@"' /bin/sh --port 'two words')");
  EXPECT_EQ(plugin.describe(dev()), "");
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
}

}  // namespace
