#include "base/crash_note.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace dream {
namespace {

using namespace std::chrono_literals;

TEST(ACrashNote, tells_whose_code_runs_and_since_when_and_gives_way_to_the_outer_one) {
  EXPECT_EQ(crash_note(), "");
  EXPECT_FALSE(foreign_code_since().has_value());
  {
    const CrashNote outer("shell", "start", "./web:dev", Instant(1s));
    {
      const CrashNote inner("docker", "timer", "", Instant(2s));
      EXPECT_EQ(crash_note(), "plugin docker: timer");
      EXPECT_EQ(foreign_code_since(), Instant(2s));
    }
    EXPECT_EQ(crash_note(), "plugin shell: start of ./web:dev");
    EXPECT_EQ(foreign_code_since(), Instant(1s));
  }
  EXPECT_EQ(crash_note(), "");
  EXPECT_FALSE(foreign_code_since().has_value());
}

TEST(ACrashNote, is_cut_off_where_it_gets_too_long) {
  const CrashNote note("shell", "start", std::string(1000, 'x'), Instant(1s));
  EXPECT_EQ(crash_note().size(), NoteText{}.size() - 1);
}

}  // namespace
}  // namespace dream
