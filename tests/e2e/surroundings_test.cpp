#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "e2e/dream_run.hpp"

/// What a task can tell of its surroundings is what it would be without dream.
namespace dream::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// dream as a part of a line of bash, in which $DREAM is its path.
Launch line(const std::string& text, const std::string& folder = "c") {
  return {.arguments = {"-c", text},
          .folder = folder,
          .environment = {{"DREAM", DREAM_BINARY}},
          .program = "/bin/bash"};
}

/// The task `go` of every project prints what an argv command, which no shell corrects, finds in PWD.
constexpr const char* prints_pwd = R"({"workspace": {"./a": {"both": [{"projectPath": "./b", "task": "go"}]}},
  "tasks": {"go": {"command": ["printenv", "PWD"]}, "both": {"command": ["printenv", "PWD"]},
            "old": {"command": ["sh", "-c", "echo $${OLDPWD-none}"]},
            "given": {"command": ["printenv", "PWD"], "env": {"PWD": "/given"}}}})";

TEST(Surroundings, name_the_folder_that_the_task_runs_in) {
  const Workspace workspace(prints_pwd);
  const std::string root = workspace.root().string();
  EXPECT_EQ(run(workspace, line("cd ../a; $DREAM go")).out, root + "/a\n");
  EXPECT_EQ(run(workspace, line("$DREAM go -p b")).out, root + "/b\n");
  EXPECT_EQ(run(workspace, line("$DREAM -C ../b go")).out, root + "/b\n");
  EXPECT_EQ(run(workspace, line("cd ..; $DREAM go")).out, root + "\n");
  EXPECT_EQ(run(workspace, line("cd ../a; $DREAM both")).out, "b | " + root + "/b\na | " + root + "/a\n");
  EXPECT_EQ(run(workspace, line("cd ../a; $DREAM old")).out, "none\n");
  EXPECT_EQ(run(workspace, line("$DREAM given")).out, "/given\n");
}

/// A script that an array names finds its name as it is written there, or the folder as it is in PATH.
TEST(Surroundings, have_the_name_that_a_script_was_started_by) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"go": {"command": ["./say"]},
    "bare": {"command": ["../a/bare"]}, "whole": {"command": ["${PWD}/say"]},
    "here": {"command": ["say"], "env": {"PATH": ".:/bin"}},
    "there": {"command": ["bare"], "env": {"PATH": "/none:../a:/bin"}}}}}})");
  workspace.write("a/say", "#!/bin/sh\necho $0\n");
  workspace.write("a/bare", "echo $0\n");
  for (const char* name : {"a/say", "a/bare"}) fs::permissions(workspace.root() / name, fs::perms(0755));
  EXPECT_EQ(run(workspace, line("$DREAM go", "a")).out, "./say\n");
  EXPECT_EQ(run(workspace, line("$DREAM bare", "a")).out, "../a/bare\n");
  EXPECT_EQ(run(workspace, line("$DREAM whole", "a")).out, (workspace.root() / "a/say").string() + "\n");
  EXPECT_EQ(run(workspace, line("$DREAM here", "a")).out, "./say\n");
  EXPECT_EQ(run(workspace, line("$DREAM there", "a")).out, "../a/bare\n");
}

/// getenv() finds the first.
TEST(Surroundings, have_the_first_of_two_variables_of_one_name) {
  const Workspace workspace(R"({"tasks": {"go": {"command": "echo $TWICE"}}})");
  const std::map<std::string, std::string> entries{{"TWICE", "one"}, {"TWICE=two", ""}};
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "c", .environment = entries}).out, "one\n");
}

