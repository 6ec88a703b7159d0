#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "engine_fixture.hpp"

namespace dream::docker::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Container = EngineTest;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_F(Container, both_streams_and_the_exit_code_come_through_and_nothing_is_left) {
  FakeRun& run = run_line("echo out; echo err >&2; exit 7");
  const FakeExit exit = exit_of(run);
  EXPECT_EQ(exit.kind, DREAM_EXIT_CODE);
  EXPECT_EQ(exit.value, 7);
  EXPECT_EQ(exit.text, "");
  EXPECT_EQ(out(run), "out\n");
  EXPECT_EQ(err(run), "err\n");
  EXPECT_THAT(host.started_runs(), SizeIs(1));
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Container, the_programs_own_codes_are_told_from_the_engines) {
  EXPECT_EQ(exit_of(run_line("exit 125")).text, "");
  EXPECT_EQ(exit_of(run_line("exit 127")).text, "");
  FakeRun& run = run_line("no-such-program");
  EXPECT_EQ(exit_of(run).value, 127) << "the shell's own word";
  EXPECT_THAT(containers(), IsEmpty());
}

/// With an init, and without.
struct ProgramOf : EngineTest, ::testing::WithParamInterface<const char*> {
  FakeExit failed(const std::vector<std::string>& argv) {
    const std::string options = R"("image": "box", "network": "none", "init": )" + std::string(GetParam());
    return failed_start_of(start(options, {.command_argv = argv}));
  }
};

