#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "simulation/oracle.hpp"
#include "simulation/trace.hpp"

namespace dream::simulation {

/// An engine with its oracle beside it: every call is judged, and written down when somebody wants to read
/// it.
class Bench {
 public:
  /// `plan` must outlive the bench, and so must `trace` unless it is null. `quiet_stop`: as of the engine.
  Bench(const Plan& plan, std::string* trace, Duration quiet_stop)
      : engine_(plan, quiet_stop), oracle_(plan, quiet_stop), trace_(trace) {}

  std::vector<engine::Action> feed(Instant now, const engine::Event& event) {
    engine_.handle(now, event);
    std::vector<engine::Action> actions = engine_.take_actions();
    if (trace_ != nullptr) write(now, event, actions);
    oracle_.judge(now, event, actions, engine_);
    return actions;
  }

  [[nodiscard]] const engine::Engine& engine() const { return engine_; }
  [[nodiscard]] const std::string& complaint() const { return oracle_.complaint(); }
  [[nodiscard]] bool is_over() const { return oracle_.finished() || !complaint().empty(); }

 private:
  void write(Instant now, const engine::Event& event, const std::vector<engine::Action>& actions) {
    *trace_ += std::to_string(now.time_since_epoch().count()) + " " + describe(event) + " ->";
    for (const engine::Action& action : actions) *trace_ += " " + describe(action) + ";";
    *trace_ += "\n";
  }

  engine::Engine engine_;
  Oracle oracle_;
  std::string* trace_;
};

}  // namespace dream::simulation