TEST(Surroundings, are_those_of_the_way_that_a_folder_was_reached) {
  const Workspace workspace(R"({"tasks": {"go": {"command": ["printenv", "PWD"]}}})");
  workspace.write("ws/dream.json", R"({"workspace": {"./services/api": {"go": ["./lib"]}},
    "tasks": {"go": {"command": ["printenv", "PWD"]}}})");
  fs::create_directories(workspace.root() / "elsewhere/api/src");
  fs::create_directories(workspace.root() / "ws/services");
  fs::create_directories(workspace.root() / "ws/lib");
  fs::create_directory_symlink("../../elsewhere/api", workspace.root() / "ws/services/api");
  const std::string ws = (workspace.root() / "ws").string();
  const std::string both = "lib | " + ws + "/lib\napi | " + ws + "/services/api\n";
  EXPECT_EQ(run(workspace, line("cd services/api; $DREAM go", "ws")).out, both);
  EXPECT_EQ(run(workspace, line("cd services/api/src; $DREAM go", "ws")).out, both);
  EXPECT_EQ(run(workspace, line("$DREAM -C services/api go", "ws")).out, both);
  EXPECT_EQ(run(workspace, line("$DREAM -p services/api go", "ws")).out, both);
  EXPECT_EQ(run(workspace, line("cd services; $DREAM -C api go", "ws")).out, both);
  // A PWD that names another folder is nothing to go by.
  const std::string outside = (workspace.root() / "elsewhere/api").string() + "\n";
  EXPECT_EQ(run(workspace, line("cd -P services/api; $DREAM go", "ws")).out, outside);
  EXPECT_EQ(run(workspace, line("cd -P services/api; PWD=" + ws + " exec $DREAM go", "ws")).out, outside);
  EXPECT_EQ(run(workspace, line("cd -P services/api; PWD=../../ws/services/api exec $DREAM go", "ws")).out,
            outside);
}

TEST(Surroundings, have_the_descriptors_that_were_opened_for_them) {
  const Workspace workspace(R"({"workspace": {"./a": {"two": [{"projectPath": "./b", "task": "three"}]}},
    "tasks": {"read": {"command": "cat"}, "three": {"command": "echo to three >&3"}, "two": {"command": "echo two >&3"},
              "descriptors": {"command": ["sh", "-c", "cd /proc/self/fd; echo *"]}}})");
  EXPECT_EQ(run(workspace, line("$DREAM read -- <(echo hello) <(echo again)")).out, "hello\nagain\n");
  run(workspace, line("exec 3> $ROOT/f; $DREAM three"));
  EXPECT_EQ(workspace.read("f"), "to three\n");
  run(workspace, line("cd ../a; exec 3> $ROOT/f; $DREAM two"));
  EXPECT_EQ(workspace.read("f"), "to three\ntwo\n");
  // By hand, what whoever runs the tests has open is there, too.
  const std::string opened = "exec 5</dev/null 77</dev/null; ";
  const std::string by_hand = run(workspace, line(opened + "sh -c 'cd /proc/self/fd; echo *'")).out;
  EXPECT_THAT(by_hand, HasSubstr(" 5 77"));
  EXPECT_EQ(run(workspace, line(opened + "$DREAM descriptors")).out, by_hand);
  EXPECT_EQ(run(workspace, line(opened + "$DREAM descriptors -o prefix")).out, "c | " + by_hand);
}

TEST(Surroundings, have_the_jobserver_of_a_make_above) {
  const Workspace workspace(R"({"tasks": {"sub": {"command": ["make", "-f", "sub.mk"]}}})");
  workspace.write("c/Makefile", "all:\n\t+@$(DREAM) sub\n");
  // One after the other, each would wait for ever.
  workspace.write("c/sub.mk",
                  "all: one two\none:\n\t@echo text > fifo\ntwo:\n\t@read text < fifo; echo got $$text\n");
  const Finished finished = run(workspace, line("mkfifo fifo; make -j4 --no-print-directory"));
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out, "got text\n");
  EXPECT_THAT(finished.err, Not(HasSubstr("jobserver")));
}

