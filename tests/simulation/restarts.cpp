#include <algorithm>
#include <utility>

#include "simulation/oracle.hpp"

/// The oracle's opinion on attempts: when another one follows, and what becomes of a step meanwhile.
namespace dream::simulation {

using namespace engine;

void Oracle::starts(std::size_t step) {
  History& history = history_[step];
  history.started = now_;
  history.runs_again = history.first_started.has_value();
  if (!history.first_started) history.first_started = now_;
  if (!history.counted_start && !history.held) history.counted_start = now_;
  history.untold_start = true;
}

/// While it runs: it has to be ended, and whether that is for good is clear by now.
void Oracle::falls(std::size_t step, int exit_code, bool not_there) {
  History& history = history_[step];
  history.watching = false;
  history.failed_by_itself = true;
  history.failure_code = exit_code;
  history.falls_alone = history.will_return = may_return(step, true, not_there);
  if (!history.will_return) failed(step, exit_code);
}

/// An attempt is. With `failure_code` it has failed, unless it was asked to end.
void Oracle::is_over(std::size_t step, std::optional<int> failure_code, bool not_there) {
  see_what_follows(step, failure_code, not_there);
  if (history_[step].ended) is_back(step);
}

void Oracle::see_what_follows(std::size_t step, std::optional<int> failure_code, bool not_there) {
  History& history = history_[step];
  history.over = now_;
  history.probing = history.watching = false;
  if (std::exchange(history.will_return, false))
    return !is_wanted(step) ? ends_unwanted(step) : history.held ? rests(step) : backs_off(step);
  if (history.graceful) return ends(step);
  if (has_company(step) && !is_wanted(step)) {
    history.went_early = true;
    history.reason = cause_ ? StepEnd(*cause_) : why_unwanted(step);
    return ends(step);
  }
  if (may_return(step, failure_code.has_value(), not_there)) {
    history.failed_by_itself = failure_code.has_value();
    return backs_off(step);
  }
  ends(step);
  if (failure_code) failed(step, *failure_code);
}

void Oracle::ends(std::size_t step) {
  remember_how_well(step);
  history_[step].ended = now_;
  history_[step].untold_end = true;
}

void Oracle::backs_off(std::size_t step) {
  History& history = history_[step];
  const Restart& settings = plan_.steps[step].restart;
  remember_how_well(step);
  history.untold_over = true;
  if (history.renewed) {
    history.expected = {{StepIndex(step), history.attempts}, Duration(1), 0};
    history.again_at = now_ + Duration(1);
    return;
  }
  Duration pause = settings.delay;
  for (std::size_t i = 0; i < history.in_a_row && pause < settings.max_delay; ++i) pause *= 2;
  pause = std::max(std::min(pause, settings.max_delay), Duration(1));
  history.expected = {{StepIndex(step), history.attempts}, pause, 1 + restarts_that_count(step)};
  ++history.in_a_row;
  history.restarts.push_back(now_);
  history.again_at = now_ + pause;
}

void Oracle::remember_how_well(std::size_t step) {
  history_[step].proven = is_proven(step);
  if (was_well_for(step) >= limits_.good_after) history_[step].in_a_row = 0;
}

void Oracle::rests(std::size_t step) {
  History& history = history_[step];
  if (!history.again_at) remember_how_well(step);
  history.again_at.reset();
  history.next_is_asked = false;
  history.rests = history.untold_held = true;
  history.reason = Held{};
  history.failed_by_itself = false;
  history.start_error.reset();
  if (is_wanted(step)) return;
  history.rests = history.untold_held = false;
  ends(step);
  is_back(step);
}

bool Oracle::is_undisturbed(std::size_t step) const {
  const History& history = history_[step];
  return history.alive() && !history.graceful && !history.fell() && is_wanted(step);
}

void Oracle::take(const HoldAsked& event) {
  const std::size_t index = position(event.step);
  History& step = history_[index];
  if (step.again_at && is_wanted(index)) {
    takes_back(index);
    return rests(index);
  }
  const bool starts_first = step.is_starting() && !step.first_started;
  if (!is_undisturbed(index) || starts_first || plan_.steps[index].gathers) return;
  step.held = now_;
  step.reason = Held{};
  step.probing = step.watching = false;
  step.falls_alone = step.will_return = true;
  takes_back(index);
}

void Oracle::take(const StartAsked& event) {
  starts_again(position(event.step));
}

void Oracle::take(const RestartAsked& event) {
  const std::size_t index = position(event.step);
  const History& step = history_[index];
  if (plan_.steps[index].gathers) return;
  if (event.with_dependents && step.renewal_due && !step.rests) return;
  const bool runs = step.started && is_undisturbed(index);
  const bool pauses = (step.rests || step.again_at || may_revive(index)) && is_wanted(index);
  const bool is_restarted = step.alive() && step.will_return && !step.held && is_wanted(index);
  if (event.with_dependents && (runs || pauses || is_restarted)) asks_dependents(index);
  if (runs) return renews(index, RestartRequested{});
  starts_again(index);
}

/// It is to be ended, and to come back.
void Oracle::renews(std::size_t step, StepEnd reason) {
  History& renewed = history_[step];
  renewed.renewed = now_;
  renewed.reason = std::move(reason);
  renewed.probing = renewed.watching = false;
  renewed.falls_alone = renewed.will_return = true;
}

bool Oracle::needs(std::size_t step, std::size_t needed) const {
  return std::ranges::any_of(plan_.steps[step].needs, [&](StepIndex other) {
    return position(other) == needed || needs(position(other), needed);
  });
}

bool Oracle::needs_what_comes(std::size_t step) const {
  for (std::size_t i = 0; i < step; ++i)
    if (needs(step, i) && (history_[i].renewal_due || history_[i].renewal_begun)) return true;
  return false;
}

/// Those that need the step are to be restarted after it. One that is held isn't, nor one without a process.
void Oracle::asks_dependents(std::size_t step) {
  history_[step].renewal_due.reset();
  history_[step].renewal_begun = now_;
  for (std::size_t i = step + 1; i < history_.size(); ++i) {
    const bool goes_on = history_[i].alive() || history_[i].again_at;
    if (!goes_on || plan_.steps[i].gathers || !needs(i, step)) continue;
    history_[i].renewal_due = now_;
    history_[i].renewal_begun.reset();
  }
}

/// It is ready again, or over.
void Oracle::is_back(std::size_t step) {
  History& back = history_[step];
  if (!back.renewal_begun && !(back.renewal_due && back.ended)) return;
  back.renewal_begun.reset();
  back.renewal_due.reset();
  back_ = std::max(back_, std::optional(StepIndex(static_cast<std::uint32_t>(step))));
}

/// Those that need what is back. Each is restarted once, when all is that it needs; but for those that will
/// find that so, as they are about to start.
void Oracle::renews_dependents() {
  if (!back_) return;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    History& other = history_[i];
    if (!other.renewal_due || needs_what_comes(i)) continue;
    other.renewal_due.reset();
    if ((!other.alive() && !other.again_at) || cause_ || !is_wanted(i)) continue;
    other.renewal_begun = now_;
    if (other.started && is_undisturbed(i)) renews(i, Renewed{*back_});
  }
  back_.reset();
}

