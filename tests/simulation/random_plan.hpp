#pragma once

#include "plan/plan.hpp"
#include "simulation/random.hpp"

namespace dream::simulation {

/// Small numbers make things happen at the same moment; odd ones make sure that nanoseconds count.
[[nodiscard]] Duration random_duration(Random& random);

/// How likely things are in this run: in some all goes well, in others hardly anything does.
struct Climate {
  explicit Climate(Random& random)
      : failure(random.below(4) * random.below(4) * 4),
        hanging(random.below(3) * 20),
        stubborn(random.below(3) * 25),
        optional(random.below(3) * 30),
        slow_start(random.below(3) * 30),
        late(random.below(3) * 20) {}
  int failure, hanging, stubborn, optional, slow_start, late;
};

/// What the steps of a plan may have.
struct Features {
  bool readiness = false;
  bool restarts = false;
  bool health = false;
  bool end = false;         ///< some run at the end
  bool renewal = false;     ///< some are restarted with others
  bool groups = false;      ///< they may run beside one another, and the run may go on after a failure
  bool needs = false;       ///< they need one another, and some have no process
  bool requests = false;    ///< somebody holds, starts and restarts them
  bool dependents = false;  ///< and what needs them
};

[[nodiscard]] Plan random_plan(Random& random, const Climate& climate, const Features& features);

}  // namespace dream::simulation
