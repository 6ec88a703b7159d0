#pragma once

#include <span>

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
  /// The engine has put out `action`; the outcomes are its.
  virtual void report(Instant now, const engine::Action& action,
                      std::span<const engine::Outcome> outcomes) = 0;
};

}  // namespace dream::output
