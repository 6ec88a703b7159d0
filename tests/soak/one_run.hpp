#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace dream::soak {

/// What one run with everything that was asked of it came to.
struct Verdict {
  std::string complaint;  ///< empty: all is well
  std::string report;     ///< of a run that isn't: its workspace, what was done to it, what it wrote
  bool refused = false;   ///< dream.json makes no sense: nothing was run
  std::map<std::string, std::size_t> done;  ///< how often each thing was done to it
};

/// Runs a random stack for some seconds, with random commands, clients and signals.
[[nodiscard]] Verdict one_run(std::uint64_t seed);

}  // namespace dream::soak
