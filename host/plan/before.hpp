#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "plan/plan.hpp"

/// What comes before a step: the one reading of Step::after, Step::after_ready and Barrier.
namespace dream {

/// What of a step somebody waits for who stands behind it.
enum class Release : std::uint8_t {
  start,
  ready,
  whole  ///< as Step::releases_when_ready says; its start in the background, else its end
};

/// Whether who waits for that of `step` waits until it is ready.
[[nodiscard]] inline bool is_until_ready(const Step& step, Release release) {
  return release == Release::ready || (release == Release::whole && step.releases_when_ready);
}

/// The step that `step` stands behind in a list. What runs at the end stands behind none, and none behind it.
[[nodiscard]] inline std::optional<StepIndex> before_in_list(const Plan& plan, StepIndex step) {
  if (!plan.is_list || plan.steps[position(step)].finally) return std::nullopt;
  for (std::size_t at = position(step); at-- > 0;)
    if (!plan.steps[at].finally) return StepIndex(at);
  return std::nullopt;
}

/// Calls see(other, Release) for each step that stands before this barrier. A step may come twice. The walk
/// ends at a barrier for which enter(barrier) is false.
template <class See, class Enter>
void for_each_before(const Plan& plan, std::optional<BarrierIndex> barrier, const See& see,
                     const Enter& enter) {
  for (; barrier && enter(*barrier); barrier = plan.barriers[position(*barrier)].after) {
    const Barrier& at = plan.barriers[position(*barrier)];
    for (const StepIndex other : at.steps) see(other, Release::whole);
    for (const StepIndex other : at.until_start) see(other, Release::start);
  }
}

/// The same for each that `step` itself stands behind. Of a step that runs at the end there is none: what
/// that waits for is the end of the others.
template <class See, class Enter>
void for_each_before(const Plan& plan, StepIndex step, const See& see, const Enter& enter) {
  if (const auto other = before_in_list(plan, step)) see(*other, Release::whole);
  for_each_before(plan, plan.steps[position(step)].after, see, enter);
  for (const StepIndex other : plan.steps[position(step)].after_ready) see(other, Release::ready);
}

template <class Place, class See>
void for_each_before(const Plan& plan, Place place, const See& see) {
  for_each_before(plan, place, see, [](BarrierIndex) { return true; });
}

/// Whether `is` is true of a step that comes before `step`, directly or through others. Before one that runs
/// at the end, all come but services, and of those that run at the end the earlier ones.
[[nodiscard]] bool any_before(const Plan& plan, StepIndex step, const std::function<bool(StepIndex)>& is);

/// All of them; by place in the plan.
[[nodiscard]] std::vector<bool> all_before(const Plan& plan, StepIndex step);

/// Whether a process of the plan has to end before this step starts: what it writes is there then.
[[nodiscard]] bool waits_for_an_end(const Plan& plan, StepIndex step);

}  // namespace dream
