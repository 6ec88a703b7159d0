#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/dream_run.hpp"

namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Every task of every project writes its project, task and arguments.
const Workspace& everything() {
  static const Workspace workspace(R"({
    "workspace": {"./a": {"go": ["./b"]}, "./services/api": {"go": ["./b"]}},
    "tasks": {"go": {"command": "echo $(basename $PWD):go 0"},
              "list": {"command": "echo the task list"},
              "plan": {"command": "echo the task plan"}}})");
  std::filesystem::create_directories(workspace.root() / "services/api/deep/below");
  return workspace;
}

Finished dream(const std::vector<std::string>& arguments, const std::string& folder = "a") {
  return run(everything(), {.arguments = arguments, .folder = folder});
}

TEST(CommandLine, an_unknown_option_names_what_is_close) {
  const Finished finished = dream({"go", "--recursvie"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_EQ(finished.err,
            "dream: unknown option --recursvie (did you mean --recursive? For the task: dream go -- "
            "--recursvie)\n");
  EXPECT_EQ(dream({"go", "--no-recursiv"}).err,
            "dream: unknown option --no-recursiv (did you mean --no-recursive? For the task: dream go -- "
            "--no-recursiv)\n");
  EXPECT_EQ(dream({"go", "--entirely-else", "a b"}).err,
            "dream: unknown option --entirely-else (for the task: dream go -- --entirely-else 'a b')\n");
  EXPECT_EQ(dream({"--entirely-else", "go"}).err,
            "dream: unknown option --entirely-else (see dream --help)\n");
  EXPECT_EQ(dream({"plan", "go", "--entirely-else"}).err,
            "dream: unknown option --entirely-else (see dream help plan)\n");
  EXPECT_EQ(dream({"go", "-z"}).code, 2);
  EXPECT_EQ(dream({"-V"}).err, "dream: unknown option -V (did you mean --version?)\n");
}

TEST(CommandLine, help_for_what_a_family_does_not_have_names_what_it_has) {
  const Finished bogus = dream({"help", "ctl", "bogus"});
  EXPECT_EQ(bogus.code, 2);
  EXPECT_THAT(bogus.err, HasSubstr("unknown ctl command \"bogus\" (there are ps, logs, "));
  EXPECT_THAT(dream({"help", "ctl", "lgs"}).err, HasSubstr("(did you mean dream help ctl logs?)"));
  EXPECT_THAT(dream({"ctl", "lgs"}).err, HasSubstr("(did you mean dream ctl logs?)"));
}

TEST(CommandLine, no_task_is_an_error_that_tells_where_they_are) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"run"}, {"plan"}, {"-r"}}) {
    const Finished finished = dream(arguments);
    EXPECT_EQ(finished.code, 2);
    EXPECT_EQ(finished.err, "dream: no task given (dream list shows the tasks there are)\n");
  }
}

TEST(CommandLine, a_task_whose_name_would_disturb_the_terminal_is_refused) {
  const Finished finished = dream({"a\x1b[2Jb"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_EQ(finished.err,
            "dream: a character that can't be shown in the task's name \"a\\x1b[2Jb\" (see dream --help)\n");
}

TEST(CommandLine, a_word_that_is_nearly_a_command_has_it_named) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"go": {"command": "true"}}}}})");
  EXPECT_THAT(run(workspace, {.arguments = {"lst"}, .folder = "a"}).err,
              HasSubstr("(did you mean the command \"dream list\"?)"));
}

TEST(CommandLine, a_word_of_other_tools_has_the_command_named) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"go": {"command": "true"}}}}})");
  const auto told = [&](const char* word) {
    const Finished finished = run(workspace, {.arguments = {word}, .folder = "a"});
    EXPECT_EQ(finished.code, 2) << word;
    return finished.err;
  };
  for (const std::string word : {"ps", "logs", "down", "stop", "restart"})
    EXPECT_THAT(told(word.c_str()), HasSubstr("(did you mean the command \"dream ctl " + word + "\"?)"));
  EXPECT_THAT(told("version"), HasSubstr("(did you mean dream --version?)"));
}

