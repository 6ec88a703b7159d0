#include <algorithm>

#include "simulation/oracle.hpp"

/// The oracle's opinion on the end of a run: who goes when, and what runs then.
namespace dream::simulation {

using namespace engine;

/// Every step that the run is made of has ended, or will never be started.
bool Oracle::is_done() const {
  for (std::size_t i = 0; i < history_.size(); ++i) {
    if (has_company(i) || plan_.steps[i].finally || history_[i].ended || history_[i].left_out) continue;
    if (!cause_ || history_[i].attempts > 0) return false;
  }
  return true;
}

/// What is to run at the end and has not ended; the number of steps: nothing is.
std::size_t Oracle::next_at_the_end() const {
  for (std::size_t i = 0; i < history_.size(); ++i) {
    if (!plan_.steps[i].finally || history_[i].ended) continue;
    if (history_[i].attempts > 0 || (!nothing_ran_ && !forces())) return i;
  }
  return history_.size();
}

bool Oracle::services_go() const {
  if (forces()) return true;
  const bool nothing_comes_after =
      std::ranges::none_of(plan_.steps, [](const Step& step) { return step.finally; });
  if (cause_ && nothing_comes_after) return true;
  return is_done() && next_at_the_end() == history_.size();
}

bool Oracle::is_wanted(std::size_t step) const {
  if (plan_.steps[step].finally) return !forces() && !(cause_ && history_[step].rests);
  if (history_[step].barred) return false;
  const bool used = history_[step].first_started.has_value();
  if (has_lasted(step)) return false;
  return has_company(step) && (used || !cause_) ? !services_go() : !cause_;
}

/// It has no process, and is no service any more that others could wait for.
bool Oracle::has_lasted(std::size_t step) const {
  if (cause_ || !plan_.steps[step].lasts || has_company(step) || !history_[step].started) return false;
  for (std::size_t i = 0; i < history_.size(); ++i)
    if (has_company(i) && !plan_.steps[i].lasts && !history_[i].ended && !history_[i].left_out) return false;
  return true;
}

bool Oracle::is_used(std::size_t step) const {
  for (std::size_t i = step + 1; i < history_.size(); ++i) {
    const auto& needs = plan_.steps[i].needs;
    if (std::ranges::find(needs, StepIndex(static_cast<std::uint32_t>(step))) == needs.end()) continue;
    const bool ends = !is_wanted(i) || (history_[i].graceful && !history_[i].fell());
    if ((history_[i].alive() && ends) || is_used(i)) return true;
  }
  return false;
}

/// A service that nothing has used yet goes with the others, though something is to run at the end.
bool Oracle::is_kept_by_users(std::size_t step) const {
  const History& history = history_[step];
  if (plan_.stop_order == StopOrder::all || forces() || history.fell() || history.barred || has_lasted(step))
    return false;
  if (!history.alive() || history.graceful || is_wanted(step)) return false;
  const bool unused = has_company(step) && !history.first_started && cause_;
  return !unused && is_used(step);
}

StepEnd Oracle::why_unwanted(std::size_t step) const {
  if (const auto& barred = history_[step].barred) return NeededFailed{*barred};
  return NoLongerNeeded{};
}

/// What runs at the end is left out if nothing has run when its time comes.
void Oracle::see_whether_the_end_comes() {
  const auto ran = [](const History& step) { return step.first_started.has_value(); };
  if (is_done() && std::ranges::none_of(history_, ran)) nothing_ran_ = true;
}

/// Its turn comes when all others have ended, one after the other.
void Oracle::see_start_at_the_end(std::size_t index) {
  check(is_done() && next_at_the_end() == index, "what runs at the end runs when all others have ended",
        index);
  for (std::size_t i = 0; i < history_.size(); ++i) {
    check(history_[i].attempts == 0 || history_[i].is_answered(), "one start at a time", index);
    check(!history_[i].untold(), "what lets a step start is told first", i);
  }
  check(!cause_ || told_stopping_, "a stop is told before what comes after it", index);
  history_[index].start_asked = now_;
}

void Oracle::the_end_is_not_late() {
  const std::size_t next = next_at_the_end();
  const bool another_starts = std::ranges::any_of(
      history_, [](const History& step) { return step.attempts > 0 && !step.is_answered(); });
  if (is_done() && next < history_.size() && !another_starts)
    check(history_[next].attempts > 0, "what runs at the end starts at once", next);
  const bool waits = std::ranges::any_of(
      history_, [](const History& step) { return step.alive() || step.again_at.has_value(); });
  check(!cause_ || waits || must_be_over(), "a run that is being stopped waits for something that runs");
}

/// Others are restarted with a step whose later attempt is ready.
void Oracle::renews_others(std::size_t step) {
  if (history_[step].attempts < 2) return;
  for (std::size_t i = step + 1; i < history_.size(); ++i) {
    History& other = history_[i];
    const std::vector<StepIndex>& with = plan_.steps[i].restart_with;
    if (std::ranges::find(with, StepIndex(static_cast<std::uint32_t>(step))) == with.end()) continue;
    if (!other.alive() || !other.started || other.graceful || other.fell() || !is_wanted(i)) continue;
    renews(i, Renewed{StepIndex(static_cast<std::uint32_t>(step))});
  }
}

}  // namespace dream::simulation
