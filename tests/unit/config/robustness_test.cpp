#include <fstream>
#include <iterator>
#include <random>

#include "config/env_file.hpp"
#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

/// Everything that a user's file goes through, so that a sanitizer or an assertion sees it.
std::size_t exercise(const std::string& text) {
  const LoadResult result = interpret_text(text);
  EXPECT_EQ(result.document->source().text(), text) << "the parser's traces must be undone";
  std::size_t work = render_json(result.document->source(), result.problems).size();
  for (const Problem& problem : result.problems)
    work += render_text(result.document->source(), problem).size();
  for (const auto& [name, project] : result.workspace.projects) {
    if (!project.options) continue;
    const std::vector<OptionsPointer> layers{*project.options};
    work +=
        result.document->options(layers).size() + result.document->locate_option(layers, "/image/x").value;
  }
  return work;
}

std::string good_file() {
  std::ifstream stream(DREAM_GOLDEN_DIR "/every_key.json", std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// One small change that a slip of the hand, a bad merge or an attacker could make.
void mutate(std::string& text, std::mt19937& random) {
  static const std::vector<std::string> pieces{"{",
                                               "}",
                                               "[",
                                               "]",
                                               ",",
                                               ":",
                                               "\"",
                                               "\\",
                                               "/*",
                                               "//",
                                               "*/",
                                               "null",
                                               "true",
                                               "-1",
                                               "1e999",
                                               "\\u0000",
                                               "\\udc00",
                                               "\n",
                                               "\r",
                                               "\t",
                                               "\xEF\xBB\xBF",
                                               "\xFF",
                                               "..",
                                               "*",
                                               "./",
                                               std::string(1, '\0')};
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const std::size_t at = below(text.size() + 1);
  const std::size_t size = below(12) + 1;
  switch (below(4)) {
    case 0:
      text.insert(at, pieces[below(pieces.size())]);
      break;
    case 1:
      text.erase(std::min(at, text.size()), size);
      break;
    case 2:
      text.insert(at, text.substr(below(text.size() + 1), size * 8));
      break;
    default:
      if (at < text.size()) text[at] = static_cast<char>(below(256));
  }
}

class Mutations : public testing::TestWithParam<unsigned> {};

TEST_P(Mutations, of_a_good_file_never_crash) {
  const std::string good = good_file();
  ASSERT_FALSE(good.empty());
  std::mt19937 random(GetParam());
  std::size_t rejected = 0;
  for (int round = 0; round < 300; ++round) {
    std::string text = good;
    const std::size_t changes = 1 + random() % 4;
    for (std::size_t change = 0; change < changes; ++change) mutate(text, random);
    rejected += exercise(text) > 2 ? 1 : 0;
  }
  EXPECT_GT(rejected, 100U) << "most of the changes must have broken the file";
}

TEST_P(Mutations, of_an_environment_file_never_crash) {
  std::mt19937 random(GetParam());
  std::size_t rejected = 0;
  for (int round = 0; round < 300; ++round) {
    std::string text = "export A=1\n# x\nB=\"a\\n\"\nC='x y' # z\n";
    for (int change = 0; change < 3; ++change) mutate(text, random);
    rejected += parse_env_file("f", text) ? 0U : 1U;
  }
  EXPECT_GT(rejected, 50U);
}

TEST(Truncation, at_any_byte_is_reported_once) {
  const std::string good = good_file();
  const std::size_t end = good.rfind('}');
  for (std::size_t size = 0; size <= end; ++size) {
    EXPECT_EQ(problems_of(good.substr(0, size)).size(), 1U) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(seeds, Mutations, testing::Range(1U, 9U));

}  // namespace
}  // namespace dream::config