TEST(CommandLine, an_id_without_its_begin_is_known) {
  const Workspace workspace(R"({"workspace": {"./a": {"go": ["b:go"]}}, "projects": {
    "./a": {"tasks": {"go": {"command": "true"}}}, "./b": {"tasks": {"go": {"command": "true"}}}}})");
  for (const char* project : {"a", "b"}) std::filesystem::create_directory(workspace.root() / project);
  EXPECT_THAT(run(workspace, {.arguments = {"b:go"}}).err, HasSubstr("(did you mean \"./b:go\"?)"));
  EXPECT_THAT(run(workspace, {.arguments = {"go"}, .folder = "a"}).err,
              HasSubstr("(did you mean the step \"./b:go\"? Its id is a text that begins with ./)"));
}

TEST(CommandLine, a_folder_that_only_the_line_names_is_corrected_there) {
  const auto told = [](const char* project) { return dream({"go", "-p", project}).err; };
  EXPECT_THAT(told("nowhere-at-all"), HasSubstr("(create it, or correct its name)"));
  for (const char* project : {"./{a,b}", "./[ab]"})
    EXPECT_THAT(told(project), HasSubstr("(only *, ? and ** are wildcards: write -p more than once)"));
}

TEST(CommandLine, a_task_that_only_another_executor_finds_names_its_project) {
  const Workspace workspace(R"({"executor": "npm", "projects": {"./": {}, "./a": {}}})");
  workspace.write("package.json", R"({"scripts": {"lint": "true"}})");
  workspace.write("a/package.json", "{}");
  EXPECT_THAT(run(workspace, {.arguments = {"lint"}, .folder = "a"}).err,
              HasSubstr("(./ has it: dream lint -p ./)"));
}

TEST(CommandLine, a_folder_whose_name_would_disturb_the_terminal_is_refused_as_a_project) {
  const Workspace workspace(R"({"tasks": {"go": {"command": "true"}}})");
  std::filesystem::create_directories(workspace.root() / "a\nb");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a\nb"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_EQ(finished.err,
            "dream: ./a\\x0ab: a character that can't be shown in the folder's name (a control character, or "
            "no UTF-8)\n");
}

TEST(CommandLine, too_many_words_are_an_error) {
  const Finished finished = dream({"go", "faster"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_EQ(finished.err,
            "dream: unexpected \"faster\" (arguments for the task go after --; `dream run TASK TASK` runs "
            "several tasks)\n");
  EXPECT_EQ(dream({"list", "go"}).code, 2);
  EXPECT_EQ(dream({"--info", "go"}).code, 2);
}

TEST(CommandLine, a_wrong_value_names_the_ones_there_are) {
  const Finished finished = dream({"go", "--output", "row"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("\"row\" is none of "), HasSubstr("prefix"), HasSubstr("raw")));
  EXPECT_EQ(dream({"go", "--color", "sometimes"}).err,
            "dream: --color: \"sometimes\" is none of always, auto and never (see dream --help)\n");
  EXPECT_EQ(dream({"go", "--color"}).code, 2);
  EXPECT_EQ(dream({"go", "--grace", "soon"}).code, 2);
  EXPECT_EQ(dream({"go", "--grace", "-1"}).code, 2);
  EXPECT_EQ(dream({"go", "--grace"}).code, 2);
}

TEST(CommandLine, an_option_of_one_command_is_refused_elsewhere) {
  for (const char* option : {"--seed=4", "--only=x"}) {
    const std::string name = std::string(option).substr(0, std::string(option).find('='));
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"go"}, {"list"}, {"plugin", "list"}, {"plugin", "info", "shell"}}) {
      std::vector<std::string> arguments = words;
      arguments.emplace_back(option);
      const Finished finished = dream(arguments);
      EXPECT_EQ(finished.code, 2);
      EXPECT_THAT(finished.err, HasSubstr("dream: " + name + " goes with plugin check (see dream "));
    }
  }
  EXPECT_THAT(dream({"go", "--options={}"}).err,
              HasSubstr("--options goes with plugin info and plugin check"));
  EXPECT_EQ(dream({"plugin", "info", "shell", "--options={}"}).code, 0);
}

TEST(CommandLine, an_option_of_another_command_may_be_the_tasks) {
  EXPECT_EQ(dream({"go", "--watch"}).err,
            "dream: --watch goes with ctl ps (see dream --help; for the task: dream go -- --watch)\n");
  EXPECT_THAT(dream({"go", "-f"}).err, HasSubstr("for the task: dream go -- -f)"));
}

