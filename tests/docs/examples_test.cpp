#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "docs/markdown.hpp"
#include "docs/scenario.hpp"

/// docs/examples.md: what it shows of the workspaces of docs/examples is what they are and what happens.
namespace dream::docs {
namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(DREAM_SOURCE_DIR) / "docs/examples";
const fs::path file = fs::path(DREAM_SOURCE_DIR) / "docs/examples.md";

std::string text_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The example that a block is about: the last link to a folder of docs/examples before it.
std::string example_of(const Document& document, const Block& block) {
  std::string example;
  for (const Link& link : document.links) {
    if (link.line < block.line && link.target.starts_with("examples/"))
      example = link.target.substr(sizeof("examples/") - 1);
  }
  while (example.ends_with('/')) example.pop_back();
  return example;
}

/// What a block must be.
std::string right_text(const Block& block, const fs::path& example) {
  if (block.language == "jsonc") return text_of(example / "dream.json");
  if (block.language != "timing") return block.text;
  const std::string given = block.text.substr(0, block.text.find("\n\n"));
  return given + (given.ends_with('\n') ? "\n" : "\n\n") + play(parse_scenario(given), example);
}

TEST(Examples, are_shown_as_they_are_and_their_times_are_those_of_the_engine) {
  const Document document = read_document(file);
  std::string right = document.text;
  for (auto block = document.blocks.rbegin(); block != document.blocks.rend(); ++block) {
    const fs::path example = folder / example_of(document, *block);
    try {
      const std::string text = right_text(*block, example);
      EXPECT_EQ(block->text, text) << "docs/examples.md:" << block->line
                                   << "; DREAM_UPDATE_GOLDEN=1 rewrites it";
      right.replace(block->begin, block->end - block->begin, text);
    } catch (const std::exception& trouble) {
      ADD_FAILURE() << "docs/examples.md:" << block->line << ": " << trouble.what();
    }
  }
  if (std::getenv("DREAM_UPDATE_GOLDEN") != nullptr) std::ofstream(file, std::ios::binary) << right;
}

TEST(Examples, are_all_there_with_a_run_that_goes_well_and_one_that_fails) {
  const Document document = read_document(file);
  std::map<std::string, int> files;
  std::map<std::string, int> runs;
  for (const Block& block : document.blocks) {
    if (block.language == "jsonc") ++files[example_of(document, block)];
    if (block.language == "timing") ++runs[example_of(document, block)];
  }
  int examples = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename().string();
    EXPECT_EQ(files[name], 1) << name;
    EXPECT_GE(runs[name], 2) << name;
    ++examples;
  }
  EXPECT_GE(examples, 10);
}

}  // namespace
}  // namespace dream::docs