TEST(Surroundings, have_the_sockets_that_were_passed_to_dream_where_there_is_one_step) {
  const Workspace workspace(R"({"workspace": {"./a": {"two": [{"projectPath": "./b", "task": "one"}]}},
    "tasks": {"one": {"command": "test \"$LISTEN_PID\" = $$ && echo mine: $LISTEN_FDS $LISTEN_FDNAMES || echo no ${LISTEN_PID-pid} ${LISTEN_FDS-number} ${LISTEN_FDNAMES-names}"},
              "two": {"command": "echo"}}})");
  const std::string passed = "export LISTEN_FDS=1 LISTEN_FDNAMES=web; ";
  EXPECT_EQ(run(workspace, line(passed + "LISTEN_PID=$$ exec $DREAM one 3</dev/null")).out, "mine: 1 web\n");
  EXPECT_EQ(run(workspace, line(passed + "LISTEN_PID=1 exec $DREAM one 3</dev/null")).out, "no 1 1 web\n");
  EXPECT_THAT(run(workspace, line("cd ../a; " + passed + "LISTEN_PID=$$ exec $DREAM two 3</dev/null")).out,
              HasSubstr("b | no pid number names\n"));
}

TEST(Surroundings, tell_dreams_service_manager_nothing_unless_there_is_one_step_that_has_no_notify) {
  const Workspace workspace(R"({"workspace": {"./a": {"two": [{"projectPath": "./b", "task": "one"}]}},
    "tasks": {"one": {"command": "echo ${NOTIFY_SOCKET-none} ${WATCHDOG_USEC-none} ${WATCHDOG_PID-none}"},
              "own": {"command": "echo ${WATCHDOG_USEC-none}; test -S $NOTIFY_SOCKET && echo a socket; echo ${NOTIFY_SOCKET##*/notify-*}", "ready": {"notify": true}},
              "set": {"command": "echo $NOTIFY_SOCKET", "env": {"NOTIFY_SOCKET": "mine"}},
              "two": {"command": "echo"}}})");
  const std::string managed = "export NOTIFY_SOCKET=/run/manager WATCHDOG_USEC=1 WATCHDOG_PID=2; ";
  EXPECT_EQ(run(workspace, line(managed + "$DREAM one")).out, "/run/manager 1 2\n");
  EXPECT_EQ(run(workspace, line(managed + "$DREAM own")).out, "none\na socket\n\n");
  EXPECT_EQ(run(workspace, line(managed + "$DREAM set")).out, "mine\n");
  EXPECT_THAT(run(workspace, line("cd ../a; " + managed + "$DREAM two")).out,
              HasSubstr("b | none none none"));
}

/// What a process can tell of itself; whatever differs by itself from process to process is left out.
constexpr const char* tells_all = R"(
import ctypes, os, resource, signal, sys
print(sys.argv[1:], os.getcwd(), oct(os.umask(0)), os.nice(0), os.getpriority(os.PRIO_PROCESS, 0))
for name in sorted(dir(resource)):
    if name.startswith("RLIMIT_"): print(name, resource.getrlimit(getattr(resource, name)))
print(os.sched_getaffinity(0), os.sched_getscheduler(0), os.getgroups(), os.getresuid(), os.getresgid())
print("keyring", ctypes.CDLL(None).syscall(250, 0, -3, 0))
print(open("/proc/self/oom_score_adj").read(), open("/proc/self/timerslack_ns").read(), os.readlink("/proc/self/root"))
for line in open("/proc/self/status"):
    if line.startswith(("Cap", "NoNewPrivs", "Seccomp:", "SigBlk", "SigCgt")): print(line)
print(sorted((k, v) for k, v in os.environ.items() if k not in ("DREAM_CHILD", "_", "OLDPWD", "SHLVL")))
)";

TEST(Surroundings, are_in_everything_else_those_of_a_process_that_is_started_by_hand) {
  const Workspace workspace(R"({"tasks": {"go": {"command": "echo \"$0\"; exec python3 $ROOT/tells.py one"},
    "argv": {"command": ["python3", "../tells.py", "one"]}}})");
  workspace.write("tells.py", tells_all);
  const std::string before =
      "umask 027; ulimit -S -n 500; ulimit -S -c 0; ulimit -S -s 4096; renice -n 3 $$ > /dev/null; "
      "export LC_TIME=de_DE.UTF-8; ";
  const std::string by_hand =
      run(workspace, line(before + "/bin/sh -c 'echo \"$0\"; exec python3 $ROOT/tells.py one'")).out;
  EXPECT_THAT(by_hand, HasSubstr("RLIMIT_NOFILE (500"));
  EXPECT_EQ(run(workspace, line(before + "$DREAM go")).out, by_hand);
  const std::string argv_by_hand = run(workspace, line(before + "python3 ../tells.py one")).out;
  EXPECT_EQ(run(workspace, line(before + "$DREAM argv")).out, argv_by_hand);
}