TEST(CommandLine, a_word_of_other_programs_names_dreams) {
  EXPECT_EQ(dream({"./a", "go"}).err, "dream: unexpected \"go\" (the task of that project: dream ./a:go)\n");
  EXPECT_THAT(dream({"go", "it"}).err, HasSubstr("arguments for the task go after --"));
  EXPECT_EQ(dream({"ctl", "logs", "--tail", "5"}).err, "dream: unknown option --tail (did you mean -n?)\n");
  EXPECT_EQ(dream({"ctl", "logs", "-n", "abc"}).err,
            "dream: --lines: \"abc\" is no whole number from 0 to 1000000 (see dream help ctl logs)\n");
  EXPECT_THAT(run(Workspace("{}"), {.arguments = {"go", "--all"}}).err,
              HasSubstr("dream.json names no project"));
}

TEST(CommandLine, an_option_that_a_command_has_no_use_for_is_refused) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"list", "--all"},
                                                {"schema", "-d"},
                                                {"init", "--json"},
                                                {"validate", "--jobs", "2"},
                                                {"ctl", "ps", "--detach"},
                                                {"plan", "--detach", "go"},
                                                {"suggest", "--all", "go"}}) {
    const Finished finished = dream(words);
    EXPECT_EQ(finished.code, 2);
    EXPECT_THAT(finished.err, HasSubstr(" goes with "));
    EXPECT_THAT(finished.err, HasSubstr("(see dream help " + words[0]));
  }
}

TEST(CommandLine, a_graph_is_refused_beside_another_form) {
  EXPECT_EQ(dream({"plan", "go", "--graph", "dot"}).code, 0);
  for (const char* other : {"--json", "--list-only"}) {
    const Finished finished = dream({"plan", "go", "--graph", "dot", other});
    EXPECT_EQ(finished.code, 2);
    EXPECT_EQ(finished.err,
              std::string("dream: --graph and ") + other + " don't go together (see dream help plan)\n");
  }
}

TEST(CommandLine, a_wrong_use_of_plugin_says_how_it_is_used) {
  EXPECT_EQ(dream({"plugin", "info"}).err,
            "dream: plugin info needs ID|FILE (usage: dream plugin info ID|FILE)\n");
  EXPECT_EQ(dream({"plugin", "list", "x"}).err, "dream: unexpected \"x\" (usage: dream plugin list)\n");
  EXPECT_EQ(dream({"plugin", "chekc"}).err,
            "dream: unknown plugin command \"chekc\" (did you mean dream plugin check?)\n");
  EXPECT_EQ(dream({"plugin", "frobnicate"}).err,
            "dream: unknown plugin command \"frobnicate\" (there are list, info, check, new and trust)\n");
  EXPECT_THAT(dream({"plugin"}).err, HasSubstr("dream plugin new NAME [DIR]"));
}

TEST(CommandLine, the_last_of_several_values_wins_so_that_an_alias_can_be_overridden) {
  EXPECT_EQ(dream({"-o", "prefix", "go", "-o", "raw"}).out, "b:go 0\na:go 0\n");
  EXPECT_EQ(dream({"--grace", "5", "go", "--grace", "6"}).code, 0);
}

TEST(CommandLine, a_task_that_no_project_has_is_looked_for_by_its_executor) {
  const Finished finished = dream({"og"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("./a has no command for \"og\""));
  EXPECT_THAT(finished.err, HasSubstr("(did you mean \"go\"?)"));
}

TEST(CommandLine, a_task_or_a_folder_that_others_have_names_them) {
  const Workspace workspace(R"({"projects": {
    "./services/api": {"tasks": {"dev": {"command": "true"}}},
    "./services/my db": {"tasks": {"dev": {"command": "true"}, "it's": {"command": "true"}}}}})");
  const auto go = [&](std::vector<std::string> arguments) {
    return run(workspace, {.arguments = std::move(arguments)}).err;
  };
  std::filesystem::create_directories(workspace.root() / "services/api");
  EXPECT_THAT(go({"dev"}),
              HasSubstr("(./services/api and ./services/my db have it: dream dev -p ./services/api)"));
  EXPECT_THAT(go({"it's"}), HasSubstr(R"((./services/my db has it: dream 'it'\''s' -p './services/my db'))"));
  EXPECT_THAT(go({"dev", "-p", "services/apo"}), HasSubstr("(did you mean \"./services/api\"?)"));
}

