#include "shared/version_range.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace dream::plugins {
namespace {

struct Case {
  const char* range;
  std::initializer_list<const char*> allowed, refused;
};

const Case cases[] = {
    {"1.2.3", {"1.2.3", "1.2.3+build"}, {"1.2.4", "1.2.3-beta"}},
    {"v1.2.3", {"1.2.3"}, {"1.2.2"}},
    {"^1.2.3", {"1.2.3", "1.9.0"}, {"1.2.2", "2.0.0", "2.0.0-beta", "1.3.0-beta"}},
    {"^0.2.3", {"0.2.3", "0.2.9"}, {"0.3.0", "0.2.2"}},
    {"^0.0.3", {"0.0.3"}, {"0.0.4", "0.1.0"}},
    {"^0.0", {"0.0.9"}, {"0.1.0"}},
    {"^0", {"0.9.9"}, {"1.0.0"}},
    {"^1.x", {"1.0.0", "1.9.9"}, {"2.0.0"}},
    {"^1.2.3-beta.2",
     {"1.2.3-beta.2", "1.2.3-beta.10", "1.2.3-rc", "1.2.3", "1.4.0"},
     {"1.2.3-beta.1", "1.2.4-beta.9"}},
    {"~1.2.3", {"1.2.3", "1.2.9"}, {"1.3.0", "1.2.2"}},
    {"~1.2", {"1.2.0"}, {"1.3.0"}},
    {"~1", {"1.9.0"}, {"2.0.0"}},
    {"~> 1.2", {"1.2.5"}, {"1.3.0"}},
    {"1.x", {"1.0.0", "1.5.0"}, {"2.0.0", "0.9.0"}},
    {"1.2.*", {"1.2.9"}, {"1.3.0"}},
    {"1", {"1.2.3"}, {"2.0.0"}},
    {"*", {"0.0.1", "9.9.9"}, {"1.0.0-beta"}},
    {">1.2.3", {"1.2.4", "2.0.0"}, {"1.2.3"}},
    {">1.2", {"1.3.0"}, {"1.2.9"}},
    {">1", {"2.0.0"}, {"1.9.9"}},
    {">=1.2", {"1.2.0"}, {"1.1.9"}},
    {"<1.2", {"1.1.9"}, {"1.2.0", "1.2.0-beta"}},
    {"<=1.2", {"1.2.9"}, {"1.3.0"}},
    {"<= 1.2.3", {"1.2.3"}, {"1.2.4"}},
    {">*", {}, {"1.0.0", "0.0.0"}},
    {">=1.2.0 <1.4.0", {"1.2.0", "1.3.9"}, {"1.1.0", "1.4.0"}},
    {"1.2 - 2", {"1.2.0", "2.9.9"}, {"1.1.9", "3.0.0"}},
    {"1.2.3 - 2.3.4", {"1.2.3", "2.3.4"}, {"2.3.5"}},
    {"^1 || ^3.1", {"1.5.0", "3.1.0"}, {"2.0.0", "3.0.9"}},
    {"1.2.3 ||", {"9.9.9"}, {}},
};

TEST(VersionRange, allows_what_npm_allows) {
  for (const Case& one : cases) {
    const auto range = VersionRange::parse(one.range);
    ASSERT_TRUE(range) << one.range;
    for (const char* version : one.allowed)
      EXPECT_TRUE(range->allows(*parse_version(version))) << one.range << " " << version;
    for (const char* version : one.refused)
      EXPECT_FALSE(range->allows(*parse_version(version))) << one.range << " " << version;
  }
}

TEST(VersionRange, is_not_made_of_other_words) {
  for (const char* text : {"latest", "next", "acme/util", "git+https://acme.example", "1.2.3.4", "^^1",
                           "1.2.3-", "a || 1", "12345678901234567890", "<>1", "file:../util"})
    EXPECT_FALSE(VersionRange::parse(text)) << text;
}

TEST(Version, has_three_numbers) {
  for (const char* text : {"", "1", "1.2", "1.x.0", "workspace", "1.2.3.4"})
    EXPECT_FALSE(parse_version(text)) << text;
  EXPECT_TRUE(parse_version("1.2.3-alpha.1+x"));
}

}  // namespace
}  // namespace dream::plugins
