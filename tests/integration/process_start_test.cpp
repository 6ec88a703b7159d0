#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

#include "process/launch.hpp"
#include "process_fixture.hpp"
#include "support/refused_call.hpp"

namespace dream::process {
namespace {

using StartedProcess = ProcessTest;

TEST_F(StartedProcess, ends_with_its_own_code_or_with_its_signal) {
  for (const int code : {0, 1, 9, 143, 255}) {
    const auto [run, actor] = start_actor();
    actor.tell("exit " + std::to_string(code));
    EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{code}));
  }
  for (const int signal : {SIGKILL, SIGTERM, SIGUSR1}) {
    const auto [run, actor] = start_actor();
    actor.tell("raise " + std::to_string(signal));
    EXPECT_EQ(run_to_end(*run), ExitStatus(KilledBy{signal}));
  }
}

TEST_F(StartedProcess, has_a_pid_until_it_has_ended) {
  const auto [run, actor] = start_actor();
  EXPECT_EQ(supervisor_->pid(run->id), actor.pid());
  actor.tell("exit 0");
  run_to_end(*run);
  EXPECT_EQ(supervisor_->pid(run->id), 0);
}

TEST_F(StartedProcess, is_found_in_the_path_and_runs_in_its_folder) {
  Watched& run = start({"sh", "-c", "pwd -P; echo \"$0 $1\"", "zero", "one  two"});
  EXPECT_EQ(run_to_end(run), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(run.out, std::filesystem::canonical(folder_).string() + "\nzero one  two\n");
}

TEST_F(StartedProcess, leads_a_session_of_its_own) {
  const auto [run, actor] = start_actor();
  const std::string pid = std::to_string(actor.pid());
  EXPECT_EQ(actor.ask("session"), pid + " " + pid);
}

TEST_F(StartedProcess, has_no_descriptor_of_the_host_but_its_three) {
  std::vector<int> leaked;
  for (const int lowest : {3, 50, 700}) leaked.push_back(::fcntl(STDIN_FILENO, F_DUPFD, lowest));
  const auto [run, actor] = start_actor();
  EXPECT_EQ(actor.ask("descriptors"), "0 1 2");
  for (const int descriptor : leaked) ::close(descriptor);
}

TEST_F(StartedProcess, has_the_descriptors_that_were_there_at_first_and_none_beside_them) {
  supervisor_.reset();
  const std::array early{::fcntl(STDIN_FILENO, F_DUPFD, 3), ::fcntl(STDIN_FILENO, F_DUPFD, 200)};
  const int ours = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 300);
  std::vector<int> expected;  // those that whoever runs the tests has open are there, too
  Inheritance inheritance = take_inheritance();
  for (const int descriptor : inheritance.descriptors) {
    if ((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) == 0) expected.push_back(descriptor);
  }
  supervisor_.emplace(context_, nullptr, std::move(inheritance));
  const std::array late{::fcntl(STDIN_FILENO, F_DUPFD, 3), ::fcntl(STDIN_FILENO, F_DUPFD, 201)};
  const auto [run, actor] = start_actor();
  std::string numbers = "0 1 2";
  for (const int descriptor : expected) numbers += " " + std::to_string(descriptor);
  EXPECT_EQ(actor.ask("descriptors"), numbers);
  EXPECT_TRUE(std::ranges::find(expected, early[1]) != expected.end());
  for (const int descriptor : {early[0], early[1], ours, late[0], late[1]}) ::close(descriptor);
}

TEST_F(StartedProcess, is_told_its_folder_unless_somebody_has_set_it) {
  const auto [run, actor] = start_actor([](ChildSpec& child) {
    std::vector<std::string> environment = *child.environment;
    std::erase_if(environment, [](const std::string& entry) { return entry.starts_with("PWD="); });
    child.environment = std::make_shared<const std::vector<std::string>>(std::move(environment));
  });
  EXPECT_EQ(actor.ask("variable PWD"), folder_.string());
  const auto [second_run, second] =
      start_actor([](ChildSpec& child) { child.variables.emplace_back("PWD=/"); });
  EXPECT_EQ(second.ask("variable PWD"), "/");
}

TEST_F(StartedProcess, is_named_as_the_one_that_sockets_are_for_where_the_host_was) {
  supervisor_.reset();
  const std::string for_the_host = "LISTEN_PID=" + std::to_string(::getpid());
  supervisor_.emplace(context_, nullptr, Inheritance{.listen_pid = for_the_host});
  const auto with = [](const std::string& variable) {
    return [variable](ChildSpec& child) {
      std::vector<std::string> environment = *child.environment;
      environment.push_back(variable);
      child.environment = std::make_shared<const std::vector<std::string>>(std::move(environment));
    };
  };
  const auto [run, actor] = start_actor(with(for_the_host));
  EXPECT_EQ(actor.ask("variable LISTEN_PID"), std::to_string(actor.pid()));
  const auto [other_run, other] = start_actor(with("LISTEN_PID=1"));
  EXPECT_EQ(other.ask("variable LISTEN_PID"), "1");
}