TEST(CommandLine, arguments_after_the_dashes_reach_the_requested_task_only) {
  const Finished finished = dream({"go", "--", "one", "--recursive", "two words", "$HOME"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out, "b | b:go 0\na | a:go 0 one --recursive two words $HOME\n");
}

TEST(CommandLine, arguments_reach_an_argument_vector_and_a_script_unchanged) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"go": {"command": ["printf", "<%s>"]}}}}})");
  workspace.script("b/scripts/go", "printf '<%s>' \"$@\"");
  for (const char* project : {"a", "b"}) {
    const Finished finished =
        run(workspace, {.arguments = {"go", "--", "one two", "", "*"}, .folder = project});
    EXPECT_EQ(finished.out, "<one two><><*>");
  }
}

TEST(CommandLine, directory_is_where_dream_stands) {
  EXPECT_EQ(dream({"-C", "../b", "go"}).out, "b:go 0\n");
  EXPECT_EQ(dream({"--directory=b", "go"}, ".").out, "b:go 0\n");
  EXPECT_EQ(dream({"-C", "", "go"}).code, 2);
  const Finished missing = dream({"-C", "nowhere", "go"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("nowhere"));
}

TEST(CommandLine, project_is_a_path_from_the_root) {
  for (const char* spelling : {"b", "./b", "./b/", "services/../b"}) {
    EXPECT_EQ(dream({"go", "-p", spelling}, "services/api").out, "b:go 0\n") << spelling;
  }
  EXPECT_THAT(dream({"go", "-p", "./"}, "services/api").out, Not(HasSubstr("api"))) << "the root";
  EXPECT_EQ(dream({"go", "--project", "../../../outside"}, "services/api").code, 2);
}

TEST(CommandLine, project_counts_from_the_folder_where_a_shell_would_say_so) {
  const std::string task = R"({"tasks": {"go": {"command": "true"}}})";
  const Workspace workspace(R"({"projects": {"./a": )" + task + R"(, "./b": )" + task +
                            R"(, "./services/api": )" + task + "}}");
  for (const char* folder : {"a", "b", "services/api/deep"})
    std::filesystem::create_directories(workspace.root() / folder);
  const auto out = [&](std::vector<std::string> more, const std::string& folder = "services/api") {
    more.insert(more.begin(), {"run", "go", "--list-only", "-p"});
    const Finished finished = run(workspace, {.arguments = std::move(more), .folder = folder});
    return finished.out + finished.err;
  };
  EXPECT_EQ(out({"."}), "./services/api:go\n");
  EXPECT_EQ(out({"."}, "services/api/deep"), "./services/api:go\n") << "as without -p";
  EXPECT_EQ(out({".."}, "services/api/deep"), "./services/api:go\n");
  EXPECT_EQ(out({"../../b"}), "./b:go\n");
  EXPECT_EQ(out({(workspace.root() / "b/").string()}), "./b:go\n");
  EXPECT_EQ(out({"../*"}, "b"), "./a:go\n./b:go\n");
  EXPECT_EQ(out({"../*", "-p", "!../a"}, "b"), "./b:go\n");
  EXPECT_EQ(out({".", "-C", "../../b"}), "./b:go\n");
  EXPECT_THAT(out({"/etc"}), HasSubstr("--project \"/etc\" is no folder of the workspace"));
}

TEST(CommandLine, a_folder_below_a_project_stands_for_it) {
  EXPECT_EQ(dream({"go"}, "services/api/deep/below").out, "b   | b:go 0\napi | api:go 0\n");
}

TEST(CommandLine, a_dry_run_shows_the_plan_and_runs_nothing) {
  const Finished dry = dream({"go", "-n"});
  EXPECT_EQ(dry.code, 0);
  EXPECT_EQ(dry.out, dream({"plan", "go"}).out);
  EXPECT_THAT(dry.out, AllOf(HasSubstr("./b:go"), HasSubstr("./a:go"), Not(HasSubstr("b:go 0"))));
}

TEST(CommandLine, run_runs_tasks_that_are_called_like_a_command) {
  EXPECT_EQ(dream({"run", "list"}).out, "the task list\n");
  EXPECT_EQ(dream({"run", "plan"}).out, "the task plan\n");
  EXPECT_THAT(dream({"list"}).out, HasSubstr("./services/api"));
}

TEST(CommandLine, version_and_help_are_answers) {
  for (const char* option : {"--version", "-v"}) {
    const Finished finished = dream({option});
    EXPECT_EQ(finished.code, 0);
    EXPECT_EQ(finished.out, "dream " DREAM_VERSION "\n");
  }
  for (const char* option : {"--help", "-h"}) {
    const Finished finished = dream({option});
    EXPECT_EQ(finished.code, 0);
    EXPECT_THAT(finished.out,
                AllOf(HasSubstr("Usage: dream TASK"), HasSubstr("--recursive"), HasSubstr("Exit codes")));
    EXPECT_EQ(finished.err, "");
  }
}

TEST(CommandLine, dream_alone_shows_what_there_is_to_run) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {
    "go": {"command": "true", "description": "the app with its database"}, "check": {"command": "true"}}}}})");
  workspace.script("a/scripts/found", "true");
  const Finished finished = run(workspace, {.arguments = {}, .folder = "a"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("Tasks of ./a:\n"), HasSubstr("  go     the app with its database\n"),
                    HasSubstr("  check\n"), HasSubstr("  found"), HasSubstr("  dream check "),
                    HasSubstr("  dream plan check "), HasSubstr("  dream list ")));
  EXPECT_EQ(run(workspace, {.arguments = {"-C", "a"}}).out, finished.out);
  EXPECT_THAT(run(workspace, {.arguments = {"list"}}).out, HasSubstr("the app with its database"));
  const Finished slip = run(workspace, {.arguments = {"-p", "aa"}});
  EXPECT_EQ(slip.code, 2);
  EXPECT_THAT(slip.err, HasSubstr("the folder of project ./aa doesn't exist (did you mean \"./a\"?)"));
}

