#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graphs.hpp"
#include "measure.hpp"

namespace dream::groups {

/// A program that runs a monorepo, and how.
struct Runner {
  std::string name;
  timing::Words words;
};

/// Writes the packages of a graph below `folder`, once for each runner, as that one reads them: dream, by its
/// own commands and by the scripts of the packages, and those that are in `modules` (a node_modules). A task
/// without time of its own is left out. All run without a cache and without a server in the background.
[[nodiscard]] std::vector<Runner> write_monorepos(const Graph& graph, const std::filesystem::path& folder,
                                                  const std::filesystem::path& modules, std::size_t jobs);

}  // namespace dream::groups
