#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <vector>

#include "e2e/dream_run.hpp"

/// Steps beside one another, several requests, and what goes on after a failure.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Of two tasks that meet, neither can end without the other.
const std::string meets_b = "echo met > $ROOT/ab; read word < $ROOT/ba; echo a $word";
const std::string meets_a = "read word < $ROOT/ab; echo met > $ROOT/ba; echo b $word";

/// ./d:go behind a group of ./a and ./b, which meet, and ./c.
class Meeting : public Workspace {
 public:
  explicit Meeting(const std::string& entries = R"([["./a", "./b"], "./c"])")
      : Workspace(R"({"workspace": {"./d": {"go": )" + entries + R"(}}, "projects": {
          "./a": {"tasks": {"go": {"command": ")" +
                  meets_b + R"("}}},
          "./b": {"tasks": {"go": {"command": ")" +
                  meets_a + R"("}}},
          "./c": {"tasks": {"go": {"command": "echo c"}}},
          "./d": {"tasks": {"go": {"command": "echo app"}}}}})") {
    for (const char* name : {"ab", "ba"}) ::mkfifo((root() / name).c_str(), 0600);
  }
};

/// ./d:go behind ./a, ./b and ./c, of which ./b needs ./a.
Workspace with_failure(const std::string& a, const std::string& extra = {}) {
  return Workspace(R"({"workspace": {"./d": {"go": ["./a", "./b", "./c"]}, "./b": {"go": ["./a"]}},
    "projects": {
      "./a": {"tasks": {"go": {"command": ")" +
                   a + R"("}}},
      "./b": {"tasks": {"go": {"command": "echo b runs"}}},
      "./c": {"tasks": {"go": {"command": "echo c runs"}}},
      "./d": {"tasks": {"go": {"command": "echo app runs"}}}})" +
                   extra + "}");
}

Launch go(std::vector<std::string> arguments, std::string folder = "d") {
  arguments.insert(arguments.begin(), {"run", "go"});
  return {.arguments = std::move(arguments), .folder = std::move(folder)};
}

TEST(Group, runs_its_members_at_the_same_time_and_then_what_comes_after_it) {
  const Meeting workspace;
  const Finished finished = run(workspace, go({"-j", "2"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("a met\n"), HasSubstr("b met\n")));
  EXPECT_LT(finished.out.find("b met"), finished.out.find("c\n"));
  EXPECT_LT(finished.out.find("c\n"), finished.out.find("app\n"));
}

TEST(Group, is_shown_in_one_piece_a_step_where_stdout_is_no_terminal) {
  const Meeting workspace;
  const Finished finished = run(workspace, go({"-j", "2"}));
  EXPECT_THAT(finished.err, AllOf(HasSubstr("── ./a:go ──"), HasSubstr("── ./c:go ──")));
  EXPECT_THAT(run(Meeting(), go({"-j", "2", "-o", "prefix"})).out, HasSubstr("a | a met\n"));
}

TEST(Group, with_one_job_is_a_list) {
  const Meeting workspace(R"([["./c", "./a:one"]])");
  const Finished finished = run(workspace, {.arguments = {"plan", "go", "-j", "1", "--json"}, .folder = "d"});
  EXPECT_THAT(on_one_line(finished.out),
              AllOf(HasSubstr(R"("jobs": 1)"), HasSubstr(R"("startsAfter": {"id": "./c:go")")));
}

TEST(Group, is_ended_as_a_whole_by_a_failure) {
  const Workspace workspace(R"({"workspace": {"./d": {"go": [["./a", "./b"]]}},
    "projects": {"./a": {"tasks": {"go": {"command": "echo > $ROOT/gate; exit 3"}}},
                 "./b": {"tasks": {"go": {"command": "read word < $ROOT/gate; read more < $ROOT/nobody"}}},
                 "./d": {"tasks": {"go": {"command": "echo app"}}}}})");
  ::mkfifo((workspace.root() / "gate").c_str(), 0600);
  const Gate nobody(workspace, "nobody");
  const Finished finished = run(workspace, go({"-j", "2"}));
  EXPECT_EQ(finished.code, 3) << finished.err;
  EXPECT_THAT(finished.out, Not(HasSubstr("app")));
  EXPECT_THAT(finished.err, ContainsRegex("./b:go +terminated"));
}

