#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/engine.hpp"

namespace dream::output {

/// Is told what becomes of the run, as it happens.
class Reporter {
 public:
  virtual ~Reporter() = default;

  /// Before everything else. An error: nothing may be run.
  [[nodiscard]] virtual Result<void> begin(Instant now) = 0;
  /// `engine` has put out `action`; the outcomes are its.
  virtual void report(Instant now, const engine::Action& action, const engine::Engine& engine) = 0;
};

}  // namespace dream::output