TEST_P(ProgramOf, a_container_that_can_not_be_executed_has_not_started) {
  project.write("script", "#!/no/such/interpreter\n");
  ::chmod((project.path() / "script").c_str(), 0755);
  std::vector<std::string> programs{"/no/such/program", "no-such-program"};
  // Without an init the engine knows no better than that there is a script.
  if (std::string(GetParam()) == "true") programs.push_back((project.path() / "script").string());
  for (const std::string& program : programs) {
    const FakeExit missing = failed({program});
    EXPECT_EQ(missing.value, 127) << program;
    EXPECT_THAT(missing.text, HasSubstr(program));
  }
  const FakeExit folder = failed({"/tmp"});
  EXPECT_EQ(folder.value, 126);
  EXPECT_THAT(folder.text, HasSubstr("/tmp"));
  EXPECT_THAT(host.started_runs(), IsEmpty());
  EXPECT_THAT(containers(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Init, ProgramOf, ::testing::Values("true", "false"));

/// A command that was run inside a container, and how it ended.
struct Inside : EngineTest {
  [[nodiscard]] dream::testing::FakeInsideEnd end_of(FakeRun& run, const std::vector<std::string>& argv,
                                                     std::uint32_t limit_ms = 0) {
    if (!plugin.run_inside(run, argv, limit_ms)) throw std::runtime_error(plugin.error().message);
    until([&] { return !run.insides.empty(); });
    const auto end = run.insides.front();
    run.insides.clear();
    return end;
  }
  FakeRun& running(const std::string& line) {
    FakeRun& run = run_line(line);
    await_started(run);
    return run;
  }
};

TEST_F(Inside, a_command_runs_in_the_container_beside_its_program) {
  FakeRun& run = running("export OF=line; echo here > /tmp/there; echo up; exec sleep 1000");
  await_output(run, "up\n");
  const auto end = end_of(run, {"/bin/sh", "-c", "cat /tmp/there; echo err >&2; exit 3"});
  EXPECT_EQ(end.exit.kind, DREAM_EXIT_CODE);
  EXPECT_EQ(end.exit.value, 3);
  EXPECT_THAT(end.output, HasSubstr("here\n"));
  EXPECT_THAT(end.output, HasSubstr("err\n"));
  EXPECT_EQ(out(run), "up\n") << "its output is no output of the step";
  EXPECT_EQ(end_of(run, {"true"}).exit.value, 0);
  EXPECT_EQ(end_of(run, {"/bin/sh", "-c", "kill -9 $$"}).exit.value, 137);
  plugin.terminate(run, DREAM_FORCE);
  EXPECT_EQ(exit_of(run).value, 137);
}

TEST_F(Inside, a_tool_that_the_image_lacks_is_told_from_one_that_fails) {
  FakeRun& run = running("exec sleep 1000");
  const auto missing = end_of(run, {"no-such-tool"});
  EXPECT_EQ(missing.exit.value, 127);
  EXPECT_THAT(missing.output, HasSubstr("no-such-tool"));
  EXPECT_EQ(end_of(run, {"/tmp"}).exit.value, 126);
  plugin.terminate(run, DREAM_FORCE);
  EXPECT_EQ(exit_of(run).value, 137);
}

TEST_F(Inside, much_output_is_cut_and_what_takes_too_long_is_not_waited_for) {
  FakeRun& run = running("exec sleep 1000");
  const auto loud = end_of(run, {"/bin/sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; echo last"});
  EXPECT_EQ(loud.exit.value, 0);
  EXPECT_LE(loud.output.size(), 4096U);
  EXPECT_TRUE(loud.output.ends_with("last\n"));
  EXPECT_EQ(end_of(run, {"sleep", "1000"}, 50).exit.kind, DREAM_EXIT_LOST);
  plugin.terminate(run, DREAM_FORCE);
  EXPECT_EQ(exit_of(run).value, 137);
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Inside, no_command_is_started_beside_one_that_was_given_up) {
  FakeRun& run = running("exec sleep 1000");
  EXPECT_EQ(end_of(run, {"/bin/sh", "-c", "until [ -e /tmp/go ]; do :; done"}, 50).exit.kind,
            DREAM_EXIT_LOST);
  const auto second = end_of(run, {"touch", "/tmp/second"});
  EXPECT_EQ(second.exit.kind, DREAM_EXIT_LOST);
  EXPECT_THAT(second.exit.text, HasSubstr("the command before it still runs"));
  plugin.terminate(run, DREAM_FORCE);
  EXPECT_EQ(exit_of(run).value, 137);
}

TEST_F(Inside, a_command_ends_with_its_container) {
  FakeRun& run = running("until [ -e /tmp/inside ]; do :; done; echo beside; exec sleep 1000");
  ASSERT_TRUE(plugin.run_inside(run, {"/bin/sh", "-c", "echo > /tmp/inside; exec sleep 1000"}, 0));
  await_output(run, "beside\n");
  plugin.terminate(run, DREAM_FORCE);
  exit_of(run);
  ASSERT_THAT(run.insides, SizeIs(1));
  // Its code, if the engine still tells it: of SIGKILL, as it ended with all of the container.
  const auto& end = run.insides[0].exit;
  EXPECT_TRUE(end.kind == DREAM_EXIT_LOST || end.value == 128 + SIGKILL) << end.kind << ' ' << end.value;
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Container, has_started_when_its_program_runs_though_it_says_nothing) {
  FakeRun& run = start(R"("image": "box", "network": "none")", {.command_argv = {"sleep", "1000"}});
  await_started(run);
  plugin.terminate(run, DREAM_FORCE);
  EXPECT_EQ(exit_of(run).value, 137);
}

TEST_F(Container, has_started_however_soon_its_program_ends) {
  EXPECT_EQ(exit_of(start(R"("image": "box", "network": "none")", {.command_argv = {"false"}})).value, 1);
  EXPECT_THAT(host.started_runs(), SizeIs(1));
}

TEST_F(Container, a_great_deal_of_output_comes_whole_through_a_reader_that_pauses) {
  FakeRun& run = run_line("yes 0123456789abcde | head -c 8000000");
  await_output(run, "0");
  host.stop_reading();
  host.run_posted();
  host.go_on_reading();
  EXPECT_EQ(exit_of(run).value, 0);
  EXPECT_EQ(out(run).size(), 8000000U);
}

TEST_F(Container, graceful_is_heard_by_the_program_and_its_own_end_counts) {
  FakeRun& run = run_line("trap 'echo cleaned up; exit 3' TERM; echo ready; sleep 1000 & wait");
  await_output(run, "ready");
  EXPECT_EQ(plugin.status(run).phase, DREAM_PHASE_RUNNING);
  plugin.terminate(run, DREAM_GRACEFUL);
  EXPECT_EQ(exit_of(run).value, 3);
  EXPECT_EQ(out(run), "ready\ncleaned up\n");
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Container, the_steps_own_signal_is_sent) {
  FakeRun& run =
      start(R"("image": "box", "network": "none")",
            {.command_line = "trap 'exit 9' INT; echo ready; sleep 1000 & wait", .stop_signal = SIGINT});
  await_output(run, "ready");
  plugin.terminate(run, DREAM_GRACEFUL);
  EXPECT_EQ(exit_of(run).value, 9);
}

TEST_F(Container, force_ends_what_ignores_the_signal) {
  FakeRun& run = run_line("trap 'echo no' TERM; echo ready; while true; do sleep 1000 & wait; done");
  await_output(run, "ready");
  plugin.terminate(run, DREAM_GRACEFUL);
  await_output(run, "no");
  plugin.terminate(run, DREAM_FORCE);
  EXPECT_EQ(exit_of(run).value, 137);
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Container, a_program_that_is_asleep_as_process_1_ends_by_its_init) {
  FakeRun& run = start(R"("image": "box", "network": "none")",
                       {.command_argv = {"sh", "-c", "echo ready; exec sleep 1000"}});
  await_output(run, "ready");  // its init listens before it starts it
  plugin.terminate(run, DREAM_GRACEFUL);
  EXPECT_EQ(exit_of(run).value, 143);
}

TEST_F(Container, terminated_at_any_moment_leaves_nothing) {
  FakeRun& first = run_line("sleep 1000");
  plugin.terminate(first, DREAM_GRACEFUL);
  exit_of(first);
  for (std::size_t posts = 1; posts <= 6; ++posts) {
    FakeRun& run = run_line("sleep 1000");
    for (std::size_t post = 0; post < posts && run.exits.empty(); ++post) {
      ASSERT_TRUE(host.await_post());
      host.run_posted();
      if (plugin.status(run).phase == DREAM_PHASE_RUNNING) break;
    }
    // A signal that comes before the container's init listens is lost: then force follows, as it does in a
    // run.
    if (posts % 2 != 0) plugin.terminate(run, DREAM_GRACEFUL);
    plugin.terminate(run, DREAM_FORCE);
    exit_of(run);
    EXPECT_THAT(containers(), IsEmpty()) << posts;
  }
}

TEST_F(Container, works_in_the_project_as_its_owner) {
  project.write("input", "hello");
  FakeRun& run = run_line("pwd; cat input; id -u; echo made > output");
  EXPECT_EQ(exit_of(run).value, 0);
  EXPECT_EQ(out(run), project.path().string() + "\nhello" + std::to_string(::geteuid()) + "\n");
  EXPECT_EQ(text_of(project.path() / "output"), "made\n");
  struct stat status {};
  ::stat((project.path() / "output").c_str(), &status);
  EXPECT_EQ(status.st_uid, ::geteuid());
}

TEST_F(Container, without_a_mount_the_project_is_not_there) {
  FakeRun& run = run_line("pwd; ls " + project.path().string(), R"(, "mount": "none")");
  EXPECT_NE(exit_of(run).value, 0);
  EXPECT_EQ(out(run), "/\n");
}

TEST_F(Container, another_user_and_folder_are_taken) {
  FakeRun& run = run_line("id -u; id -g; pwd", R"(, "user": "12:34", "workdir": "/tmp")");
  exit_of(run);
  EXPECT_EQ(out(run), "12\n34\n/tmp\n");
}

TEST_F(Container, the_environment_is_dream_jsons_and_not_the_machines) {
  FakeRun& run = start(R"("image": "box", "network": "none", "env": ["HANDED_ON"])",
                       {.command_line = "env",
                        .environment = {"SECRET=1", "HANDED_ON=2", "MINE=3"},
                        .own_environment = {"MINE=3"}});
  exit_of(run);
  EXPECT_THAT(out(run), HasSubstr("HANDED_ON=2\n"));
  EXPECT_THAT(out(run), HasSubstr("MINE=3\n"));
  EXPECT_THAT(out(run), Not(HasSubstr("SECRET")));
}

TEST_F(Container, arguments_reach_the_command_as_they_are) {
  FakeRun& run =
      start(R"("image": "box", "network": "none")",
            {.command_line = "for word; do echo \"[$word]\"; done", .arguments = {"a b", "$HOME", ""}});
  // A line gets its arguments as "$@" at its end; this one has a loop there.
  exit_of(run);
  FakeRun& echo =
      start(R"("image": "box", "network": "none")", {.command_line = "echo", .arguments = {"a  b", "$HOME"}});
  exit_of(echo);
  EXPECT_EQ(out(echo), "a  b $HOME\n");
}

TEST_F(Container, volumes_are_mounted_and_anonymous_ones_go_with_the_container) {
  project.write("conf/a", "setting");
  FakeRun& run = run_line("cat /etc/conf/a; touch /data/x && echo ok; touch /etc/conf/b || echo read-only",
                          R"(, "volumes": ["./conf:/etc/conf:ro", "/data"])");
  EXPECT_EQ(exit_of(run).value, 0);
  EXPECT_EQ(out(run), "settingok\nread-only\n");
}

TEST_F(Container, an_init_is_process_1_unless_it_is_not_wanted) {
  FakeRun& with = run_line("echo $$");
  exit_of(with);
  EXPECT_NE(out(with), "1\n");
  FakeRun& without = run_line("echo $$", R"(, "init": false)");
  exit_of(without);
  EXPECT_EQ(out(without), "1\n");
}

TEST_F(Container, entrypoints_are_replaced_or_taken_away) {
  FakeRun& run = start(R"("image": "box", "network": "none", "entrypoint": "echo", "command": ["a", "b"])");
  exit_of(run);
  EXPECT_EQ(out(run), "a b\n");
}

TEST_F(Container, the_network_of_this_machine_is_there_when_asked_for) {
  FakeRun& run =
      start(R"("image": "box", "network": "host")", {.command_line = "readlink /proc/self/ns/net"});
  exit_of(run);
  EXPECT_EQ(out(run), std::filesystem::read_symlink("/proc/self/ns/net").string() + "\n");
}

TEST_F(Container, a_port_without_a_network_to_bind_it_is_an_error_of_the_engine) {
  const FakeExit exit = failed_start_of(
      start(R"("image": "box", "network": "nowhere", "ports": ["8080:80"], "command": "true")"));
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text, HasSubstr("network nowhere not found"));
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Container, more_memory_than_the_limit_is_told) {
  FakeRun& run = run_line("tail /dev/zero", R"(, "memory": "16m")");
  const FakeExit exit = exit_of(run);
  EXPECT_NE(exit.value, 0);
  EXPECT_THAT(exit.text, HasSubstr("ran out of memory"));
}

TEST_F(Container, labels_and_names_show_whose_it_is) {
  FakeRun& run = run_line("echo ready; sleep 1000", R"(, "labels": {"team": "blue"})");
  await_output(run, "ready");
  EXPECT_THAT(containers(), SizeIs(1));
  until([&] { return std::string(detail(run)).find("running") != std::string::npos; });
  EXPECT_THAT(detail(run), ContainsRegex("^container [0-9a-f]{12}, running"));
  plugin.terminate(run, DREAM_FORCE);
  exit_of(run);
}

TEST_F(Container, many_at_once_all_end_well) {
  constexpr std::size_t count = 6;
  std::vector<FakeRun*> runs;
  runs.reserve(count);
  for (std::size_t number = 0; number < count; ++number) {
    runs.push_back(
        &start(R"("image": "box", "network": "none")",
               {.name = "task" + std::to_string(number), .command_line = "echo " + std::to_string(number)}));
  }
  for (std::size_t number = 0; number < runs.size(); ++number) {
    EXPECT_EQ(exit_of(*runs[number]).value, 0) << runs[number]->exits.front().text;
    EXPECT_EQ(out(*runs[number]), std::to_string(number) + "\n");
  }
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Container, of_another_session_is_never_touched) {
  FakeRun& run = run_line("echo ready; sleep 1000");
  await_output(run, "ready");
  EXPECT_TRUE(plugin.reap({.session = "another", .options = {R"({"host": ")" + address + "\"}"}}));
  EXPECT_THAT(containers(), SizeIs(1));
  EXPECT_TRUE(plugin.reap({.session = host.session, .options = {R"({"host": ")" + address + "\"}"}}));
  EXPECT_THAT(containers(), IsEmpty());
  EXPECT_EQ(exit_of(run).value, 137);
}

}  // namespace
}  // namespace dream::docker::testing
