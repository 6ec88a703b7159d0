#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "plan/plan.hpp"

/// `ports` of the steps of a plan (docs/functional-specification.md, section 2.4).
namespace dream::plan {

/// Each step's ports become variables of it, and every "{port:NAME}" and name of a port in its env, its argv
/// command and its probes becomes a number; "{port:./api:dev:NAME}" is another step's. All of them are
/// `offset` higher than dream.json has them. Once a plan.
///
/// An error: a name that no step has.
[[nodiscard]] Result<void> set_ports(Plan& plan, int offset = 0);

/// Where the steps name ports that none of them has.
[[nodiscard]] std::vector<std::pair<StepIndex, Error>> misnamed_ports(Plan plan);

/// An error: one number in two steps that may run at the same time.
[[nodiscard]] boost::system::result<void, PlanError> check_ports(const Plan& plan);

/// Whether a port can have this name: it becomes that of a variable.
[[nodiscard]] bool is_port_name(std::string_view name);

/// Whether some step has one.
[[nodiscard]] bool has_ports(const Plan& plan);

/// The text with numbers for every "{port:…}" of `step`; as it is where the plan has no ports.
[[nodiscard]] Result<std::string> with_ports(std::string_view text, const Plan& plan, const Step& step);

}  // namespace dream::plan
