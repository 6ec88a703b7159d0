#include "probe/prober.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "support/temporary_folder.hpp"

namespace dream::probe {
namespace {

using std::chrono::milliseconds;

TEST(Pause, is_a_part_of_what_was_waited_within_bounds) {
  EXPECT_EQ(pause(quick, milliseconds(0), {}), milliseconds(10));
  EXPECT_EQ(pause(quick, milliseconds(1000), {}), milliseconds(100));
  EXPECT_EQ(pause(quick, milliseconds(60'000), {}), milliseconds(500));
  EXPECT_EQ(pause(costly, milliseconds(0), {}), milliseconds(10));
  EXPECT_EQ(pause(costly, milliseconds(1200), {}), milliseconds(100));
  EXPECT_EQ(pause(costly, milliseconds(60'000), {}), milliseconds(500));
  EXPECT_EQ(pause(costly, milliseconds(1200), milliseconds(3000)), milliseconds(3000));
}

/// A prober whose clock is the test's. The step writes into `folder`.
class ProberTest : public testing::Test {
 protected:
  Prober make(const Probes& probes) {
    return Prober(probes,
                  Subject{.context = context,
                          .clock = clock,
                          .supervisor = supervisor,
                          .pid = [] { return 0; },
                          .directory = folder.path().string(),
                          .environment = std::make_shared<const std::vector<std::string>>(),
                          .detail = [this] { return detail; }},
                  {.now = [this] { return now; },
                   .call_at =
                       [this](Instant moment, std::function<void()> its_call) {
                         alarm = moment;
                         call = std::move(its_call);
                       }},
                  {.ready = [this] { told += "ready; "; },
                   .never_ready = [this](const Error& error) { told += "never: " + error.message + "; "; },
                   .warn = [this](const std::string& text) { told += text + "; "; }});
  }
  void ring() {
    ASSERT_TRUE(alarm);
    now = *std::exchange(alarm, std::nullopt);
    std::exchange(call, nullptr)();
  }
  void write(const std::string& name) { folder.write(name, "x"); }
  void run_until_told() {
    context.restart();
    while (told.empty()) {
      if (alarm)
        ring();
      else
        context.run_one();
    }
  }

  boost::asio::io_context context;
  SteadyClock clock{context};
  process::Supervisor supervisor{context};
  TemporaryFolder folder;
  Instant now{std::chrono::seconds(10)};
  std::optional<Instant> alarm;
  std::function<void()> call;
  std::string told;
  std::string detail;
};

TEST_F(ProberTest, tries_until_it_passes_and_then_no_more) {
  Prober prober = make({FileProbe{"new/up"}});
  EXPECT_FALSE(alarm) << "it has not begun";
  prober.begin();
  EXPECT_EQ(prober.found(), "there is no file \"new/up\"");
  EXPECT_EQ(alarm, now + milliseconds(10));
  ring();
  ring();
  EXPECT_EQ(prober.tries(), 3U);
  write("new/up");
  run_until_told();
  EXPECT_EQ(told, "ready; ");
  EXPECT_FALSE(alarm);
}

TEST_F(ProberTest, tells_before_its_first_answer_what_it_waits_for) {
  for (const auto& [probe, awaited] : std::initializer_list<std::pair<Probe, const char*>>{
           {TcpProbe{"::1", 1}, "[::1]:1 hasn't answered yet"},
           {HttpProbe{.url = "http://[::1]:1/", .host = "::1", .port = 1},
            "http://[::1]:1/ hasn't answered yet"},
           {ExecProbe{"exec sleep 1000"}, "\"exec sleep 1000\" hasn't ended yet"}}) {
    Prober prober = make({probe});
    prober.begin();
    EXPECT_EQ(prober.found(), awaited);
    EXPECT_EQ(prober.tries(), 1U);
  }
}

TEST_F(ProberTest, makes_a_try_again_at_once_that_was_under_way_when_dream_was_stopped) {
  Prober prober = make({ExecProbe{"exit 1"}});
  const auto wait_for_try = [&] {
    context.restart();
    while (!alarm) context.run_one();
  };
  prober.begin();
  prober.was_stopped();
  wait_for_try();
  EXPECT_EQ(alarm, now);
  ring();
  wait_for_try();
  EXPECT_EQ(alarm, now + costly.least);
  prober.was_stopped();
  ring();
  wait_for_try();
  EXPECT_EQ(alarm, now + costly.least) << "no try was under way";
}

TEST_F(ProberTest, does_not_take_the_file_of_yesterday) {
  write("up");
  Prober prober = make({FileProbe{"up"}});
  prober.begin();
  EXPECT_EQ(prober.found(), "the file \"up\" is as it was before");
  std::ofstream(folder.path() / "up", std::ios::app) << "more";
  run_until_told();
  EXPECT_EQ(told, "ready; ");
}

TEST_F(ProberTest, is_woken_by_a_file_and_does_not_try_before) {
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = descriptors();
  Prober prober = make({FileProbe{"up"}, LogProbe{"never"}});
  prober.begin();
  EXPECT_FALSE(alarm);
  EXPECT_EQ(prober.tries(), 0U);
  EXPECT_EQ(descriptors(), before + 1);
  write("other");
  write("up");
  context.restart();
  while (prober.found() != "no line has \"never\" yet") {
    if (alarm)
      ring();  // the file is written no more, and the next one's turn
    else
      context.run_one();
  }
  EXPECT_EQ(descriptors(), before + 1) << "closing takes time: what waits comes first";
  context.poll();
  EXPECT_EQ(descriptors(), before) << "a file that has passed is watched no more";
}

TEST_F(ProberTest, watches_a_file_as_soon_as_its_folder_is_there) {
  Prober prober = make({FileProbe{"new/up"}});
  prober.begin();
  std::filesystem::create_directory(folder.path() / "new");
  ring();
  EXPECT_FALSE(alarm);
  write("new/up");
  run_until_told();
  EXPECT_EQ(told, "ready; ");
}

TEST_F(ProberTest, tries_again_when_a_folder_above_a_file_is_moved_away) {
  write("one/two/other");
  Prober prober = make({FileProbe{"one/two/up"}});
  prober.begin();
  EXPECT_FALSE(alarm);
  std::filesystem::rename(folder.path() / "one", folder.path() / "old");
  context.restart();
  while (!alarm) context.run_one();
  write("one/two/up");
  run_until_told();
  EXPECT_EQ(told, "ready; ");
}

TEST_F(ProberTest, tries_where_no_watch_tells_everything) {
  write("real/deep/other");
  write("real/other");
  std::filesystem::create_symlink("real", folder.path() / "link");
  std::filesystem::create_symlink("real/deep", folder.path() / "deep");
  std::filesystem::create_symlink("real/other", folder.path() / "file");
  for (const char* path : {"link/up", "file", "/proc/sys/no-such-file", "real/../link/up", "deep/../up"}) {
    alarm.reset();
    Prober prober = make({FileProbe{path}});
    prober.begin();
    EXPECT_TRUE(alarm) << path;
  }
}

TEST_F(ProberTest, tries_when_a_link_comes_where_a_file_is_waited_for) {
  Prober prober = make({FileProbe{"up"}});
  prober.begin();
  EXPECT_FALSE(alarm);
  std::filesystem::create_symlink("real", folder.path() / "up");
  context.restart();
  while (!alarm) context.run_one();
  write("real");
  run_until_told();
  EXPECT_EQ(told, "ready; ");
}

TEST_F(ProberTest, counts_files_and_lines_from_the_beginning_of_the_attempt) {
  Prober prober = make({FileProbe{"new/up"}, LogProbe{"listening on *"}});
  prober.hear(Stream::err, "listening on 80\n");
  prober.begin();
  write("new/up");
  run_until_told();
  EXPECT_EQ(told, "ready; ") << "the line came before its turn";
}

TEST_F(ProberTest, is_woken_by_a_health_check_and_knows_one_that_passed_before_its_turn) {
  Prober prober = make({HealthcheckProbe{}});
  prober.begin();
  EXPECT_FALSE(alarm);
  EXPECT_EQ(prober.found(), "its executor has not said so");
  detail = "container 1f, unhealthy";
  EXPECT_EQ(prober.found(), detail);
  EXPECT_EQ(prober.tries(), 0U);
  prober.become_healthy();
  EXPECT_EQ(told, "ready; ");
  told.clear();
  Prober second = make({FileProbe{"up"}, HealthcheckProbe{}});
  second.become_healthy();
  write("up");
  second.begin();
  EXPECT_EQ(told, "") << "the health check's turn has come";
  run_until_told();
  EXPECT_EQ(told, "ready; ");
}

TEST_F(ProberTest, is_woken_by_a_line_and_does_not_try_before) {
  Prober prober = make({LogProbe{"up"}});
  prober.begin();
  EXPECT_FALSE(alarm);
  EXPECT_EQ(prober.found(), "no line has \"up\" yet");
  EXPECT_EQ(prober.tries(), 0U);
  prober.hear(Stream::out, "wake u");
  EXPECT_EQ(told, "");
  prober.hear(Stream::out, "p");
  EXPECT_EQ(told, "ready; ") << "a prompt has no end of line";
}

TEST_F(ProberTest, lets_probes_pass_one_after_the_other) {
  Prober prober = make({FileProbe{"new/one"}, FileProbe{"new/two"}});
  prober.begin();
  write("old/two");
  ring();
  EXPECT_EQ(prober.found(), "there is no file \"new/one\"");
  std::filesystem::rename(folder.path() / "old", folder.path() / "new");
  std::filesystem::create_directory(folder.path() / "new/one");
  ring();
  EXPECT_EQ(told, "");
  run_until_told();
  EXPECT_EQ(told, "ready; ");
}

}  // namespace
}  // namespace dream::probe
