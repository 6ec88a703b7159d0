#include "cli/views/view_text.hpp"

#include <gtest/gtest.h>

namespace dream::cli {
namespace {

TEST(Tones, put_codes_only_into_coloured_text) {
  std::string plain;
  append_toned(plain, "word", Tone::strong, false);
  EXPECT_EQ(plain, "word");
  std::string coloured;
  append_toned(coloured, "word", Tone::strong, true);
  append_toned(coloured, "word", Tone::plain, true);
  append_toned(coloured, "", Tone::warning, true);
  EXPECT_EQ(coloured, "\x1b[1mword\x1b[0mword");
}

TEST(LastColumns, keep_the_end_and_never_cut_a_character) {
  EXPECT_EQ(last_columns("./services/api:dev", 40), "./services/api:dev");
  EXPECT_EQ(last_columns("./services/api:dev", 8), "…api:dev");
  EXPECT_EQ(last_columns("\xC3\xA9\xC3\xA9\xC3\xA9", 2), "…\xC3\xA9");
  EXPECT_EQ(last_columns("数据库", 5), "…据库");
  EXPECT_EQ(last_columns("数据库", 4), "…库");
  EXPECT_EQ(last_columns("abc", 1), "…");
}

TEST(CountOf, knows_the_plural) {
  EXPECT_EQ(count_of(0, "step"), "0 steps");
  EXPECT_EQ(count_of(1, "step"), "1 step");
  EXPECT_EQ(count_of(2, "step"), "2 steps");
}

TEST(ATable, lines_its_columns_up_and_leaves_nothing_at_the_end_of_a_line) {
  Table table({Tone::plain, Tone::strong, Tone::plain}, false);
  table.add({"a", "long name", "x"});
  table.add({"\xC3\xA9\xC3\xA9", "b", ""});
  table.add({"", "", "y"});
  EXPECT_EQ(table.text(),
            "  a   long name  x\n"
            "  \xC3\xA9\xC3\xA9  b\n"
            "                 y\n");
}

TEST(ATable, counts_the_columns_of_wide_characters) {
  Table table({Tone::plain, Tone::plain}, false);
  table.add({"数据库", "x"});
  table.add({"abc", "y"});
  EXPECT_EQ(table.text(), "  数据库  x\n  abc     y\n");
}

TEST(ATable, shows_what_would_disturb_a_terminal) {
  Table table({Tone::plain}, false);
  table.add({"\x1b[2J"});
  EXPECT_EQ(table.text(), "  \\x1b[2J\n");
}

}  // namespace
}  // namespace dream::cli
