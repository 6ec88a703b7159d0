/// measure [--runs N] [--layers N] [--width N]: how long dream takes for many steps beside one another, as a
/// ratio to ninja and make, and to the best list schedule.

#include "measure.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graphs.hpp"

namespace dream::groups {

namespace {

using timing::ScratchWorkspace;
using timing::Words;

constexpr std::size_t jobs = 2;
constexpr std::size_t packages = 200;

struct Options {
  std::size_t runs = 5;
  std::size_t layers = 100;
  std::size_t width = 100;
};

struct Contestant {
  std::string name;
  Words words;
  std::vector<double> times = {};
};

void write(const ScratchWorkspace& workspace, const std::string& name, const std::string& text) {
  std::ofstream(workspace.root() / name) << text;
}

/// In turns, so that what else the machine does meets all of them. `limit`: in ms, or 0.
void compete(const char* title, const ScratchWorkspace& workspace, const Graph& graph, std::size_t runs,
             double limit) {
  const std::string folder = workspace.root().string();
  const std::string last = "t" + std::to_string(graph.size() - 1);
  write(workspace, "Makefile", as_make(graph));
  write(workspace, "build.ninja", as_ninja(graph));
  const std::string number = std::to_string(jobs);
  std::vector<Contestant> all{{"dream", {DREAM_BINARY, "-C", folder, last, "-j", number, "-o", "prefix"}}};
  if (const std::string ninja = timing::find_program("ninja"); !ninja.empty())
    all.push_back({"ninja", {ninja, "-C", folder, "-j", number}});
  if (const std::string make = timing::find_program("make"); !make.empty())
    all.push_back({"make", {make, "-s", "-C", folder, "-j", number}});
  for (std::size_t run = 0; run < runs; ++run)
    for (Contestant& one : all) one.times.push_back(timing::milliseconds_of_program(one.words));
  std::printf("%s, %zu tasks, %zu jobs, medians of %zu\n", title, graph.size(), jobs, runs);
  const double own = timing::median(all.front().times);
  for (const Contestant& one : all) {
    const double time = timing::median(one.times);
    std::printf("  %-6s %12s   dream takes %.2f of that\n", one.name.c_str(),
                timing::in_milliseconds(time).c_str(), own / time);
  }
  if (limit > 0)
    std::printf("  %-6s %12s   dream takes %.3f of that\n", "list", timing::in_milliseconds(limit).c_str(),
                own / limit);
  std::fflush(stdout);
}

int run(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t at = 0; at + 1 < words.size(); at += 2) {
    const std::size_t number = std::stoul(words[at + 1]);
    if (words[at] == "--runs")
      options.runs = number;
    else if (words[at] == "--layers")
      options.layers = number;
    else if (words[at] == "--width")
      options.width = number;
  }
  compete("true in layers", ScratchWorkspace(layers_as_dream(options.layers, options.width), {}),
          in_layers(options.layers, options.width), options.runs, 0);
  const Graph graph = of_packages(packages);
  compete("packages", ScratchWorkspace(as_dream(graph), {}), graph, options.runs, list_schedule(graph, jobs));
  return 0;
}

}  // namespace

}  // namespace dream::groups

int main(int argument_count, char** arguments) {
  try {
    return dream::groups::run({arguments + 1, arguments + argument_count});
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 2;
  }
}
