#include "base/columns.hpp"

#include <gtest/gtest.h>

namespace dream {
namespace {

TEST(Columns, count_what_a_terminal_shows) {
  EXPECT_EQ(columns(""), 0U);
  EXPECT_EQ(columns("plain"), 5U);
  EXPECT_EQ(columns("äöü"), 3U);
  EXPECT_EQ(columns("数据库"), 6U);
  EXPECT_EQ(columns("e\u0301e\u0301"), 2U);
  EXPECT_EQ(columns("👩‍👩‍👧👍🏽"), 4U);
  EXPECT_EQ(columns("🇩🇪"), 2U);
  EXPECT_EQ(columns("\u1112\u1161\u11ab"), 2U) << "the letters of one Korean syllable";
  EXPECT_EQ(columns("a\u200bb"), 2U);
  EXPECT_EQ(columns("\xFF\xE4\xB8"), 3U);
}

TEST(Columns, limit_a_text_without_tearing_a_character) {
  EXPECT_EQ(begin_within("数据库", 5), "数据");
  EXPECT_EQ(begin_within("ae\u0301b", 2), "ae\u0301");
  EXPECT_EQ(begin_within("ab", 9), "ab");
  EXPECT_EQ(begin_within("ab", 0), "");
  EXPECT_EQ(end_within("数据库", 5), "据库");
  EXPECT_EQ(end_within("ae\u0301b", 2), "e\u0301b");
  EXPECT_EQ(end_within("ab", 9), "ab");
  EXPECT_EQ(end_within("ab", 0), "");
}

}  // namespace
}  // namespace dream
