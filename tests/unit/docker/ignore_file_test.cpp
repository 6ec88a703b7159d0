#include "ignore_file.hpp"

#include <gtest/gtest.h>

namespace dream::docker {
namespace {

TEST(IgnoreFile, a_star_stays_in_its_folder) {
  EXPECT_TRUE(fits("*.log", "a.log"));
  EXPECT_FALSE(fits("*.log", "a/b.log"));
  EXPECT_TRUE(fits("a/*/c", "a/b/c"));
  EXPECT_FALSE(fits("a/*/c", "a/b/b/c"));
  EXPECT_TRUE(fits("a?c", "abc"));
  EXPECT_FALSE(fits("a?c", "a/c"));
}

TEST(IgnoreFile, two_stars_are_any_number_of_folders) {
  EXPECT_TRUE(fits("**/*.log", "a.log"));
  EXPECT_TRUE(fits("**/*.log", "a/b/c.log"));
  EXPECT_TRUE(fits("a/**", "a/b/c"));
  EXPECT_TRUE(fits("a/**/z", "a/z"));
  EXPECT_TRUE(fits("a/**/z", "a/b/c/z"));
  EXPECT_FALSE(fits("a/**/z", "b/z"));
}

TEST(IgnoreFile, classes_have_ranges_and_opposites) {
  EXPECT_TRUE(fits("[a-c]x", "bx"));
  EXPECT_FALSE(fits("[a-c]x", "dx"));
  EXPECT_TRUE(fits("[^a-c]x", "dx"));
  EXPECT_FALSE(fits("[^a]x", "/x"));
  EXPECT_TRUE(fits("\\*", "*"));
  EXPECT_FALSE(fits("\\*", "a"));
  EXPECT_FALSE(fits("[a", "b"));
}

TEST(IgnoreFile, a_pattern_of_many_stars_takes_no_longer_than_others) {
  std::string pattern;
  for (int star = 0; star < 100; ++star) pattern += "*a**/";
  const std::string path(1000, 'a');
  EXPECT_FALSE(fits(pattern + "b", path));
  EXPECT_TRUE(fits("*a*a*a*a*", path));
  EXPECT_FALSE(fits("*a*a*a*a*b", path));
}

TEST(IgnoreFile, stars_and_classes_stand_beside_each_other) {
  EXPECT_TRUE(fits("*[ab]*", "xax"));
  EXPECT_FALSE(fits("*[ab]", "xax"));
  EXPECT_TRUE(fits("[]]x", "]x"));
  EXPECT_TRUE(fits("[^]]x", "ax"));
  EXPECT_TRUE(fits("a**", "a/b/c"));
  EXPECT_TRUE(fits("**", "a/b"));
  EXPECT_TRUE(fits("**/b", "a/b"));
  EXPECT_FALSE(fits("**/b", "ab"));
  EXPECT_TRUE(fits("*/**/b*", "a/x/y/bc"));
  EXPECT_FALSE(fits("", "a"));
}

TEST(IgnoreFile, what_is_in_an_ignored_folder_is_ignored) {
  const IgnoreFile file("node_modules\n/dist/\n");
  EXPECT_TRUE(file.ignores("node_modules"));
  EXPECT_TRUE(file.ignores("node_modules/a/b.js"));
  EXPECT_TRUE(file.ignores("dist/x"));
  EXPECT_FALSE(file.ignores("src/node_modules"));
}

TEST(IgnoreFile, the_last_pattern_that_fits_decides) {
  const IgnoreFile file("*.md\n!README.md\nREADME-secret.md\n");
  EXPECT_TRUE(file.ignores("a.md"));
  EXPECT_FALSE(file.ignores("README.md"));
  EXPECT_TRUE(file.ignores("README-secret.md"));
  EXPECT_TRUE(file.has_exceptions());
}

TEST(IgnoreFile, only_a_line_that_begins_with_it_is_a_comment) {
  const IgnoreFile file("# a\n  # b\n!# b/c\n#\n");
  EXPECT_FALSE(file.ignores("# a"));
  EXPECT_TRUE(file.ignores("# b"));
  EXPECT_FALSE(file.ignores("# b/c"));
}

TEST(IgnoreFile, comments_blanks_and_carriage_returns_do_not_count) {
  const IgnoreFile file("\xEF\xBB\xBF# a.txt\r\n\r\n  b.txt  \r\n./c.txt\n.\n");
  EXPECT_FALSE(file.ignores("a.txt"));
  EXPECT_TRUE(file.ignores("b.txt"));
  EXPECT_TRUE(file.ignores("c.txt"));
  EXPECT_FALSE(file.ignores("d.txt"));
  EXPECT_FALSE(file.has_exceptions());
}

}  // namespace
}  // namespace dream::docker