TEST_F(StartedProcess, is_a_shell_where_a_text_has_no_first_line_for_the_system) {
  const auto write = [&](const std::string& name, std::string_view text) {
    std::ofstream(folder_ / name) << text;
    std::filesystem::permissions(folder_ / name, std::filesystem::perms::owner_all);
  };
  write("script", "echo \"$0\" \"$2\"; exit 3\n");
  Watched& script = start({"./script", "one", "two  words"});
  EXPECT_EQ(run_to_end(script), ExitStatus(ExitedWith{3}));
  EXPECT_EQ(script.out, "./script two  words\n");
  write("nothing", "");
  EXPECT_EQ(run_to_end(start({"./nothing"})), ExitStatus(ExitedWith{0}));
  write("binary", std::string_view("\x7f"
                                   "ELF\x02\x01\x01\0\n",
                                   9));
  Watched& binary = add_run();
  const Result<ChildId> refused = supervisor_->start(spec(binary, {"./binary"}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::not_executable);
}

/// 0: what this process has left open isn't open in a child.
int start_beside_an_open_descriptor() {
  const int left_open = ::open("/dev/null", O_RDONLY);  // NOLINT: not closed on exec
  const std::vector<std::string> argv{"sh", "-c", "test ! -e /proc/self/fd/" + std::to_string(left_open)};
  const Executable program{"/bin/sh", "/bin/sh"};
  const std::string folder = "/";
  const std::vector<std::string> none;
  const Inheritance inheritance;
  boost::asio::io_context context;
  const Result<Launched> launched = launch(context.get_executor(), {.executable = program,
                                                                    .argv = argv,
                                                                    .directory = folder,
                                                                    .environment = none,
                                                                    .variables = none,
                                                                    .inheritance = inheritance,
                                                                    .file_limit = raise_file_limit()});
  if (!launched || left_open <= STDERR_FILENO) return 2;
  int status = -1;
  ::waitpid(launched->handle->id(), &status, 0);
  launched->handle->detach();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

TEST(StartedBeside, gets_nothing_that_was_left_open) {
  EXPECT_EXIT(::_exit(start_beside_an_open_descriptor()), ::testing::ExitedWithCode(0), "");
}

TEST(StartedBeside, gets_nothing_that_was_left_open_where_the_kernel_marks_no_range) {
  EXPECT_EXIT((refuse_call(SYS_close_range, ENOSYS), ::_exit(start_beside_an_open_descriptor())),
              ::testing::ExitedWithCode(0), "");
}

TEST_F(StartedProcess, has_default_signals_whatever_the_host_ignores_or_blocks) {
  sigset_t blocked;
  sigset_t previous;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR1);
  ::sigaddset(&blocked, SIGRTMAX);
  ::sigprocmask(SIG_BLOCK, &blocked, &previous);
  const std::array ignored{SIGPIPE, SIGINT, SIGCHLD, SIGRTMIN + 3};
  // SIGCHLD is only ignored while the child starts: nobody could know its exit code else.
  std::vector<struct sigaction> actions(ignored.size());
  for (std::size_t at = 0; at < ignored.size(); ++at) {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(ignored[at], &ignore, &actions[at]);
  }
  const auto [run, actor] = start_actor();
  for (std::size_t at = 0; at < ignored.size(); ++at) ::sigaction(ignored[at], &actions[at], nullptr);
  sigset_t now;
  ::sigprocmask(SIG_SETMASK, &previous, &now);
  EXPECT_EQ(::sigismember(&now, SIGUSR1), 1) << "the host's own mask is as it was";
  EXPECT_EQ(::sigismember(&now, SIGUSR2), 0) << "the host's own mask is as it was";
  EXPECT_EQ(actor.ask("signals"), "");
}

std::atomic<int> handled_in_a_child = 0;
pid_t this_process = 0;

TEST_F(StartedProcess, runs_no_handler_of_the_host_before_it_is_a_program_of_its_own) {
  this_process = ::getpid();
  const pid_t group = ::getpgrp();
  ASSERT_EQ(::setpgid(0, 0), 0);  // else the signals would reach whoever runs beside this test
  struct sigaction count {};
  struct sigaction previous {};
  count.sa_flags = SA_RESTART;
  count.sa_handler = [](int) { handled_in_a_child += ::getpid() == this_process ? 0 : 1; };
  ::sigaction(SIGWINCH, &count, &previous);
  std::atomic<bool> done = false;
  std::thread sender([&] {
    while (!done) ::kill(0, SIGWINCH);
  });
  for (int number = 0; number < 100; ++number)
    EXPECT_EQ(run_to_end(start({"true"})), ExitStatus(ExitedWith{0}));
  done = true;
  sender.join();
  ::sigaction(SIGWINCH, &previous, nullptr);
  ::setpgid(0, group);
  EXPECT_EQ(handled_in_a_child, 0);
}

TEST_F(StartedProcess, gets_the_limit_of_files_back_under_every_supervisor) {
  supervisor_.reset();
  rlimit original{};
  ::getrlimit(RLIMIT_NOFILE, &original);
  const rlimit low{512, original.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &low);
  for (int repetition = 0; repetition < 2; ++repetition) {
    supervisor_.emplace(context_);
    rlimit raised{};
    ::getrlimit(RLIMIT_NOFILE, &raised);
    EXPECT_EQ(raised.rlim_cur, original.rlim_max);
    const auto [run, actor] = start_actor();
    EXPECT_EQ(actor.ask("file_limit"), "512");
    actor.tell("exit 0");
    run_to_end(*run);
    supervisor_.reset();
  }
  rlimit after{};
  ::getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, 512U);
  ::setrlimit(RLIMIT_NOFILE, &original);
  supervisor_.emplace(context_);
}

