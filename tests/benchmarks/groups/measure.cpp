/// measure [--runs N] [--layers N] [--width N] [--modules FOLDER]: how long dream takes for many steps beside
/// one another, as a ratio to ninja and make, to the runners of monorepos in FOLDER, and to the best list
/// schedule.

#include "measure.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graphs.hpp"
#include "monorepo.hpp"

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
  std::string modules;
};

void write(const ScratchWorkspace& workspace, const std::string& name, const std::string& text) {
  std::ofstream(workspace.root() / name) << text;
}

/// In turns, so that what else the machine does meets all of them. The first one is dream. `limit`: in ms, or
/// 0.
void compete(const char* title, const std::vector<Runner>& all, std::size_t tasks, std::size_t runs,
             double limit) {
  std::vector<std::vector<double>> times(all.size());
  for (std::size_t run = 0; run < runs; ++run)
    for (std::size_t i = 0; i < all.size(); ++i)
      times[i].push_back(timing::milliseconds_of_program(all[i].words));
  std::printf("%s, %zu tasks, %zu jobs, medians of %zu\n", title, tasks, jobs, runs);
  const double own = timing::median(times.front());
  const auto row = [&](const std::string& name, double time) {
    std::printf("  %-9s %12s   dream takes %.3f of that\n", name.c_str(),
                timing::in_milliseconds(time).c_str(), own / time);
  };
  for (std::size_t i = 0; i < all.size(); ++i) row(all[i].name, timing::median(times[i]));
  if (limit > 0) row("list", limit);
  std::fflush(stdout);
}

/// By the files of make and ninja.
void compete(const char* title, const ScratchWorkspace& workspace, const Graph& graph, std::size_t runs,
             double limit) {
  const std::string folder = workspace.root().string();
  const std::string last = "t" + std::to_string(graph.size() - 1);
  write(workspace, "Makefile", as_make(graph));
  write(workspace, "build.ninja", as_ninja(graph));
  const std::string number = std::to_string(jobs);
  std::vector<Runner> all{{"dream", {DREAM_BINARY, "-C", folder, last, "-j", number, "-o", "prefix"}}};
  if (const std::string ninja = timing::find_program("ninja"); !ninja.empty())
    all.push_back({"ninja", {ninja, "-C", folder, "-j", number}});
  if (const std::string make = timing::find_program("make"); !make.empty())
    all.push_back({"make", {make, "-s", "-C", folder, "-j", number}});
  compete(title, all, graph.size(), runs, limit);
}

void compete_in_monorepo(const char* title, const Graph& graph, const Options& options, double limit) {
  const TemporaryFolder folder;
  compete(title, write_monorepos(graph, folder.path(), options.modules, jobs), packages, options.runs, limit);
}

int run(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t at = 0; at + 1 < words.size(); at += 2) {
    if (words[at] == "--modules") {
      options.modules = words[at + 1];
      continue;
    }
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
  Graph graph = of_packages(packages);
  const double limit = list_schedule(graph, jobs);
  compete("packages", ScratchWorkspace(as_dream(graph), {}), graph, options.runs, limit);
  if (options.modules.empty()) return 0;
  compete_in_monorepo("packages of a monorepo", graph, options, limit);
  for (Task& task : graph) task.command = "true";
  compete_in_monorepo("true in each package of a monorepo", graph, options, 0);
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
