#include <gmock/gmock.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <iterator>

#include "conformance/check.hpp"
#include "conformance/fifo.hpp"
#include "support/temporary_folder.hpp"

namespace dream::conformance {
namespace {

struct Interrupted : ::testing::TestWithParam<int> {};

/// Nothing more is held open: whoever had the other end is gone.
bool comes_to_its_end(int descriptor) {
  char byte = 0;
  return ::read(descriptor, &byte, 1) == 0;
}

TEST_P(Interrupted, check_leaves_neither_process_nor_folder) {
  const Fifo hangs("DREAM_TEST_HANGS");
  const TemporaryFolder temporary;
  ::setenv("TMPDIR", temporary.path().c_str(), 1);
  std::array<int, 2> held{};
  ASSERT_EQ(::pipe(held.data()), 0);  // passed on to everybody
  const pid_t checker = ::fork();
  if (checker == 0) {
    static_cast<void>(
        check_plugin({.file = DREAM_TEST_PLUGINS "/libdream_bad_hangs_in_destroy.so", .only = "life.returns"},
                     [](const Checked&) {}));
    ::_exit(1);
  }
  ::close(held[1]);
  pollfd hung{hangs.end(), POLLIN, 0};
  ASSERT_EQ(::poll(&hung, 1, -1), 1);
  EXPECT_NE(std::distance(std::filesystem::directory_iterator(temporary.path()), {}), 0);
  ::kill(checker, GetParam());
  int status = 0;
  ::waitpid(checker, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(comes_to_its_end(held[0]));
  ::close(held[0]);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(temporary.path()), {}), 0);
  ::unsetenv("TMPDIR");
}

INSTANTIATE_TEST_SUITE_P(By, Interrupted, ::testing::Values(SIGINT, SIGTERM, SIGHUP, SIGKILL));

TEST(Options, that_are_wrong_are_refused_before_anything_is_checked) {
  const std::string file = DREAM_INSTALLED_PLUGINS "/libdream_shell.so";
  const auto refusal = [&](const std::string& options) {
    const auto checked = check_plugin({.file = file, .options = options, .options_given = true},
                                      [](const Checked& one) { ADD_FAILURE() << one.rule->id; });
    return checked ? "none" : to_string(checked.error());
  };
  EXPECT_THAT(refusal("x"), ::testing::HasSubstr("--options: that is not a JSON object"));
  EXPECT_THAT(refusal("[1]"), ::testing::HasSubstr("--options: that is not a JSON object"));
  EXPECT_THAT(refusal(R"({"strickt": true})"),
              ::testing::HasSubstr(R"(there is no option "strickt" (did you mean "strict"?))"));
  EXPECT_THAT(refusal(R"({"strict": 1})"), ::testing::HasSubstr("/strict: expected true or false, found"));
}

TEST(Options, that_are_missing_are_told_where_a_task_was_to_be_started) {
  const std::string file = DREAM_TEST_PLUGINS "/libdream_good_needy.so";
  std::string reason;
  const auto keep = [&](const Checked& one) { reason = one.reason; };
  ASSERT_TRUE(check_plugin({.file = file, .only = "exit.once"}, keep));
  EXPECT_EQ(reason, "no task could be started, for its options don't fit its schema: \"socket\" is missing");
  ASSERT_TRUE(check_plugin(
      {.file = file, .only = "exit.once", .options = R"({"socket": "/s"})", .options_given = true}, keep));
  EXPECT_EQ(reason, "");
}

}  // namespace
}  // namespace dream::conformance
