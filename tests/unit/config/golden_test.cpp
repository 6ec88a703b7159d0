#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(DREAM_GOLDEN_DIR)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Golden : public testing::TestWithParam<std::string> {};

/// What a user reads about each broken file. DREAM_UPDATE_GOLDEN=1 in the environment writes the files anew.
TEST_P(Golden, text_of_every_problem) {
  const std::filesystem::path folder = DREAM_GOLDEN_DIR;
  const auto document = Document::parse(GetParam() + ".json", contents(folder / (GetParam() + ".json")));
  const LoadResult result = interpret(document, bundled_executors);
  std::string text;
  for (const Problem& problem : result.problems) text += render_text(document->source(), problem);
  const std::filesystem::path golden = folder / (GetParam() + ".txt");
  if (std::getenv("DREAM_UPDATE_GOLDEN") != nullptr) std::ofstream(golden, std::ios::binary) << text;
  ASSERT_TRUE(std::filesystem::exists(golden)) << "no golden file; what it would say:\n" << text;
  EXPECT_EQ(text, contents(golden));
}

INSTANTIATE_TEST_SUITE_P(config, Golden, testing::ValuesIn(cases()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace dream::config
