#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

#include "docs/markdown.hpp"
#include "docs/scenario.hpp"

/// What the documents show of the workspaces of docs/examples, and of others, is what they are and what
/// happens.
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

std::string configuration_above(const Document& document, const Block& block) {
  std::string configuration;
  for (const Block& other : document.blocks) {
    if (other.line < block.line && other.language == "jsonc") configuration = other.text;
  }
  return configuration;
}

/// What a block must be. In examples.md, a dream.json is that of the example; elsewhere, a run is one of the
/// dream.json above it.
std::string right_text(const Document& document, const Block& block) {
  const bool examples = document.path == file;
  const fs::path example = folder / example_of(document, block);
  if (block.language == "jsonc" && examples) return text_of(example / "dream.json");
  if (block.language != "timing") return block.text;
  const std::string given = block.text.substr(0, block.text.find("\n\n"));
  const Scenario scenario = parse_scenario(given);
  const std::string happens =
      examples ? play(scenario, example) : play_alone(scenario, configuration_above(document, block));
  return given + (given.ends_with('\n') ? "\n" : "\n\n") + happens;
}

/// Compares the document with what it should be, or makes it so.
void check(const Document& document) {
  std::string right = document.text;
  for (auto block = document.blocks.rbegin(); block != document.blocks.rend(); ++block) {
    const std::string place = document.path.filename().string() + ":" + std::to_string(block->line);
    try {
      const std::string text = right_text(document, *block);
      EXPECT_EQ(block->text, text) << place << "; DREAM_UPDATE_GOLDEN=1 rewrites it";
      right.replace(block->begin, block->end - block->begin, text);
    } catch (const std::exception& trouble) {
      ADD_FAILURE() << place << ": " << trouble.what();
    }
  }
  if (std::getenv("DREAM_UPDATE_GOLDEN") != nullptr) std::ofstream(document.path, std::ios::binary) << right;
}

TEST(Examples, are_shown_as_they_are_and_their_times_are_those_of_the_engine) {
  check(read_document(file));
}

TEST(Specification, shows_the_times_of_the_engine) {
  const Document document = read_document(file.parent_path() / "functional-specification.md");
  const auto runs = std::count_if(document.blocks.begin(), document.blocks.end(),
                                  [](const Block& block) { return block.language == "timing"; });
  EXPECT_GE(runs, 7);
  check(document);
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
