#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <string_view>
#include <vector>

#include "docs/markdown.hpp"
#include "engine/step_table.hpp"

/// docs/architecture.md: the table of the engine is the engine's.
namespace dream::docs {
namespace {

using engine::Input;
using engine::Phase;
using engine::Reaction;

const std::vector<std::string> phases{"pending", "starting", "running", "stopping",
                                      "killing", "backoff",  "held",    "ended"};

std::string word(Reaction reaction) {
  static constexpr std::array<std::string_view, 21> words{
      "bug",        "nothing",     "skip",         "start",         "run",
      "note start", "run and end", "become ready", "fail to ready", "become unhealthy",
      "expire",     "terminate",   "force",        "back off",      "run and back off",
      "hold",       "restart",     "stay held",    "start again",   "end",
      "give up"};
  return std::string(words.at(static_cast<std::size_t>(reaction)));
}

std::string word(Phase phase, Input input) {
  const engine::Cell cell = engine::cell_of(phase, input);
  const bool stays = cell.reaction == Reaction::bug || cell.to == phase;
  return word(cell.reaction) + (stays ? "" : " → " + phases.at(static_cast<std::size_t>(cell.to)));
}

/// The cells of a row of a table.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line.substr(1));
  for (std::string cell; std::getline(stream, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    cells.push_back(first == std::string::npos ? ""
                                               : cell.substr(first, cell.find_last_not_of(' ') + 1 - first));
  }
  return cells;
}

TEST(Architecture, shows_the_table_of_the_engine) {
  const Document document = read_document(std::filesystem::path(DREAM_SOURCE_DIR) / "docs/architecture.md");
  std::istringstream lines(document.text);
  const std::vector<std::string> inputs{"due",
                                        "barred",
                                        "started",
                                        "start failed",
                                        "exited",
                                        "start failed, restarts",
                                        "exited, restarts",
                                        "exited, held",
                                        "ready",
                                        "never ready",
                                        "ready timeout",
                                        "unhealthy",
                                        "timeout passed",
                                        "grace passed",
                                        "kill grace passed",
                                        "hold asked",
                                        "start asked",
                                        "restart asked",
                                        "stop asked",
                                        "force asked"};
  std::vector<std::string> head{""};
  head.insert(head.end(), phases.begin(), phases.end());
  std::size_t found = 0;
  bool head_found = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('|')) continue;
    const std::vector<std::string> cells = cells_of(line);
    head_found = head_found || cells == head;
    if (!head_found || found == inputs.size() || cells.front() != inputs[found]) continue;
    ASSERT_EQ(cells.size(), head.size()) << line;
    for (std::size_t phase = 0; phase < phases.size(); ++phase)
      EXPECT_EQ(cells[phase + 1], word(static_cast<Phase>(phase), static_cast<Input>(found))) << line;
    ++found;
  }
  EXPECT_TRUE(head_found);
  EXPECT_EQ(found, inputs.size());
}

}  // namespace
}  // namespace dream::docs
