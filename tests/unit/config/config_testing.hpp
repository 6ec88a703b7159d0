#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/load.hpp"
#include "support/temporary_folder.hpp"

/// What the tests of this folder share.
namespace dream::config {

inline const std::vector<std::string> bundled_executors{"shell", "npm", "deno", "docker"};

inline LoadResult interpret_text(std::string text) {
  return interpret(Document::parse("dream.json", std::move(text)), bundled_executors);
}

/// The first line of each problem: "dream.json:1:2: error: …".
inline std::vector<std::string> problems_of(const LoadResult& result) {
  std::vector<std::string> lines;
  for (const Problem& problem : result.problems) {
    const std::string text = render_text(result.document->source(), problem);
    lines.push_back(text.substr(0, text.find('\n')));
  }
  return lines;
}

inline std::vector<std::string> problems_of(std::string text) {
  return problems_of(interpret_text(std::move(text)));
}

/// The workspace of a text that must be without problems.
inline Workspace workspace_of(std::string text) {
  LoadResult result = interpret_text(std::move(text));
  EXPECT_THAT(problems_of(result), testing::IsEmpty());
  return std::move(result.workspace);
}

}  // namespace dream::config
