#include <vector>

#include "measure.hpp"
#include "sections.hpp"

namespace dream::timing {

namespace {

constexpr int rounds = 101;

struct Contestant {
  std::string name;
  Words words;
  std::vector<double> taken = {};
};

/// The first three are what limits speak of; peers stand behind them when they are there.
std::vector<Contestant> contestants(const std::filesystem::path& root) {
  std::vector<Contestant> all{
      {"dream", {DREAM_BINARY, "-C", (root / "p").string(), "one"}},
      {"sh -c true", {"/bin/sh", "-c", "true"}},
      {"make", {find_program("make"), "-s", "-f", (root / "Makefile").string()}},
  };
  if (const std::string npm = find_program("npm"); !npm.empty())
    all.push_back({"npm run", {npm, "--prefix", root.string(), "run", "--silent", "one"}});
  if (const std::string concurrently = find_program("concurrently"); !concurrently.empty())
    all.push_back({"concurrently", {concurrently, "true"}});
  return all;
}

}  // namespace

void measure_start_up(Table& table) {
  const ScratchWorkspace workspace(R"({"projects": {"./p": {"tasks": {"one": {"command": "true"}}}}})",
                                   {"p"});
  std::ofstream(workspace.root() / "Makefile") << ".PHONY: one\none:\n\ttrue\n";
  std::ofstream(workspace.root() / "package.json") << R"({"scripts": {"one": "true"}})";
  std::vector<Contestant> all = contestants(workspace.root());
  for (int round = 0; round < rounds; ++round) {
    for (Contestant& contestant : all) {
      const bool slow = !contestant.taken.empty() && contestant.taken.front() > 50;
      if (slow && round % 10 != 0) continue;
      contestant.taken.push_back(milliseconds_of_program(contestant.words));
    }
  }
  const double dream = median(all[0].taken);
  const double shell = median(all[1].taken);
  const double make = median(all[2].taken);
  table.at_most("start-up, one step `true`: dream / sh -c true", dream / shell, 3.2,
                in_milliseconds(dream) + " / " + in_milliseconds(shell));
  table.at_most("start-up, one step `true`: dream / make", dream / make, 1.0,
                in_milliseconds(dream) + " / " + in_milliseconds(make));
  for (std::size_t at = 3; at < all.size(); ++at) {
    const double taken = median(all[at].taken);
    table.also("start-up, one step `true`: dream / " + all[at].name, dream / taken,
               in_milliseconds(dream) + " / " + in_milliseconds(taken));
  }
}

}  // namespace dream::timing