TEST(CommandLine, every_command_has_help_of_its_own) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"plan", "--help"}, {"help", "plan"}, {"-C", ".", "plan", "-h"}}) {
    const Finished finished = dream(words);
    EXPECT_EQ(finished.code, 0);
    EXPECT_THAT(finished.out, AllOf(HasSubstr("Usage: dream plan TASK"), HasSubstr("--graph"),
                                    HasSubstr("Examples:\n  dream plan"), Not(HasSubstr("--detach"))));
  }
  EXPECT_THAT(dream({"help", "ctl"}).out, HasSubstr("ctl why STEP"));
  EXPECT_THAT(dream({"ctl", "--help"}).out, HasSubstr("ctl why STEP"));
  EXPECT_THAT(dream({"help", "ctl", "why"}).out, HasSubstr("Usage: dream ctl why STEP"));
  EXPECT_THAT(dream({"help"}).out, HasSubstr("Usage: dream TASK"));
  EXPECT_EQ(dream({"help", "plna"}).err,
            "dream: there is no command \"plna\" (did you mean dream help plan?)\n");
}

TEST(CommandLine, help_alone_is_the_task_of_that_name_where_there_is_one) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"help": {"command": "echo the task"}}}}})");
  const Finished task = run(workspace, {.arguments = {"help"}, .folder = "a"});
  EXPECT_EQ(task.out, "the task\n");
  EXPECT_THAT(task.err, HasSubstr("help is a task here; `dream help [COMMAND]` is the command"));
  EXPECT_THAT(run(workspace, {.arguments = {"help", "plan"}, .folder = "a"}).out,
              HasSubstr("dream plan TASK"));
}

TEST(CommandLine, answers_need_no_configuration) {
  const Workspace workspace("{}");
  std::filesystem::remove(workspace.root() / "dream.json");
  EXPECT_EQ(run(workspace, {.arguments = {"--version"}}).code, 0);
  EXPECT_EQ(run(workspace, {.arguments = {"--help"}}).code, 0);
}

TEST(CommandLine, debug_shows_discovery_plan_state_changes_and_plugin_calls) {
  const Finished finished = dream({"go", "-d"});
  EXPECT_EQ(finished.code, 0);
  const std::string root = everything().root().string();
  EXPECT_THAT(finished.err, HasSubstr("configuration: " + root + "/dream.json\n"));
  EXPECT_THAT(finished.err, HasSubstr("step ./b:go: executor shell, from " + root + "/dream.json:2:34\n"));
  EXPECT_THAT(finished.err, HasSubstr("starting ./b:go\n"));
  EXPECT_THAT(finished.err, HasSubstr("the run is over: exit code 0\n"));
  EXPECT_THAT(finished.err, HasSubstr("libdream_shell.so"));
  for (const char* call : {"create", "start", "wait", "release", "destroy"}) {
    EXPECT_THAT(finished.err, HasSubstr(call));
  }
}

}  // namespace
}  // namespace dream::e2e
