#include <algorithm>

#include "simulation/oracle.hpp"

/// The oracle's opinion on order: whose turn it is, and who is left out.
namespace dream::simulation {

using namespace engine;

std::optional<std::size_t> Oracle::before(std::size_t step) const {
  while (step > 0)
    if (!plan_.steps[--step].finally) return step;
  return std::nullopt;
}

bool Oracle::has_begun(std::size_t step) const {
  return history_[step].start_asked || history_[step].left_out;
}

bool Oracle::is_next(std::size_t step) const {
  if (plan_.steps[step].finally || has_begun(step)) return false;
  return !plan_.is_list || step == starts_;
}

std::optional<Instant> Oracle::passed(std::size_t barrier) const {
  const Barrier& all = plan_.barriers[barrier];
  std::optional<Instant> last = all.after ? passed(position(*all.after)) : begun_;
  for (const StepIndex step : all.steps) {
    const auto one = released(position(step), plan_.steps[position(step)].releases_when_ready);
    last = last && one ? std::optional(std::max(*last, *one)) : std::nullopt;
  }
  for (const StepIndex step : all.until_start) {
    const auto one = released(position(step), false);
    last = last && one ? std::optional(std::max(*last, *one)) : std::nullopt;
  }
  return last;
}

std::optional<Instant> Oracle::turn_of(std::size_t step) const {
  std::optional<Instant> turn = begun_;
  if (!plan_.is_list) {
    if (const auto after = plan_.steps[step].after) turn = passed(position(*after));
  } else if (const auto one = before(step)) {
    turn = released(*one, plan_.steps[*one].releases_when_ready);
  }
  for (const StepIndex other : plan_.steps[step].after_ready) {
    const auto also = released(position(other), true);
    turn = turn && also ? std::optional(std::max(*turn, *also)) : std::nullopt;
  }
  return turn;
}

/// What is left out waits for nothing of its own.
std::optional<Instant> Oracle::gate_of(std::size_t step) const {
  const auto turn = turn_of(step);
  if (!turn || plan_.steps[step].background || history_[step].barred) return turn;
  return *turn + plan_.steps[step].delay;
}

std::optional<Instant> Oracle::released(std::size_t step, bool when_ready) const {
  const History& before = history_[step];
  const Step& settings = plan_.steps[step];
  if (const auto& earlier = when_ready ? before.released_by_ready : before.released_by_start) return earlier;
  if (before.left_out) return before.left_out;
  const bool cut_short =
      before.barred && !(when_ready ? before.ready_before_barred : before.ran_before_barred);
  if (!settings.background || cut_short) return before.ended;
  if (!when_ready && before.counted_start) return *before.counted_start + settings.delay;
  if (when_ready && before.counted_ready)
    return std::max(*before.counted_ready, *before.start_of_counted_ready + settings.delay);
  if (!before.ended || before.start_failed || !before.started) return before.ended;
  return std::max(*before.ended, *before.started + settings.delay);
}

/// It is to be held: what it would release later, it doesn't.
void Oracle::takes_back(std::size_t step) {
  History& history = history_[step];
  const auto comes = [&](bool when_ready) {
    const auto moment = released(step, when_ready);
    return moment && *moment > now_;
  };
  if (comes(false)) {
    history.counted_start.reset();
    history.released_by_start.reset();
  }
  if (comes(true)) {
    history.counted_ready.reset();
    history.released_by_ready.reset();
  }
  for (std::size_t i = 0; i < history_.size(); ++i)
    if (!gate_of(i)) history_[i].told_gate.reset();
}

bool Oracle::takes_slot(std::size_t step) const {
  const Step& settings = plan_.steps[step];
  return !plan_.is_list && !settings.background && !settings.finally && !settings.gathers;
}

std::size_t Oracle::slots_taken() const {
  std::size_t taken = 0;
  for (std::size_t i = 0; i < history_.size(); ++i)
    if (takes_slot(i) && history_[i].alive()) ++taken;
  return taken;
}

bool Oracle::is_startable(std::size_t step) const {
  const History& history = history_[step];
  if (history.again_at) return *history.again_at <= now_;
  const auto gate = is_next(step) ? gate_of(step) : std::nullopt;
  return !cause_ && !history.barred && gate && *gate <= now_;
}

/// Of those in front that may start, the first in the plan does, if there is a slot.
void Oracle::takes_its_turn(std::size_t index) {
  if (!takes_slot(index)) return;
  check(slots_taken() < plan_.jobs, "no more steps run in front than there are jobs", index);
  for (std::size_t i = 0; i < index; ++i)
    check(!takes_slot(i) || !is_startable(i), "the first in the plan goes first", i);
}

/// Those that need a step which has failed, directly or through others.
void Oracle::bars(std::size_t failed) {
  std::vector<bool> lost(history_.size());
  lost[failed] = true;
  for (std::size_t i = failed + 1; i < history_.size(); ++i) {
    const auto& needs = plan_.steps[i].needs;
    if (plan_.steps[i].finally) continue;
    lost[i] = std::ranges::any_of(needs, [&](StepIndex needed) { return lost[position(needed)]; });
    History& step = history_[i];
    if (!lost[i] || step.barred || (has_company(i) && services_went_)) continue;
    step.barred = StepIndex(failed);
    step.barred_at = now_;
    step.ran_before_barred = step.counted_start || step.ended;
    step.ready_before_barred = step.counted_ready || step.ended;
    step.probing = step.watching = false;
  }
}

/// When their turn has come; what is behind them comes then.
void Oracle::leave_out_what_is_barred() {
  for (std::size_t i = 0; i < history_.size() && !cause_; ++i) {
    if (!is_next(i) || !history_[i].barred) continue;
    const auto turn = turn_of(i);
    if (!turn || *turn > now_) continue;
    history_[i].left_out = now_;
    if (plan_.is_list) move_on_in_list();
  }
}

void Oracle::move_on_in_list() {
  do ++starts_;
  while (starts_ < history_.size() && plan_.steps[starts_].finally);
}

void Oracle::starts_are_not_late() {
  const bool full = slots_taken() >= plan_.jobs;
  for (std::size_t i = plan_.is_list ? std::min(starts_, history_.size() - 1) : 0; i < history_.size(); ++i) {
    const History& step = history_[i];
    if (!is_next(i) || cause_) continue;
    const auto gate = gate_of(i);
    const bool may_wait = full && takes_slot(i) && !step.barred;
    check(!gate || *gate > now_ || may_wait, "a step starts at the moment its gate opens", i);
    const bool told = gate.has_value() == step.told_gate.has_value() && (!gate || *gate == *step.told_gate);
    check(!gate || *gate <= now_ || told || step.barred, "a delay is told", i);
    if (plan_.is_list) break;
  }
}

}  // namespace dream::simulation
