#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "engine/engine.hpp"
#include "plan/plan.hpp"

namespace dream::runtime {

/// Says once that steps wait for a slot which nobody gives back: servers in front keep theirs for ever, and a
/// build seldom takes so long.
class SlotWatch {
 public:
  static constexpr Duration patience = std::chrono::minutes(10);

  /// All must outlive this.
  SlotWatch(const Plan& plan, Clock& clock, Log& log) : plan_(plan), clock_(clock), log_(log) {}

  /// After each event of the run.
  void look(const engine::Engine& engine);

 private:
  void tell(const engine::Engine& engine);

  const Plan& plan_;
  Clock& clock_;
  Log& log_;
  std::unique_ptr<Clock::Alarm> alarm_;  ///< none: nobody has waited yet
  std::optional<std::pair<StepIndex, std::size_t>> waiting_;
  bool told_ = false;
};

}  // namespace dream::runtime
