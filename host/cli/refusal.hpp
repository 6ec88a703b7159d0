#pragma once

#include <functional>
#include <optional>
#include <string>

#include "plan/plan.hpp"
#include "plugin/registry.hpp"
#include "prepare/prepare.hpp"
#include "prepare/workspace.hpp"

namespace dream::cli {

/// Gives errors of steps that can't be started their hints.
class Explainer {
 public:
  /// All must outlive it.
  Explainer(const Plan& plan, const prepare::LoadedWorkspace& loaded, plugin::Registry& registry)
      : plan_(plan), loaded_(loaded), registry_(registry) {}

  void explain(StepIndex index, Error& error, plugin::Registry::Ask whom);

 private:
  const Plan& plan_;
  const prepare::LoadedWorkspace& loaded_;
  plugin::Registry& registry_;
  int explained_ = 0;
};

/// Tells why nothing of the plan is run, line by line, and returns dream's exit code; none where it can
/// begin.
[[nodiscard]] std::optional<int> tell_refusal(const Plan& plan, const prepare::Preparation& preparation,
                                              const prepare::LoadedWorkspace& loaded,
                                              plugin::Registry& registry, Explainer& explainer,
                                              const std::function<void(const std::string&)>& tell);

}  // namespace dream::cli
