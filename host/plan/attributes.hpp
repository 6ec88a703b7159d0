#pragma once

#include <string>

#include "plan/plan.hpp"

namespace dream::plan {

/// The attributes that a dependency entry can set.
struct Attributes {
  bool background = false;
  bool required = true;
  Duration delay{0};
};

/// What a later mention asks for and doesn't get; empty when it asks for the same.
[[nodiscard]] std::string differences(const Attributes& mentioned, const Attributes& decided);

/// It is a daemon that gets ready, not the step that starts it.
[[nodiscard]] bool keeps_what_becomes_ready(const Dependency& entry, const Step& step);

/// Makes a step one that runs at the end. Its settings may be made for other runs, in which it isn't: the
/// error is the one that doesn't fit.
[[nodiscard]] boost::system::result<void, PlanError> put_at_the_end(Step& step);

// Why a plan can't be. Each is an Error{plan}.

/// `steps`: all of it, from one back to the same.
[[nodiscard]] PlanError cycle(const std::string& steps, SourceOffset where);
/// `id` runs at the end, and is needed before.
[[nodiscard]] PlanError needed_before_the_end(const StepId& id, SourceOffset where, SourceOffset also);
/// `id` runs at the end, and is requested.
[[nodiscard]] PlanError requested_and_at_the_end(const StepId& id, SourceOffset where);
/// Somebody waits until `id` is ready, which nothing tells.
[[nodiscard]] PlanError nothing_tells(const StepId& id, SourceOffset where);
/// Written in two places of dream.json; in one it is an error of the file.
[[nodiscard]] PlanError service_that_keeps(const Step& step);

}  // namespace dream::plan