bool Oracle::may_revive(std::size_t step) const {
  return history_[step].ended && !cause_ && !plan_.steps[step].finally && !plan_.steps[step].gathers &&
         !is_done();
}

/// At once. Those behind it have been released, and stay so.
void Oracle::starts_again(std::size_t step) {
  History& history = history_[step];
  if ((!history.rests && !history.again_at && !may_revive(step)) || !is_wanted(step)) return;
  if (history.ended) {
    const auto by_start = released(step, false);
    const auto by_ready = released(step, true);
    history.released_by_start = by_start;
    history.released_by_ready = by_ready;
    history.ended.reset();
  }
  history.rests = false;
  history.next_is_asked = true;
  history.again_at = now_;
}

void Oracle::see(const StepHeld& action) {
  History& step = history_[position(action.step)];
  check(step.untold_held && !step.untold_over && !step.untold_start,
        "StepHeld tells of the step that is held, once", position(action.step));
  step.untold_held = false;
}

/// Services go when the last of what runs at the end has.
void Oracle::dismiss_what_backs_off() {
  for (std::size_t i = 0; i < history_.size(); ++i) {
    if (history_[i].rests && !is_wanted(i)) {
      history_[i].rests = false;
      history_[i].dismissed = true;
      ends(i);
      is_back(i);
      if (plan_.steps[i].finally) return dismiss_what_backs_off();
    }
    if (!history_[i].again_at || is_wanted(i)) continue;
    history_[i].again_at.reset();
    history_[i].dismissed = true;
    ends_unwanted(i);
    is_back(i);
  }
}

/// It would have come back: it is not what its last attempt failed by that ends it.
void Oracle::ends_unwanted(std::size_t step) {
  History& history = history_[step];
  history.reason = cause_ ? StepEnd(*cause_) : why_unwanted(step);
  history.failed_by_itself = false;
  history.start_error.reset();
  ends(step);
}

bool Oracle::may_return(std::size_t step, bool failed, bool not_there) const {
  const Restart& settings = plan_.steps[step].restart;
  if (settings.on == Restart::On::no || !is_wanted(step)) return false;
  if (failed && not_there) return false;
  const bool whatever_happens = settings.on == Restart::On::always && plan_.steps[step].background;
  if (!failed && !whatever_happens) return false;
  return settings.max == 0 || restarts_that_count(step) < settings.max;
}

/// How long the latest attempt has been ready, or has run where nothing tells that, until it is over or was
/// asked to end.
Duration Oracle::was_well_for(std::size_t step) const {
  const History& history = history_[step];
  const auto since = plan_.steps[step].ready.empty() ? history.started : history.ready;
  return since ? history.graceful.value_or(now_) - *since : Duration(-1);
}

/// Some attempt has been well.
bool Oracle::is_proven(std::size_t step) const {
  if (!plan_.steps[step].ready.empty()) return history_[step].first_ready.has_value();
  return history_[step].proven || was_well_for(step) >= limits_.good_after;
}

std::size_t Oracle::restarts_that_count(std::size_t step) const {
  const std::vector<Instant>& all = history_[step].restarts;
  const Restart& settings = plan_.steps[step].restart;
  if (settings.max == 0 || !plan_.steps[step].background || !is_proven(step)) return all.size();
  return static_cast<std::size_t>(
      std::ranges::count_if(all, [&](Instant moment) { return now_ - moment < settings.window; }));
}

}  // namespace dream::simulation