TEST_F(StartedProcess, carries_the_mark_of_its_child_and_no_other) {
  const auto inherited = [](ChildSpec& child) {
    std::vector<std::string> environment = *child.environment;
    environment.emplace_back("DREAM_CHILD=somebody");
    child.environment = std::make_shared<const std::vector<std::string>>(std::move(environment));
  };
  const auto [first_run, first] = start_actor(inherited);
  const auto [second_run, second] = start_actor(inherited);
  const std::string host = std::to_string(::getpid()) + ".";
  const std::string mark = first.ask("variable DREAM_CHILD");
  EXPECT_TRUE(mark.starts_with(host)) << mark;
  EXPECT_TRUE(second.ask("variable DREAM_CHILD").starts_with(host));
  EXPECT_NE(second.ask("variable DREAM_CHILD"), mark);
}

TEST_F(StartedProcess, reads_nothing_unless_it_is_given_the_standard_input) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const int saved = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(ends[0], STDIN_FILENO);
  ASSERT_EQ(::write(ends[1], "typed", 5), 5);
  ::close(ends[1]);
  Watched& without = start({"cat"});
  EXPECT_EQ(run_to_end(without), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(without.out, "");
  Watched& with = start({"cat"}, [](ChildSpec& child) { child.streams.in = Inlet::ours; });
  EXPECT_EQ(run_to_end(with), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(with.out, "typed");
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  ::close(ends[0]);
}

TEST_F(StartedProcess, reads_an_open_input_that_ends_when_it_is_asked_to_end) {
  const auto opened = [](ChildSpec& child) { child.streams.in = Inlet::open; };
  // Started after it, and alive while it ends: what it has of the first one's input would hold that open.
  Watched& reader =
      start({"sh", "-c", "trap 'echo asked' TERM; echo ready; cat; cat; echo at its end"}, opened);
  Watched& other = start({"sh", "-c", "echo here; exec sleep 1000"}, opened);
  run_until([&] { return !reader.out.empty() && !other.out.empty(); });
  EXPECT_EQ(reader.ends, 0);
  const std::vector<int> before = open_descriptors();
  ask_to_end(reader);
  EXPECT_EQ(open_descriptors(), before) << "the end of its input came with the signal";
  EXPECT_EQ(run_to_end(reader), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(reader.out, "ready\nasked\nat its end\n");
  EXPECT_EQ(other.ends, 0);
}

TEST_F(StartedProcess, leaves_no_descriptor_of_an_open_input_behind) {
  const std::vector<int> before = open_descriptors();
  Watched& run = start({"sh", "-c", "test -p /dev/stdin && echo a pipe"},
                       [](ChildSpec& child) { child.streams.in = Inlet::open; });
  run_to_end(run);
  EXPECT_EQ(run.out, "a pipe\n");
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(StartedProcess, of_which_a_helper_is_left_ends_the_helpers_input) {
  // However slow this machine is, the helper may finish.
  Watched& run = start({"sh", "-c", "trap '' TERM; exec 3<&0; (cat <&3; echo the helper has ended) & exit 0"},
                       [](ChildSpec& child) { child.streams.in = Inlet::open; });
  EXPECT_EQ(run_to_end(run), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(run.out, "the helper has ended\n");
}

TEST_F(StartedProcess, has_its_three_streams_in_place_even_when_the_hosts_are_closed) {
  std::array<int, 3> saved{};
  for (int at = 0; at < 3; ++at) {
    saved[static_cast<std::size_t>(at)] = ::fcntl(at, F_DUPFD_CLOEXEC, 3);
    ::close(at);
  }
  // Now the pipes themselves have the numbers 0 to 2.
  Watched& run = add_run();
  ChildSpec child = spec(run, {"sh", "-c", "cat; echo out; echo err >&2"});
  child.streams.in = Inlet::ours;
  const Result<ChildId> started = supervisor_->start(std::move(child));
  if (started) run_until([&] { return run.ends > 0; });
  for (int at = 0; at < 3; ++at) {
    ::dup2(saved[static_cast<std::size_t>(at)], at);
    ::close(saved[static_cast<std::size_t>(at)]);
  }
  ASSERT_TRUE(started.has_value()) << to_string(started.error());
  EXPECT_EQ(run.status, ExitStatus(ExitedWith{0}));
  EXPECT_EQ(run.out, "out\n");
  EXPECT_EQ(run.err, "err\n");
}

}  // namespace
}  // namespace dream::process
