#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <utility>
#include <vector>

#include "process_fixture.hpp"

namespace dream::process {
namespace {

/// Children that write to a terminal of their own.
class ProcessTerminal : public ProcessTest {
 protected:
  static void on_terminal(ChildSpec& child) {
    child.streams.out = child.streams.err = Outlet::terminal;
    child.streams.joined = true;
    child.streams.window.ws_row = 30;
    child.streams.window.ws_col = 100;
  }
  Watched& start_shell(const std::string& line) { return start({"sh", "-c", line}, on_terminal); }

  /// What a shell line prints on a terminal.
  std::string printed(const std::string& line) {
    Watched& run = start_shell(line);
    run_to_end(run);
    return run.out;
  }
};

TEST_F(ProcessTerminal, is_one_for_both_streams_and_for_nothing_else) {
  EXPECT_EQ(printed("test -t 1 && test -t 2 && echo both"), "both\n");
  EXPECT_EQ(printed("test -t 0 || echo input is none"), "input is none\n");
  EXPECT_EQ(printed("for n in 1 2 3; do echo out $n; echo err $n >&2; done"),
            "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n");
}

TEST_F(ProcessTerminal, may_be_one_for_each_stream) {
  Watched& run =
      start({"sh", "-c", "test -t 1 && test -t 2 && echo out && echo err >&2"}, [](ChildSpec& child) {
        on_terminal(child);
        child.streams.joined = false;
      });
  run_to_end(run);
  EXPECT_EQ(run.out, "out\n");
  EXPECT_EQ(run.err, "err\n");
}

TEST_F(ProcessTerminal, may_be_for_stdout_alone) {
  Watched& run =
      start({"sh", "-c", "test -t 1 && ! test -t 2 && echo out && echo err >&2"}, [](ChildSpec& child) {
        on_terminal(child);
        child.streams.err = Outlet::pipe;
      });
  run_to_end(run);
  EXPECT_EQ(run.out, "out\n");
  EXPECT_EQ(run.err, "err\n");
}

TEST_F(ProcessTerminal, lets_nobody_wait_for_keys) {
  EXPECT_EQ(printed("exec 2> /dev/null; read answer <&1 || echo none here"), "none here\n");
  EXPECT_EQ(printed("exec 2> /dev/null; (read answer < /dev/tty) || echo nor there"), "nor there\n");
}

TEST_F(ProcessTerminal, lets_nobody_wait_for_keys_who_opens_it_by_its_name) {
  // Root may open anything, and is told at once that nothing comes.
  EXPECT_EQ(printed("name=$(readlink /proc/$$/fd/1); exec 2> /dev/null; read answer < $name || echo none"),
            "none\n");
  EXPECT_EQ(printed("name=$(readlink /proc/$$/fd/1); exec 2> /dev/null; read answer <> $name || echo none"),
            "none\n");
  EXPECT_EQ(printed("name=$(readlink /proc/$$/fd/1); echo text > $name"), "text\n") << "writing is allowed";
}

TEST_F(ProcessTerminal, tells_its_size_and_that_it_has_changed) {
  Watched& run = start_shell("trap 'stty size <&1; exit 0' WINCH; stty size <&1; sleep 1000 & wait");
  run_until([&] { return !run.out.empty(); });
  EXPECT_EQ(run.out, "30 100\n");
  winsize window{};
  window.ws_row = 50;
  window.ws_col = 70;
  supervisor_->resize(window);
  EXPECT_EQ(run_to_end(run), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(run.out, "30 100\n50 70\n");
}

TEST_F(ProcessTerminal, changes_no_byte) {
  std::string all;
  for (int value = 0; value < 256; ++value) all += static_cast<char>(value);
  std::string bytes;
  while (bytes.size() < 1'000'000) bytes += all;
  std::ofstream(folder_ / "bytes", std::ios::binary) << bytes;
  EXPECT_TRUE(printed("cat " + (folder_ / "bytes").string()) == bytes);
}

TEST_F(ProcessTerminal, loses_nothing_that_was_written_right_before_the_end) {
  const std::string expected = numbers(6000);
  std::ofstream(folder_ / "bytes") << expected;
  for (int repetition = 0; repetition < 200; ++repetition) {
    Watched& run = start_shell("cat " + (folder_ / "bytes").string() + "; exit 3");
    EXPECT_EQ(run_to_end(run), ExitStatus(ExitedWith{3}));
    ASSERT_TRUE(run.out == expected) << run.out.size() << " bytes";
  }
}

TEST_F(ProcessTerminal, loses_nothing_of_many_that_end_at_once) {
  const std::string expected = numbers(1500);
  std::ofstream(folder_ / "bytes") << expected;
  constexpr std::size_t count = 100;
  std::vector<Watched*> runs;
  runs.reserve(count);
  while (runs.size() < count) runs.push_back(&start_shell("cat " + (folder_ / "bytes").string()));
  run_until([this] { return supervisor_->size() == 0; });
  for (const Watched* run : runs) EXPECT_TRUE(run->out == expected) << run->out.size() << " bytes";
}

TEST_F(ProcessTerminal, in_the_hands_of_a_stranger_does_not_delay_the_end_nor_lose_a_byte) {
  for (int repetition = 0; repetition < 50; ++repetition) {
    const auto [run, actor] = start_actor(on_terminal);
    const int stranger = actor.take_output();
    ASSERT_GE(stranger, 0);
    actor.tell("print_and_exit 3000");
    EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
    EXPECT_EQ(run->out, numbers(3000));
    ::close(stranger);
  }
}

TEST_F(ProcessTerminal, output_that_is_not_wanted_stays_with_the_child_until_it_is) {
  const auto [run, actor] = start_actor(on_terminal);
  run->hold = true;
  actor.tell("print_and_exit 100000");
  for (int call = 1; call < 10; ++call) {
    run_until([&run = run, call] { return run->calls == call; });
    EXPECT_NE(supervisor_->pid(run->id), 0) << "it can't have written everything";
    supervisor_->resume_output(run->id, Stream::out);
  }
  run->hold = false;
  supervisor_->resume_output(run->id, Stream::out);
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_TRUE(run->out == numbers(100000)) << run->out.size() << " bytes";
}

TEST_F(ProcessTerminal, of_a_root_that_ends_does_not_hang_up_its_helper) {
  const auto [run, actor] = start_actor(on_terminal);
  actor.ask("ignore 15");  // however slow this machine is, the helper may finish
  actor.ask("print_through_helper");
  actor.tell("print_and_exit 100000");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_TRUE(run->out == numbers(100000)) << run->out.size() << " bytes";
}

TEST_F(ProcessTerminal, leaves_no_descriptor_behind) {
  const std::vector<int> before = open_descriptors();
  printed("echo done");
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace dream::process