TEST(Surroundings, hold_an_input_open_for_background_steps_until_they_are_asked_to_end) {
  // As watchers do, the service takes the end of its input for that of whoever has started it.
  const Workspace workspace({{"a", "trap '' TERM; touch up; cat; echo over > $ROOT/over; echo watched", "",
                              std::string(service) + R"(, "ready": {"file": "up"})"},
                             {"b", "cat > $ROOT/b; test ! -e $ROOT/over && echo b has an end", "", ""},
                             {"c", "test ! -e $ROOT/over && echo still open", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out, "b | b has an end\nc | still open\na | watched\n");
}

TEST(Surroundings, have_the_input_that_dream_json_asks_for) {
  const Workspace workspace({{"a", "cat; echo at its end", async, R"("stdin": "empty")"},
                             {"b", "test -p /dev/stdin && echo a pipe", "", R"("stdin": "open")"},
                             {"c", "test -p /dev/stdin || echo none", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("a | at its end\n"));
  EXPECT_THAT(finished.out, HasSubstr("b | a pipe\n"));
  EXPECT_THAT(finished.out, HasSubstr("c | none\n"));
}

TEST(Surroundings, of_a_script_without_a_first_line_are_those_of_sh) {
  const Workspace workspace("{}");
  workspace.write("a/scripts/go", "echo ran \"$1\" in $PWD; exit 4\n");
  fs::permissions(workspace.root() / "a/scripts/go", fs::perms::owner_all);
  const Finished finished = run(workspace, {.arguments = {"go", "--", "one  two"}, .folder = "a"});
  EXPECT_EQ(finished.code, 4);
  EXPECT_EQ(finished.out, "ran one  two in " + workspace.root().string() + "/a\n");
}

/// An archive that unpacks itself: only the first line decides.
TEST(Surroundings, of_a_script_with_data_behind_its_text_are_those_of_sh) {
  using namespace std::string_view_literals;
  const Workspace workspace(R"({"tasks": {"go": {"command": ["./archive"]}}})");
  for (const auto& [text, code] : {std::pair("echo unpacked; exit 0\n\0\1\2data"sv, 0),
                                   std::pair("echo \0 unpacked; exit 0\n"sv, 126)}) {
    workspace.write("a/archive", text);
    fs::permissions(workspace.root() / "a/archive", fs::perms::owner_all);
    const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
    EXPECT_EQ(finished.code, code) << finished.err;
    EXPECT_EQ(finished.out, code == 0 ? "unpacked\n" : "");
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // these need /proc themselves
TEST(Surroundings, without_proc_are_named) {
  const Workspace workspace(R"({"tasks": {"go": {"command": "true"}}})");
  const Finished finished = run(
      workspace, {.arguments = {"-rm", "sh", "-c", "mount -t tmpfs none /proc && exec " DREAM_BINARY " go"},
                  .program = "/usr/bin/unshare"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("/proc isn't mounted, and dream needs it"));
}
#endif

TEST(Surroundings, in_which_nothing_can_be_executed_are_named) {
  const Workspace workspace(R"({"tasks": {"argv": {"command": ["./scripts/go"]}}})");
  const std::string mounted =
      "mount -t tmpfs -o noexec none $ROOT/a && cd $ROOT/a && mkdir scripts && printf 'echo ran' > "
      "scripts/go && "
      "chmod +x scripts/go && ";
  for (const char* task : {"go", "argv"}) {
    const Finished finished =
        run(workspace, {.arguments = {"-rm", "sh", "-c", mounted + "exec " DREAM_BINARY " " + task},
                        .folder = "a",
                        .program = "/usr/bin/unshare"});
    EXPECT_EQ(finished.code, 126) << task << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("mounted noexec"));
    EXPECT_THAT(finished.err, Not(HasSubstr("chmod")));
  }
}

}  // namespace
}  // namespace dream::e2e
