#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "conformance/check.hpp"

namespace dream::conformance {

/// "fail exit.once: it calls on_exit …" for each rule that a plugin breaks, and in `skipped` those that could
/// not be checked, but for those that don't concern it.
struct Verdicts {
  std::vector<std::string> broken;
  std::vector<std::string> skipped;
};

inline Verdicts verdicts_on(const CheckRequest& request) {
  Verdicts verdicts;
  const auto all = check_plugin(request, [](const Checked&) {});
  EXPECT_TRUE(all) << to_string(all.error());
  if (!all) return verdicts;
  for (const Checked& checked : *all) {
    const std::string line =
        std::string(word_of(checked.verdict)) + " " + std::string(checked.rule->id) + ": " + checked.reason;
    if (checked.verdict == Verdict::skip) {
      if (!checked.reason.starts_with(has_not)) verdicts.skipped.push_back(line);
    } else if (checked.verdict != Verdict::pass) {
      verdicts.broken.push_back(line);
    }
  }
  return verdicts;
}

}  // namespace dream::conformance
