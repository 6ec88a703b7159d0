#include <algorithm>
#include <utility>

#include "simulation/oracle.hpp"

/// The oracle's judgement of what the engine wants done.
namespace dream::simulation {

using namespace engine;

namespace {

/// Like ==, in words in which GCC 12 sees that nothing uninitialised is compared.
bool same(const std::optional<Instant>& one, const std::optional<Instant>& other) {
  return one.has_value() == other.has_value() &&
         one.value_or(Instant::min()) == other.value_or(Instant::min());
}

bool same(const std::optional<Error>& one, const std::optional<Error>& other) {
  if (!one || !other) return !one && !other;
  return one->code == other->code && one->message == other->message && one->where == other->where &&
         one->hint == other->hint;
}

}  // namespace

// ---- actions: whether they may be, and may be now

void Oracle::see(const Start& action) {
  const std::size_t index = position(action.attempt.step);
  check(!cause_ || is_wanted(index), "nothing starts once the run is being stopped", index);
  if (action.attempt.number == 1 && plan_.steps[index].finally)
    see_start_at_the_end(index);
  else if (action.attempt.number == 1)
    see_first_start(index);
  else
    see_restart(index);
  History& step = history_[index];
  check(action.attempt.number == step.attempts + 1, "attempts are counted", index);
  if (step.attempts > 0) static_cast<Latest&>(step) = {};
  step.attempts = action.attempt.number;
}

void Oracle::see_first_start(std::size_t index) {
  check(is_next(index) && !cause_ && !history_[index].barred, "steps start in plan order, each once", index);
  const auto gate = gate_of(index);
  check(gate.has_value(), "a step starts only when those before it have released it", index);
  check(gate && *gate <= now_, "a delay is never shorter than asked", index);
  takes_its_turn(index);
  for (std::size_t i = 0; i < index; ++i) {
    if (plan_.steps[i].finally || history_[i].left_out) continue;
    check(!history_[i].untold(), "what lets a step start is told first", i);
    if (!plan_.is_list) continue;
    check(history_[i].is_answered(), "one start at a time", index);
    check(plan_.steps[i].background || history_[i].ended || history_[i].released_by_start,
          "a foreground step is alone in front, unless it was asked to start", index);
  }
  history_[index].start_asked = now_;
  if (plan_.is_list) move_on_in_list();
}

void Oracle::see_restart(std::size_t index) {
  History& step = history_[index];
  check(step.again_at && !step.untold_over, "another attempt follows one that is told to be over", index);
  check(step.again_at && *step.again_at <= now_, "a pause is never shorter than told", index);
  if (!step.next_is_asked) takes_its_turn(index);
  step.again_at.reset();
}

void Oracle::see(const Terminate& action) {
  const std::size_t index = position(action.attempt.step);
  History& step = history_[index];
  check(action.attempt.number == step.attempts, "it is the attempt that runs that is ended", index);
  check(step.alive(), "only what was started and has not ended is terminated", index);
  // What stops the run may come in the same call, later.
  const bool returns = step.will_return && !step.held;
  check(action.comes_back ? returns : !returns || !is_wanted(index),
        "it is told whether another attempt follows", index);
  if (action.urgency == Urgency::graceful) return see_graceful(index);
  check(step.graceful.has_value(), "force comes after graceful", index);
  check(!step.forced, "force is asked at most once", index);
  check(forces() || (step.graceful && force_of(index) <= now_),
        "force comes when the grace has passed, or with the second signal", index);
  step.forced = now_;
}

/// Why it is asked is told before: the end of the step that failed, then that the run is being stopped.
void Oracle::see_graceful(std::size_t index) {
  History& step = history_[index];
  check(!step.graceful, "graceful is asked at most once", index);
  const Step& settings = plan_.steps[index];
  const bool stops_run = settings.required && !settings.finally && !plan_.keep_going;
  const bool alone = (step.fell() && (step.falls_alone || !stops_run)) || step.barred_at;
  check(step.fell() || !is_wanted(index), "nothing is terminated without a reason", index);
  const bool unused = has_company(index) && is_done() && next_at_the_end() == history_.size();
  check(told_stopping_ || alone || unused || !cause_, "a stop is told before what it does", index);
  for (std::size_t i = 0; i < history_.size(); ++i)
    check(!history_[i].untold_end || history_[i].given_up || history_[i].dismissed,
          "an end is told before what it does", i);
  if (!step.reason) step.reason = told_stopping_ ? StepEnd(*cause_) : why_unwanted(index);
  check(!step.probed, "nobody looks whether a step is ready that is asked to end", index);
  check(!is_kept_by_users(index), "a step is asked when nothing that needs it runs any more", index);
  step.graceful = now_;
}

void Oracle::see(const BeginProbing& action) {
  History& step = history_[position(action.attempt.step)];
  check(step.unbegun_probing && !step.untold_start,
        "who looks whether a step is ready begins when it has started, once", position(action.attempt.step));
  step.unbegun_probing = false;
  step.probed = true;
}

void Oracle::see(const EndProbing& action) {
  const std::size_t index = position(action.attempt.step);
  History& step = history_[index];
  check(step.probed, "only who looks whether a step is ready stops", index);
  check(!step.untold_not_ready, "that a step isn't ready is told first", index);
  check(!step.probing || !is_wanted(index), "it is looked for until it is found", index);
  step.probed = step.probing = false;
}

void Oracle::see(const StepReady& action) {
  History& step = history_[position(action.step)];
  check(step.untold_ready && !step.probed, "StepReady tells of the step that became ready, once",
        position(action.step));
  check(action.after == now_ - step.started.value_or(now_), "it is told how long an attempt took to be ready",
        position(action.step));
  step.untold_ready = false;
}

void Oracle::see(const StepNotReady& action) {
  History& step = history_[position(action.step)];
  check(step.untold_not_ready && step.probed, "StepNotReady tells it while it is known what is wrong, once",
        position(action.step));
  step.untold_not_ready = false;
}

void Oracle::see(const StillProbing& action) {
  const std::size_t index = position(action.step);
  const auto news = news_of_wait(index);
  check(news && *news <= now_, "it is told that a step isn't ready when it is news", index);
  check(news && action.gives_up_at == limit_of_readiness(index), "it is told how long is waited", index);
  history_[index].told_wait = now_;
}

void Oracle::see(const GiveUp& action) {
  History& step = history_[position(action.attempt.step)];
  check(step.untold_give_up, "only what doesn't end is given up, once", position(action.attempt.step));
  check(step.untold_end, "it is given up before its end is told", position(action.attempt.step));
  step.untold_give_up = false;
}

void Oracle::see(const GiveUpReader& action) {
  Reader& reader = reader_of(action.stream);
  check(!reader.given_up && is_hopeless(reader), "only a reader that nobody waits for is given up, once");
  reader.given_up = true;
}

void Oracle::see(const StepStarted& action) {
  History& step = history_[position(action.step)];
  check(step.untold_start && !step.runs_again, "StepStarted tells of the step that started, once",
        position(action.step));
  step.untold_start = false;
}

void Oracle::see(const StepRestarted& action) {
  History& step = history_[position(action.attempt.step)];
  check(step.untold_start && step.runs_again && action.attempt.number == step.attempts,
        "StepRestarted tells of the attempt that runs again, once", position(action.attempt.step));
  step.untold_start = false;
}

void Oracle::see(const AttemptEnded& action) {
  const std::size_t index = position(action.attempt.step);
  History& step = history_[index];
  check(step.untold_over && !step.untold_start && action.attempt == step.expected.attempt,
        "AttemptEnded tells of the attempt that another one follows, once", index);
  check(action.again_in == step.expected.again_in, "AttemptEnded tells how long the pause is", index);
  check(action.restart == step.expected.restart, "AttemptEnded tells how many restarts count", index);
  check(!step.probed, "nobody looks whether an attempt is ready that is over", index);
  step.untold_over = false;
}

void Oracle::see(const StepEnded& action) {
  History& step = history_[position(action.step)];
  check(step.untold_end && !step.untold_start && !step.untold_over,
        "StepEnded tells of the step that ended, once", position(action.step));
  check(!step.untold_give_up, "why a step ended is told first", position(action.step));
  check(!step.probed, "nobody looks whether a step is ready that has ended", position(action.step));
  check(!step.dismissed || told_stopping_ || step.reason == StepEnd(NoLongerNeeded{}) ||
            step.reason == StepEnd(Held{}) || step.barred,
        "a stop is told before what it does", position(action.step));
  step.untold_end = false;
}

void Oracle::see(const DelayBegan& action) {
  const std::size_t index = position(action.next);
  auto gate = gate_of(index);
  const bool just_barred = history_[index].barred_at == now_;  // after that
  if (gate && just_barred && !plan_.steps[index].background) *gate += plan_.steps[index].delay;
  const bool barred = history_[index].barred && !just_barred;
  const bool was_next = is_next(index) || (just_barred && history_[index].left_out);
  check(was_next && !barred && gate && *gate > now_ && *gate - now_ == action.delay,
        "DelayBegan tells how long the next step waits", index);
  check(!same(gate, history_[index].told_gate), "DelayBegan tells it once", index);
  // One in the background that is given up at this moment had released it before.
  const auto one = plan_.is_list ? before(index) : std::nullopt;
  const bool released_before = one && plan_.steps[*one].background && history_[*one].untold_give_up;
  check(!one || released_before || !history_[*one].untold(), "what a delay counts from is told first", index);
  history_[index].told_gate = gate;
}

void Oracle::see(const WaitingForBackground& action) {
  check(!told_waiting_ && waits_for_background(), "waiting is announced when only background steps are left");
  told_waiting_ = true;
  std::size_t expected = 0;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    check(!history_[i].untold(), "what happened is told before the wait", i);
    if (!history_[i].goes_on() || has_company(i) || plan_.steps[i].finally) continue;
    check(expected < action.steps.size() && position(action.steps[expected]) == i,
          "waiting names the steps that are waited for", i);
    ++expected;
  }
  check(expected == action.steps.size(), "waiting names nothing else");
}

