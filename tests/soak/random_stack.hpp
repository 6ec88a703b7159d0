#pragma once

#include <string>
#include <vector>

#include "simulation/random.hpp"

namespace dream::soak {

/// A workspace whose task `go` of the project ./go needs some of the others, as chance has it: kinds of
/// steps, delays, probes, restarts, groups; programs that serve, end, crash, hang, ignore signals, leave
/// processes.
struct RandomStack {
  std::string configuration;          ///< dream.json
  std::vector<std::string> projects;  ///< "./s0" …, "./go": each has the one task `go`
};

[[nodiscard]] RandomStack random_stack(simulation::Random& random);

}  // namespace dream::soak
