#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "process_fixture.hpp"

namespace dream::process {
namespace {

class ManyChildren : public ProcessTest {
 protected:
  /// Seconds until the loop's next timer; 0: there is none. Asio sets its timer descriptor anew every five
  /// minutes even when no timer is armed.
  static long seconds_to_next_timer() {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code ignored;
      if (std::filesystem::read_symlink(entry.path(), ignored) != "anon_inode:[timerfd]") continue;
      std::ifstream info("/proc/self/fdinfo/" + entry.path().filename().string());
      for (std::string word; info >> word;) {
        if (word != "it_value:") continue;
        char parenthesis = 0;
        long seconds = -1;
        info >> parenthesis >> seconds;
        return seconds;
      }
    }
    return -1;
  }

  /// Nothing happens, and nothing is going to as long as the children do nothing.
  void expect_quiet() {
    context_.restart();
    for (int turn = 0; turn < 100; ++turn) context_.poll();
    for (int turn = 0; turn < 1000; ++turn) ASSERT_EQ(context_.poll(), 0U);
    const long seconds = seconds_to_next_timer();
    EXPECT_TRUE(seconds == 0 || seconds > 100) << seconds;
  }
};

/// By a clock to which each look takes an hour: what is to be killed is looked at all the same.
TEST_F(ManyChildren, are_looked_at_less_often_when_a_look_takes_long) {
  supervisor_.reset();
  Duration late{};
  supervisor_.emplace(context_, std::function<void(const std::string&)>(), Inheritance(),
                      [&] { return read_clock() + (late += std::chrono::hours(1)); });
  auto [first, one] = start_actor();
  auto [second, other] = start_actor();
  kill(*first);
  run_to_end(*first);
  EXPECT_GT(late, Duration::zero()) << "there was a look";
  other.tell("exit 0");
  run_until([&, &run = second] { return supervisor_->pid(run->id) == 0; });
  for (int turn = 0; turn < 100; ++turn) context_.poll();
  EXPECT_EQ(second->ends, 0) << "the next look comes hours later";
  kill(*second);
  EXPECT_EQ(run_to_end(*second), ExitStatus(ExitedWith{0}));
}

TEST_F(ManyChildren, five_hundred_run_at_once_and_end_at_once) {
  const std::string fifo = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const int gate = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  const std::string script = "echo ready; read line < '" + fifo + "'; echo \"go $1\"; exit $1";
  std::vector<Watched*> runs;
  runs.reserve(500);
  for (int number = 0; number < 500; ++number) {
    runs.push_back(&start({"sh", "-c", script, "sh", std::to_string(number % 200)}));
  }
  run_until([&] {
    return std::all_of(runs.begin(), runs.end(), [](const Watched* run) { return run->out == "ready\n"; });
  });
  EXPECT_EQ(supervisor_->size(), 500U);
  const std::string lines(500, '\n');
  ASSERT_EQ(::write(gate, lines.data(), lines.size()), 500);
  run_until([this] { return supervisor_->size() == 0; });
  for (int number = 0; number < 500; ++number) {
    const Watched& run = *runs[static_cast<std::size_t>(number)];
    EXPECT_EQ(run.status, ExitStatus(ExitedWith{number % 200}));
    EXPECT_EQ(run.out, "ready\ngo " + std::to_string(number % 200) + "\n");
    EXPECT_EQ(run.ends, 1);
  }
  ::close(gate);
}

TEST_F(ManyChildren, that_are_quiet_cost_nothing) {
  std::vector<std::pair<Watched*, Actor>> children;
  for (int number = 0; number < 50; ++number) {
    children.push_back(start_actor());
    children.back().second.ask("quiet 2");
  }
  expect_quiet();
  // One that was asked to end, and takes its time, doesn't change this; nor does one whose end nobody reads.
  children[0].second.ask("ignore 15");
  ask_to_end(*children[0].first);
  expect_quiet();
  const auto [run, actor] = start_actor();
  run->hold = true;
  actor.ask("print 1");
  run_until([&run = run] { return run->calls == 1; });
  actor.tell("exit 0");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  expect_quiet();
  EXPECT_EQ(run->ends, 0);
}

}  // namespace
}  // namespace dream::process