TEST(Group, in_a_plan_shows_what_waits_for_what) {
  const Meeting workspace;
  const Finished text = run(workspace, {.arguments = {"plan", "go", "-j", "3"}, .folder = "d"});
  EXPECT_THAT(text.out, AllOf(HasSubstr("up to 3 jobs at once"), HasSubstr("after ./a:go and ./b:go")));
  const Finished json = run(workspace, {.arguments = {"plan", "go", "-j", "3", "--json"}, .folder = "d"});
  EXPECT_THAT(on_one_line(json.out),
              HasSubstr(R"("startsAfter": [{"id": "./a:go","until": "ended","delayMs": 0},{"id": "./b:go")"));
}

TEST(Group, in_a_plan_is_a_graph) {
  const Meeting workspace;
  const auto graph = [&](const std::string& language) {
    return run(workspace, {.arguments = {"plan", "go", "-j", "2", "--graph", language}, .folder = "d"}).out;
  };
  EXPECT_THAT(graph("dot"),
              AllOf(HasSubstr(R"({"./a:go" "./b:go"} -> {"./c:go"};)"),
                    HasSubstr(R"({"./c:go"} -> {"./d:go"};)"), HasSubstr(R"("./d:go" [style="bold"];)")));
  EXPECT_THAT(graph("mermaid"), AllOf(HasSubstr("s1 & s2 --> s3\n"), HasSubstr("s4[\"./d:go\"]")));
}

TEST(KeepGoing, goes_on_with_what_does_not_need_the_failed_step) {
  const Workspace workspace = with_failure("exit 7");
  const Finished finished = run(workspace, go({"-k"}));
  EXPECT_EQ(finished.code, 7) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("c runs"), Not(HasSubstr("b runs")), Not(HasSubstr("app runs"))));
  EXPECT_THAT(finished.err, HasSubstr("./a:go, which it needs, failed"));
  EXPECT_EQ(run(workspace, go({})).out.find("c runs"), std::string::npos);
}

/// Of a make below dream: two targets that meet, which it builds at once only with a second token.
constexpr const char* meeting_targets =
    "all: one two\none:\n\t@echo met > ab; read word < ba; echo one $$word\n"
    "two:\n\t@read word < ab; echo met > ba; echo two $$word\n";

TEST(Jobserver, gives_the_slots_that_are_left_to_a_make_below) {
  const Workspace workspace(R"({"workspace": {"./d": {"go": [["./a", "./b"]]}},
    "projects": {"./a": {"tasks": {"go": {"command": "make -f two.mk"}}},
                 "./b": {"tasks": {"go": {"command": "echo b"}}},
                 "./d": {"tasks": {"go": {"command": "echo d"}}}}})");
  workspace.write("a/two.mk", meeting_targets);
  for (const char* name : {"ab", "ba"}) ::mkfifo((workspace.root() / "a" / name).c_str(), 0600);
  const Finished finished = run(workspace, go({"-j", "2"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("one met\n"), HasSubstr("two met\n"), HasSubstr("d\n")));
  EXPECT_THAT(finished.err, Not(HasSubstr("jobserver")));
}

TEST(Jobserver, of_a_make_above_is_shared_and_gets_all_its_tokens_back) {
  const Meeting workspace;
  workspace.write("d/Makefile", std::string("all:\n\t+@") + DREAM_BINARY + " run go -j 8\n");
  Launch launch{.arguments = {"-j3", "--no-print-directory"}, .folder = "d"};
  launch.program = "/usr/bin/make";
  const Finished finished = run(workspace, launch);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("a met\n"), HasSubstr("b met\n")));
  EXPECT_THAT(finished.err, Not(HasSubstr("INTERNAL")));
}