void Oracle::see(const Stopping& action) {
  check(!told_stopping_ && cause_ == action.reason, "Stopping tells the first cause, once");
  if (const auto* failed = std::get_if<RequiredFailed>(&action.reason))
    check(!history_[position(failed->step)].untold_end, "the end of the step that failed is told first");
  told_stopping_ = true;
}

void Oracle::see(const StillEnding& action) {
  check(!action.steps.empty(), "who still ends is told by name");
  std::size_t told = 0;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    History& step = history_[i];
    if (!may_end_gracefully(step) || news_of(step) > now_) continue;
    check(told < action.steps.size() && position(action.steps[told].step) == i &&
              same(action.steps[told].force_at, force_of(i)),
          "who still ends is told when it is news, with the moment of force", i);
    ++told;
    step.told = now_;
  }
  check(told == action.steps.size(), "nobody else is told to still end");
  std::vector<StepIndex> later;
  for (std::size_t i = 0; i < history_.size(); ++i)
    if (is_kept_by_users(i)) later.push_back(StepIndex(static_cast<std::uint32_t>(i)));
  check(action.later == later, "who is asked later is told");
}

void Oracle::see(const Finish& action) {
  check(must_be_over(), "the run ends when nothing runs and nothing will");
  for (std::size_t i = 0; i < history_.size(); ++i)
    check(!history_[i].untold_end, "every end is told before Finish", i);
  check(action.exit_code == its_exit_code(), "the exit code follows from the first cause");
  finished_ = true;
}

