#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dream::groups {

/// One task: what it runs, and the tasks before it that it needs.
struct Task {
  std::string command;
  double milliseconds = 0;  ///< of processor
  std::vector<std::size_t> needs;
};
using Graph = std::vector<Task>;

/// Each task of a layer needs all of the layer before it; the last one needs the last layer.
[[nodiscard]] Graph in_layers(std::size_t layers, std::size_t width);

/// Packages in layers as monorepos have them: few at the bottom that many need, a wide middle, apps on top.
/// Each burns 50 to 200 ms of processor. The same one each time.
[[nodiscard]] Graph of_packages(std::size_t packages);

/// The shortest time in which a list schedule on so many processors is done: the first task of the graph that
/// may start takes the next processor.
[[nodiscard]] double list_schedule(const Graph& graph, std::size_t processors);

// The graph as each program reads it; the tasks are called t0, t1, and so on.
[[nodiscard]] std::string as_dream(const Graph& graph);
/// in_layers() as groups that follow one another.
[[nodiscard]] std::string layers_as_dream(std::size_t layers, std::size_t width);
[[nodiscard]] std::string as_make(const Graph& graph);
[[nodiscard]] std::string as_ninja(const Graph& graph);

}  // namespace dream::groups