TEST(SeveralRequests, are_one_run_with_one_exit_code) {
  const Workspace workspace = with_failure("echo a runs");
  const Finished finished =
      run(workspace, {.arguments = {"run", "./c:go", "./b:go", "./a:go", "-j", "2", "-o", "prefix"}});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("a runs"), HasSubstr("b runs"), HasSubstr("c runs")));
  EXPECT_LT(finished.out.find("a runs"), finished.out.find("b runs"));
}

TEST(Selection, takes_projects_by_globs_and_lists_them) {
  const Workspace workspace = with_failure("echo a runs");
  const auto listed = [&](std::vector<std::string> arguments) {
    arguments.push_back("--list-only");
    return run(workspace, go(std::move(arguments), "")).out;
  };
  EXPECT_EQ(listed({"-p", "./?"}), "./a:go\n./b:go\n./c:go\n./d:go\n");
  EXPECT_EQ(listed({"-p", "./c", "-p", "./a"}), "./c:go\n./a:go\n");
  EXPECT_EQ(listed({"--all", "-p", "!./b"}), "./a:go\n./c:go\n./d:go\n");
  EXPECT_EQ(listed({"-p", "./a", "--dependents"}), "./a:go\n./b:go  needs ./a\n./d:go  needs ./a\n");
  const Finished nothing = run(workspace, go({"-p", "./x*"}, ""));
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("./x*"));
}

TEST(Selection, to_list_only_refuses_a_folder_that_a_run_refuses) {
  const Workspace workspace(R"({"projects": {"./gone": {"tasks": {"go": {"command": "true"}}},
    "./a": {"tasks": {"go": {"command": "true"}}}}})");
  std::filesystem::create_directory(workspace.root() / "a");
  for (std::vector<std::string> words :
       {std::vector<std::string>{"go", "-p", "./nope"}, {"./nope:go"}, {"go", "--all"}}) {
    const Finished refused = run(workspace, {.arguments = words});
    words.emplace_back("--list-only");
    const Finished listed = run(workspace, {.arguments = words});
    EXPECT_THAT(listed.err, HasSubstr(" doesn't exist (create it, or correct "));
    EXPECT_EQ(listed.err, refused.err);
    EXPECT_EQ(listed.code, 2);
    EXPECT_EQ(listed.out, "");
  }
  EXPECT_EQ(run(workspace, {.arguments = {"go", "-p", "./a", "--list-only"}}).out, "./a:go\n");
}

TEST(Selection, leaves_out_projects_that_lack_the_task_and_says_when_all_do) {
  const Workspace workspace(R"({"projects": {
    "./a": {"tasks": {"lint": {"command": "echo a"}}},
    "./b": {"tasks": {"test": {"command": "echo b"}}}}, "tasks": {"lint": {"delay": 0}}})");
  const Finished listed = run(workspace, {.arguments = {"run", "lint", "test", "--all", "--list-only"}});
  EXPECT_EQ(listed.out, "./a:lint\n./b:test\n");
  const Finished none = run(workspace, {.arguments = {"run", "deploy", "--all"}});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("has a task \"deploy\""));
}

TEST(Selection, by_change_says_when_it_took_the_task_for_a_base) {
  const Workspace workspace = with_failure("echo a runs");
  const Finished finished = run(workspace, {.arguments = {"--affected", "go"}});
  EXPECT_EQ(finished.code, 2);
  EXPECT_EQ(finished.err,
            "dream: no task given (--affected takes \"go\" for its BASE: write the task first)\n");
}