// ---- after the actions: whether one is missing

void Oracle::nothing_is_missing() {
  check(told_stopping_ == cause_.has_value(), "a stop is told at once");
  for (std::size_t i = 0; i < history_.size(); ++i) {
    const History& step = history_[i];
    check(!step.untold_start, "a start is told", i);
    check(!step.untold_over, "that an attempt is over is told", i);
    check(!step.untold_held, "that a step is held is told", i);
    check(!step.untold_end, "an end is told", i);
    check(!step.untold_give_up, "what is given up is told", i);
    check(!step.untold_ready, "that a step is ready is told", i);
    check(!step.untold_not_ready, "that a step isn't ready is told", i);
    check(step.probing == step.probed && !step.unbegun_probing,
          "it is looked whether a step is ready, and not for longer", i);
    health_is_right(step, i);
    const auto wait = news_of_wait(i);
    check(!wait || *wait > now_, "that a step isn't ready is told in time", i);
    const bool may_wait = takes_slot(i) && slots_taken() >= plan_.jobs && !step.next_is_asked;
    check(!step.again_at || *step.again_at > now_ || may_wait,
          "another attempt starts when its pause is over", i);
    if (!step.alive()) continue;
    const bool must_end = step.fell() || !is_wanted(i);
    check(!must_end || step.graceful || is_kept_by_users(i), "whatever must end is asked at once", i);
    check(is_wanted(i) || (!step.probed && !step.watched), "nobody looks at what is to end", i);
    check(!step.graceful || step.forced || !(forces() || force_of(i) <= now_), "force is not late", i);
    check(!may_end_gracefully(step) || news_of(step) > now_, "who still ends is told in time", i);
  }
  starts_are_not_late();
  the_end_is_not_late();
  check(told_waiting_ || !waits_for_background(), "waiting is told");
  check(finished_ == must_be_over(), "the run ends as soon as it is over");
}

