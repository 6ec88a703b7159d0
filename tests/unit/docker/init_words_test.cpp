#include "init_words.hpp"

#include <gtest/gtest.h>

namespace dream::docker {
namespace {

using Said = InitWords::Said;

/// What is clear after each byte of `text` has come by itself, and the last word.
Said said_of(const std::string& text, const std::string& program = "/bin/x") {
  InitWords whole(program);
  InitWords by_bytes(program);
  Said last = Said::nothing_yet;
  for (const char byte : text) last = by_bytes.take({DREAM_STDERR, std::string(1, byte)});
  EXPECT_EQ(whole.take({DREAM_STDERR, text}), last) << text;
  return last;
}

TEST(InitWords, of_docker_and_podman_say_why_there_is_no_program) {
  EXPECT_EQ(said_of("[FATAL tini (7)] exec /bin/x failed: No such file or directory\n"),
            Said::no_such_program);
  EXPECT_EQ(said_of("[FATAL tini (7)] exec /bin/x failed: Not a directory\n"), Said::no_such_program);
  EXPECT_EQ(said_of("[FATAL tini (12)] exec /bin/x failed: Permission denied\nmore"), Said::not_executable);
  EXPECT_EQ(said_of("ERROR (catatonit:2): failed to exec pid1: No such file or directory\n"),
            Said::no_such_program);
  EXPECT_EQ(said_of("ERROR (catatonit:2): failed to exec pid1: Exec format error\n"), Said::not_executable);
}

TEST(InitWords, are_waited_for_until_their_line_has_come) {
  EXPECT_EQ(said_of(""), Said::nothing_yet);
  EXPECT_EQ(said_of("[FATAL t"), Said::nothing_yet);
  EXPECT_EQ(said_of("[FATAL tini (7)] exec /bin/x failed: No such file"), Said::nothing_yet);
  EXPECT_EQ(said_of("ERROR (catatonit:2"), Said::nothing_yet);
}

TEST(InitWords, of_an_init_that_the_image_brings_along_are_the_programs) {
  EXPECT_EQ(said_of("[FATAL tini (7)] exec /bin/y failed: No such file or directory\n"),
            Said::words_of_the_program);
  EXPECT_EQ(said_of("[FATAL tini (7)] exec /bin/xx failed: Permission denied\n"), Said::words_of_the_program);
}

TEST(InitWords, are_told_from_everything_else) {
  for (const char* text :
       {"\n", "x", "[WARN  tini (7)] x", "[FATAL]", "[FATAL tini (x", "[FATAL tini (7)] fork\n", "ERROR: x\n",
        "ERROR (catatonit:2): no\n", "ERROR (catatonit:2): failed to exec pid1: \n",
        " [FATAL tini (7)] exec /bin/x failed: No such file or directory\n"})
    EXPECT_EQ(said_of(text), Said::words_of_the_program) << text;
  InitWords words("/bin/x");
  EXPECT_EQ(words.take({DREAM_STDOUT, "[FATAL"}), Said::words_of_the_program);
  EXPECT_EQ(words.take({DREAM_STDERR, "[FATAL tini (7)] exec /bin/x failed: Permission denied\n"}),
            Said::words_of_the_program)
      << "it runs already";
}

}  // namespace
}  // namespace dream::docker