TEST(Selection, finds_the_folders_that_globs_match) {
  const Workspace workspace(R"({"projects": {"./packages/*": {"executor": "npm"}}})");
  workspace.write("packages/a/package.json", R"({"scripts": {"lint": "echo a"}})");
  workspace.write("packages/b/package.json", R"({"scripts": {"test": "echo b"}})");
  workspace.write("packages/node_modules/c/package.json", R"({"scripts": {"lint": "echo c"}})");
  EXPECT_EQ(run(workspace, {.arguments = {"run", "lint", "--all", "--list-only"}}).out,
            "./packages/a:lint\n");
}

constexpr const char* git = "git -c user.name=t -c user.email=t@t -c init.defaultBranch=main ";

void do_in(const Workspace& workspace, const std::string& line) {
  ASSERT_EQ(std::system(("cd " + workspace.root().string() + " && (" + line + ") > /dev/null 2>&1").c_str()),
            0)
      << line;
}

TEST(Selection, by_change_takes_projects_that_are_links_to_what_has_changed) {
  const Workspace workspace(
      R"({"projects": {"./real": {}, "./link": {"tasks": {"go": {"command": "true"}}}}})");
  do_in(workspace, std::string("rm -rf link && mkdir -p real && ln -s real link && touch real/x && ") + git +
                       "init && " + git + "add . && " + git + "commit -m begin && echo more > real/x");
  EXPECT_EQ(run(workspace, go({"--affected", "main", "--list-only"}, "")).out,
            "./link:go  changed: real/x\n");
}

TEST(Selection, by_change_takes_what_depends_on_it_too) {
  const Workspace workspace = with_failure("echo a runs");
  const auto shell = [&](const std::string& line) { do_in(workspace, line); };
  shell(std::string("touch a/x b/x c/x d/x && ") + git + "init && " + git + "add . && " + git +
        "commit -m begin && echo more > a/x");
  const Finished changed = run(workspace, go({"--affected", "main", "--list-only"}, ""));
  EXPECT_EQ(changed.out, "./a:go  changed: a/x\n./b:go  needs ./a\n./d:go  needs ./a\n") << changed.err;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--affected", "main", "go", "--list-only"},
        {"go", "--affected=main", "--list-only"}})
    EXPECT_EQ(run(workspace, {.arguments = words}).out, changed.out)
        << "it takes one word, wherever it stands";
  shell("git checkout a/x");
  const Finished nothing = run(workspace, go({"--affected", "main"}, ""));
  EXPECT_EQ(nothing.code, 0);
  EXPECT_THAT(nothing.err, HasSubstr("nothing to run"));
  EXPECT_THAT(nothing.out, IsEmpty());
  const Finished listed = run(workspace, go({"--affected", "main", "--list-only"}, ""));
  EXPECT_EQ(listed.code, 0);
  EXPECT_EQ(listed.err, nothing.err);
  EXPECT_THAT(listed.out, IsEmpty());
  for (const char* change : {"true", "echo more > a/x"}) {
    shell(change);
    for (const char* more : {"--affected", "--list-only"}) {
      const Finished slip = run(workspace, {.arguments = {"og", "--affected", "main", more}});
      EXPECT_EQ(slip.code, 2) << "nobody has it: a slip must not look like a success";
      EXPECT_EQ(slip.err, "dream: no project has a task \"og\" (dream list shows the tasks there are)\n");
    }
  }
}

TEST(Selection, by_change_leaves_out_a_task_that_only_collects) {
  const Workspace workspace(R"({"workspace": {"./": {"go": [["./a", "./b"]]}}, "projects": {
    "./": {"tasks": {"go": {"command": null}}},
    "./a": {"tasks": {"go": {"command": "echo a"}}}, "./b": {"tasks": {"go": {"command": "echo b"}}}}})");
  const auto listed = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"run", "go", "--list-only"};
    words.insert(words.end(), more.begin(), more.end());
    return run(workspace, {.arguments = std::move(words)}).out;
  };
  EXPECT_EQ(listed({"-p", "a", "--dependents"}), "./a:go\n") << "b has nothing to do with it";
  EXPECT_EQ(listed({"--all"}), "./:go\n./a:go\n./b:go\n");
  EXPECT_EQ(listed({"-p", "./", "--dependents"}), "./:go\n") << "it was named";
  do_in(workspace, std::string(git) + "init && " + git + "add . && " + git + "commit -m begin && echo x > x");
  EXPECT_EQ(listed({"--affected", "main"}), "");
  EXPECT_EQ(listed({"--affected", "main", "-p", "./"}), "./:go  changed: x\n") << "it was named";
}

TEST(Selection, takes_what_depends_on_it_by_its_manifest_without_an_entry) {
  const Workspace workspace(R"({"workspace": {"./packages/*": {"build": ["./tools"]}},
    "projects": {"./packages/*": {"executor": "npm"}, "./tools": {"tasks": {"test": {"command": "true"}}}}})");
  std::filesystem::create_directory(workspace.root() / "tools");
  workspace.write("package.json", R"({"workspaces": ["packages/*"]})");
  const auto package = [&](const std::string& name, const std::string& needs) {
    workspace.write("packages/" + name + "/package.json",
                    R"({"name": ")" + name + R"(", )" + needs + R"("scripts": {"test": "echo tested"}})");
  };
  package("a", R"("dependencies": {"b": "*"}, )");
  package("b", R"("devDependencies": {"dev": "*"}, )");
  package("c", R"("dependencies": {"a": "*"}, )");
  package("dev", R"("dependencies": {"b": "*"}, )");
  package("other", "");
  const auto listed = [&](const char* project) {
    return run(workspace, {.arguments = {"test", "-p", project, "--dependents", "--list-only"}});
  };
  EXPECT_EQ(listed("./packages/b").out,
            "./packages/a:test  needs ./packages/b\n./packages/b:test\n"
            "./packages/c:test  needs ./packages/a\n./packages/dev:test  needs ./packages/b\n");
  EXPECT_THAT(listed("./packages/dev").out, HasSubstr("./packages/b:test  needs ./packages/dev\n"))
      << "also what only development needs, and on a circle";
  EXPECT_THAT(listed("./tools").out, HasSubstr("./packages/other:test  needs ./tools\n"));
  workspace.write("packages/other/package.json", "{");
  EXPECT_EQ(listed("./tools").code, 2) << "it is selected, and whether it has the task isn't known";
  const Finished broken = listed("./packages/b");
  EXPECT_EQ(broken.code, 0) << "nothing else reads the manifest: " << broken.err;
  EXPECT_THAT(broken.err, HasSubstr("packages/other/package.json"));
  EXPECT_EQ(broken.err.find("isn't all known"), broken.err.rfind("isn't all known"))
      << "once for all projects: " << broken.err;
}

TEST(Selection, takes_tasks_that_only_their_own_settings_tell_the_executor_of) {
  const Workspace workspace(R"({"executor": "npm", "workspace": {"./packages/*": {"build": [":gen"]}},
    "tasks": {"fmt": {"executor": "docker", "options": {"image": "x"}}},
    "projects": {
      "./packages/web": {"tasks": {"gen": {"options": {"script": "gen:web"}}, "lint": {"env": {"A": "b"}}}},
      "./packages/api": {"tasks": {"gen": {"executor": "shell"}}}}})");
  workspace.write("package.json", R"({"workspaces": ["packages/*"]})");
  workspace.write("packages/web/package.json",
                  R"({"name": "web", "scripts": {"build": "echo web", "gen:web": "echo gen"}})");
  workspace.write("packages/api/package.json",
                  R"({"name": "api", "scripts": {"build": "echo api", "gen": "x"}})");
  const auto listed = [&](const char* task) {
    return run(workspace, {.arguments = {"run", task, "--all", "--list-only"}});
  };
  EXPECT_EQ(listed("gen").out, "./packages/web:gen\n") << "the shell knows no scripts";
  EXPECT_EQ(listed("lint").code, 2);
  EXPECT_EQ(listed("fmt").code, 2) << "no project says that it has it";
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "build"}, .folder = "packages/web"}).out,
              HasSubstr("1  ./packages/web:gen"));
}

TEST(OwnTask, of_a_pattern_runs_where_a_project_has_it) {
  const Workspace workspace(R"({"workspace": {
      "./packages/*": {"build": [":gen", "^", {"task": "clean", "finally": true}], "gen": ["^gen"]},
      "./tools": {"build": [":gen", ":pack"]}},
    "recursive": [{"project": "./**", "tasks": ["*"]}], "executor": "npm"})");
  workspace.write("package.json", R"({"workspaces": ["packages/*", "tools"]})");
  workspace.write("packages/app/package.json", R"({"name": "app", "dependencies": {"ui": "*"},
    "scripts": {"build": "echo app", "clean": "echo clean"}})");
  workspace.write("packages/ui/package.json",
                  R"({"name": "ui", "scripts": {"build": "echo ui", "gen": "echo gen"}})");
  workspace.write("tools/package.json",
                  R"({"name": "tools", "scripts": {"build": "echo t", "gen": "echo g"}})");
  EXPECT_EQ(run(workspace, {.arguments = {"build"}, .folder = "packages/app"}).code, 0);
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "build"}, .folder = "packages/app"}).out,
              AllOf(HasSubstr("1  ./packages/ui:gen"), HasSubstr("2  ./packages/ui:build"),
                    HasSubstr("3  ./packages/app:clean"), HasSubstr("4  ./packages/app:build")));
  const Finished missing = run(workspace, {.arguments = {"build"}, .folder = "tools"});
  EXPECT_EQ(missing.code, 2) << "a key that names one project names tasks that are there";
  EXPECT_THAT(missing.err, HasSubstr("./tools:pack"));
  EXPECT_THAT(run(workspace, {.arguments = {"validate"}}).out, Not(HasSubstr("no effect")));
}

TEST(OwnTask, that_no_project_of_a_pattern_has_is_told) {
  const Workspace workspace(R"({"executor": "npm", "workspace": {"./packages/*": {
    "build": [":codegn", ":gen"], "gen": [":setup"], "setup": ["./tools:setup"]}}})");
  workspace.write("packages/a/package.json",
                  R"({"name": "a", "scripts": {"build": "true", "codegen": "true"}})");
  const Finished validated = run(workspace, {.arguments = {"validate"}});
  EXPECT_THAT(validated.out,
              HasSubstr(R"(no project of "./packages/*" has the task "codegn", so this entry has no effect; )"
                        R"(did you mean "codegen"?)"));
  EXPECT_THAT(validated.out, AllOf(Not(HasSubstr("task \"gen\"")), Not(HasSubstr("task \"setup\""))));
}

/// One step runs with the slot of dream itself, the other waits for one of the make above.
TEST(Jobserver, leaves_a_step_that_waited_for_it_in_vain_without_an_exit_code) {
  const Workspace workspace(
      R"({"workspace": {"./a": {"go": [[":one", ":two"]]}}, "projects": {"./a": {"tasks": {
      "go": {"command": null}, "one": {"command": "echo begun; read word < $ROOT/nobody"},
      "two": {"command": "echo never"}}}}})");
  for (const char* name : {"nobody", "tokens"}) ::mkfifo((workspace.root() / name).c_str(), 0600);
  Launch launch = go({"-j", "4", "-o", "events"}, "a");
  launch.environment["MAKEFLAGS"] = " -j4 --jobserver-auth=fifo:" + (workspace.root() / "tokens").string();
  DreamRun dream(workspace, launch);
  dream.await_out("begun");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 128 + SIGTERM);
  EXPECT_THAT(dream.out(),
              HasSubstr(R"("event":"ended","step":"./a:two","outcome":"terminated","exit":null,)"));
  EXPECT_THAT(dream.out(), HasSubstr(R"("killed":false,"startedUs":null)"));
}

}  // namespace
}  // namespace dream::e2e
