#pragma once

#include <vector>

#include "base/result.hpp"
#include "cli/workspace_loader.hpp"
#include "plan/plan.hpp"
#include "plugin/registry.hpp"
#include "runtime/driver.hpp"

namespace dream::cli {

/// Everything that starting each step of a plan will need: its folder, environment, options and executor.
/// Either all of it, or every reason why not (the same one only once): nothing is run of a plan that can't be
/// run whole.
struct Preparation {
  std::vector<runtime::PreparedStep> steps;
  std::vector<Error> errors;
};
[[nodiscard]] Preparation prepare(const Plan& plan, const LoadedWorkspace& loaded,
                                  plugin::Registry& registry);

/// The environment of a step: dream's own < env files < env of project and task. NAME=VALUE, sorted by name.
/// `own` may be null: then it is what dream.json gives alone.
[[nodiscard]] Result<std::vector<std::string>> step_environment(const Step& step,
                                                                const std::filesystem::path& folder,
                                                                const char* const* own);

}  // namespace dream::cli
