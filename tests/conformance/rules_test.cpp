#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "conformance/bad_plugins.hpp"
#include "conformance/check.hpp"

namespace dream::conformance {
namespace {

TEST(Rules, each_have_an_id_and_a_fault_of_their_own) {
  std::set<std::string_view> ids;
  std::set<Fault> faults;
  for (const Rule& rule : rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_TRUE(faults.insert(rule.fault).second) << rule.id;
  }
}

TEST(Rules, need_only_rules_that_are_checked_before) {
  std::set<std::string> before{"*"};
  for (const Rule& rule : rules()) {
    std::istringstream needs{std::string(rule.needs)};
    for (std::string id; needs >> id;) EXPECT_TRUE(before.contains(id)) << rule.id << " needs " << id;
    before.emplace(rule.id);
  }
}

// file.library is broken by a file that is no plugin at all.
TEST(Rules, are_each_proved_by_a_bad_plugin) {
  for (const Rule& rule : rules()) {
    const bool proved =
        std::ranges::any_of(bad_plugins, [&](const auto& bad) { return bad.rule == rule.id; });
    EXPECT_TRUE(proved || rule.id == "file.library") << rule.id;
  }
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Rules, stand_in_the_documentation_word_for_word) {
  const std::string manual = text_of(DREAM_SOURCE_DIR "/docs/plugin-abi.md");
  const std::string cures = text_of(DREAM_SOURCE_DIR "/docs/plugin-rules.md");
  for (const Rule& rule : rules()) {
    const std::string level = rule.level == Level::must ? "must" : "should";
    const std::string row =
        "| `" + std::string(rule.id) + "` | " + level + " | " + std::string(rule.what) + " |";
    EXPECT_NE(manual.find(row), std::string::npos) << row;
    const std::string cure = "| `" + std::string(rule.id) + "` |";
    EXPECT_NE(cures.find(cure), std::string::npos) << rule.id;
  }
}

TEST(Rules, that_are_misspelt_are_told_the_nearest_one) {
  const auto refused = check_plugin({.file = DREAM_TEST_PLUGINS "/libdream_plain_c.so", .only = "exit.onec"},
                                    [](const Checked&) {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().hint, "did you mean \"exit.once\"?");
}

}  // namespace
}  // namespace dream::conformance