void Oracle::readers_are_right() {
  for (const Reader& reader : readers_)
    check(reader.given_up || !is_hopeless(reader), "a reader that nobody waits for is given up at once");
}

void Oracle::deadlines_are_right(const Engine& engine) {
  std::optional<Instant> expected;
  const auto consider = [&expected](Instant instant) {
    if (!expected || instant < *expected) expected = instant;
  };
  if (!cause_) {
    for (std::size_t i = 0; i < history_.size(); ++i)
      if (const auto gate = is_next(i) ? gate_of(i) : std::nullopt; gate && *gate > now_) consider(*gate);
    if (terminal_closed_ && !finished_) consider(*terminal_closed_ + limits_.hang_up);
  }
  for (const Reader& reader : readers_)
    if (const auto limit = end_of_patience(reader); limit && !reader.given_up) consider(*limit);
  for (std::size_t i = 0; i < history_.size(); ++i) {
    const History& step = history_[i];
    if (step.again_at && *step.again_at > now_) consider(*step.again_at);
    if (!step.alive()) continue;
    if (step.forced) {
      consider(end_of_patience(i));
    } else if (step.graceful) {
      consider(force_of(i));
      consider(news_of(step));
    } else if (step.started && is_wanted(i)) {
      if (plan_.steps[i].timeout && !step.lingers) consider(*step.started + *plan_.steps[i].timeout);
      if (step.probing) consider(limit_of_readiness(i));
      if (const auto news = news_of_wait(i)) consider(*news);
    }
  }
  check(same(engine.next_deadline(), expected), "next_deadline is the first of all that is due");
  check(!expected || *expected > now_, "no deadline is left in the past");
}

void Oracle::endings_are_right(const Engine& engine) {
  const auto endings = engine.ending();
  std::size_t expected = 0;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    const History& step = history_[i];
    if (!step.alive() || !step.graceful) continue;
    const auto force_at = step.forced ? std::nullopt : std::optional(force_of(i));
    check(expected < endings.size() && position(endings[expected].step) == i &&
              same(endings[expected].force_at, force_at),
          "ending() names what is being ended and when force comes", i);
    ++expected;
  }
  check(expected == endings.size(), "ending() names nothing else");
}

/// At the end all of them; before, those of the attempts that others follow.
void Oracle::outcomes_are_right(const Engine& engine) {
  check(!finished_ || engine.outcomes().size() == history_.size(), "there is an outcome for each step");
  for (std::size_t i = 0; i < history_.size() && complaint_.empty(); ++i)
    if (finished_ || history_[i].again_at) outcome_is_right(engine.outcomes()[i], i);
}

void Oracle::outcome_is_right(const Outcome& outcome, std::size_t index) {
  const History& step = history_[index];
  // One that was held between two attempts, and waits for a slot now, was asked to end by nobody else.
  const OutcomeKind kind = !step.start_asked                                    ? OutcomeKind::skipped
                           : step.failed_by_itself                              ? OutcomeKind::failed
                           : step.graceful || step.dismissed || step.went_early ? OutcomeKind::terminated
                           : step.reason == StepEnd(Held{})                     ? OutcomeKind::terminated
                                                                                : OutcomeKind::succeeded;
  check(outcome.kind == kind, "the outcome follows from the history", index);
  std::optional<StepEnd> cause;
  if (cause_) cause = *cause_;
  if (step.left_out) cause = NeededFailed{*step.barred};
  check(outcome.reason == (step.start_asked ? step.reason : cause), "the outcome says why", index);
  if (step.given_up)
    check(outcome.exit && std::holds_alternative<Lost>(*outcome.exit), "what was given up is lost");
  else
    check(outcome.exit == step.status, "the outcome has the exit status", index);
  check(same(outcome.start_error, step.start_error), "the outcome has the start error", index);
  // What was forced at once, and ended otherwise, didn't have to be killed.
  const bool by_itself = step.forced == step.graceful && step.status && !is_end_by(*step.status, 9);
  check(outcome.forced == (step.forced && !by_itself && !step.withdrawn), "the outcome knows force");
  check(same(outcome.started, step.first_started) && same(outcome.ready, step.ready) &&
            same(outcome.ended, step.ended),
        "the outcome has the instants", index);
}

}  // namespace dream::simulation
