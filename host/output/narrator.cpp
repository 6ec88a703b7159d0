#include "output/narrator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "output/summary.hpp"

namespace dream::output {

namespace {

/// The most steps that one line names.
constexpr std::size_t most_names = 8;

/// Those of `all` that are not named.
std::string and_more(std::size_t all) {
  return fmt::format("{} more", all - most_names);
}

}  // namespace

Narrator::Narrator(const Plan& plan, Log& log, std::function<std::string(StepIndex)> detail_of)
    : plan_(plan),
      log_(log),
      detail_of_(std::move(detail_of)),
      restarts_(plan.steps.size()),
      quiet_(plan.steps.size() == 1) {}

Result<void> Narrator::begin(Instant now) {
  began_ = now;
  return {};
}

std::string Narrator::name(StepIndex step) const {
  return to_string(plan_.steps[position(step)].id);
}

/// False: the action says nothing of it.
bool Narrator::tell_of_readiness(Instant now, const engine::Action& action,
                                 std::span<const engine::Outcome> outcomes) {
  if (const auto* ready = std::get_if<engine::StepReady>(&action)) {
    if (!quiet_) tell_ready(*ready);
  } else if (const auto* missed = std::get_if<engine::StepNotReady>(&action)) {
    tell_not_ready(*missed, outcomes[position(missed->step)]);
  } else if (const auto* probing = std::get_if<engine::StillProbing>(&action)) {
    tell_wait(now, *probing);
  } else if (const auto* ill = std::get_if<engine::StepUnhealthy>(&action)) {
    log_.write(LogLevel::warning, fmt::format("{} is unhealthy: {}", name(ill->step), ill->why));
  } else if (const auto* well = std::get_if<engine::StepHealthy>(&action)) {
    log_.write(LogLevel::info, name(well->step) + " is healthy again");
  } else {
    return false;
  }
  return true;
}

void Narrator::report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) {
  if (tell_of_readiness(now, action, outcomes)) return;
  if (const auto* started = std::get_if<engine::StepStarted>(&action)) {
    if (!quiet_) log_.write(LogLevel::info, name(started->step) + " started");
    if (plan_.steps[position(started->step)].finally) closing_ = started->step;
    if (signalled_) tell_how_to_skip();
  } else if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
    if (closing_ == ended->step) closing_.reset();
    over_.insert(ended->step);
    tell_end(ended->step, outcomes[position(ended->step)]);
  } else if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) {
    tell_attempt_end(*over, outcomes[position(over->attempt.step)]);
  } else if (const auto* held = std::get_if<engine::StepHeld>(&action)) {
    log_.write(LogLevel::info, name(held->step) + " is stopped on request; dream ctl start " +
                                   shell_quoted(to_string(plan_.steps[position(held->step)].id)) +
                                   " starts it");
  } else if (const auto* again = std::get_if<engine::StepRestarted>(&action)) {
    if (!quiet_)
      log_.write(LogLevel::info, fmt::format("{} started again (attempt {})", name(again->attempt.step),
                                             again->attempt.number));
  } else if (const auto* left = std::get_if<engine::LeftoversFound>(&action)) {
    const Step& step = plan_.steps[position(left->step)];
    const bool may_keep = !step.service && !step.interactive;
    log_.write(
        LogLevel::info,
        fmt::format("{} has ended, and left {} running: {}", name(left->step), join_words(left->processes),
                    left->kept ? "kept until the run ends or the step starts again"
                    : may_keep ? R"(ended now ("leftovers": "keep" keeps them until the run ends))"
                               : "ended now"));
  } else if (const auto* delay = std::get_if<engine::DelayBegan>(&action)) {
    log_.write(LogLevel::info,
               fmt::format("{} starts in {}", name(delay->next), human_duration(delay->delay)));
  } else if (const auto* waiting = std::get_if<engine::WaitingForBackground>(&action)) {
    if (!quiet_) tell_waiting(*waiting);
  } else if (const auto* stopping = std::get_if<engine::Stopping>(&action)) {
    tell_stop(stopping->reason);
    stopping_ = true;
    signalled_ = std::holds_alternative<engine::StoppedBySignal>(stopping->reason);
    if (signalled_) tell_how_to_skip();
  } else if (const auto* still = std::get_if<engine::StillEnding>(&action)) {
    tell_who_still_ends(now, *still);
  } else if (const auto* terminate = std::get_if<engine::Terminate>(&action)) {
    const bool force = terminate->urgency == Urgency::force;
    log_.debug([&] {
      return fmt::format("{} {}", force ? "killing" : "terminating", name(terminate->attempt.step));
    });
  } else if (const auto* start = std::get_if<engine::Start>(&action)) {
    over_.erase(start->attempt.step);
    restarts_[position(start->attempt.step)] = start->attempt.number - 1;
    log_.debug([&] { return "starting " + name(start->attempt.step); });
  } else if (const auto* finish = std::get_if<engine::Finish>(&action)) {
    log_.debug([&] { return fmt::format("the run is over: exit code {}", finish->exit_code); });
    tell_summary(now, outcomes);
  }
}

/// Of one step everything has been said, but what its end took.
void Narrator::tell_summary(Instant now, std::span<const engine::Outcome> outcomes) {
  if (quiet_ && !outcomes.front().forced && outcomes.front().left_behind.empty()) return;
  for (const std::string& line : summary(plan_, outcomes, now - began_, restarts_))
    log_.write(LogLevel::info, line);
}

/// What runs at the end runs on after the first signal.
void Narrator::tell_how_to_skip() {
  if (closing_) log_.write(LogLevel::info, name(*closing_) + " runs at the end; Ctrl-C again to kill it now");
}

void Narrator::tell_end(StepIndex step, const engine::Outcome& outcome) {
  const std::string why = explain(outcome, plan_.steps[position(step)], plan_);
  switch (outcome.kind) {
    case engine::OutcomeKind::failed:
      log_.write(LogLevel::error, name(step) + " failed: " + with_restarts(why, restarts_[position(step)]));
      break;
    case engine::OutcomeKind::succeeded:
      if (!quiet_) log_.write(LogLevel::info, name(step) + " succeeded" + (why.empty() ? "" : ": " + why));
      break;
    case engine::OutcomeKind::terminated:
      log_.debug([&] { return name(step) + " terminated: " + why; });
      break;
    case engine::OutcomeKind::skipped:
      log_.debug([&] { return name(step) + " skipped: " + why; });
      break;
  }
}

void Narrator::tell_attempt_end(const engine::AttemptEnded& ended, const engine::Outcome& outcome) {
  const Step& step = plan_.steps[position(ended.attempt.step)];
  const bool failed = outcome.kind == engine::OutcomeKind::failed;
  std::string text = name(ended.attempt.step);
  if (ended.restart == 0)  // it was asked for
    return log_.write(LogLevel::info, text + ": " + explain(outcome, step, plan_));
  if (failed) {
    text += " failed: " + explain(outcome, step, plan_);
  } else {
    text += outcome.exit ? " ended: " + to_string(*outcome.exit) : " ended";
  }
  text += ended.again_in >= std::chrono::milliseconds(1) ? "; again in " + human_duration(ended.again_in)
                                                         : "; again at once";
  text += step.restart.max == 0 ? fmt::format(" (restart {})", ended.restart)
                                : fmt::format(" ({} of {})", ended.restart, step.restart.max);
  log_.write(failed ? LogLevel::warning : LogLevel::info, text);
}

void Narrator::tell_ready(const engine::StepReady& ready) {
  const Step& settings = plan_.steps[position(ready.step)];
  std::string text = fmt::format("{} is ready after {}", name(ready.step), human_duration(ready.after));
  const bool is_first = were_ready_.insert(ready.step).second;
  if (is_first && settings.releases_when_ready && settings.delay > ready.after)
    text += fmt::format("; its delay holds the next step back for {} more",
                        human_duration(settings.delay - ready.after));
  const auto next = plan_.steps.begin() + static_cast<std::ptrdiff_t>(position(ready.step)) + 1;
  const bool next_waits =
      plan_.is_list && std::any_of(next, plan_.steps.end(), [](const Step& step) { return !step.finally; });
  if (!settings.background && settings.leftovers != Leftovers::keep && next_waits)
    text += R"(; the next step waits for its end (a server that stays? "service": true starts the next step )"
            R"(now; one that it leaves running? "leftovers": "keep"))";
  log_.write(LogLevel::info, text);
}

void Narrator::tell_not_ready(const engine::StepNotReady& missed, const engine::Outcome& outcome) {
  if (outcome.start_error) return;  // its failure says it
  std::string text = fmt::format("{} isn't ready after {}", name(missed.step), human_duration(missed.after));
  if (!missed.found.what.empty()) text += ": " + missed.found.what;
  log_.write(LogLevel::warning, text);
}

void Narrator::tell_wait(Instant now, const engine::StillProbing& probing) {
  std::string text = fmt::format("waiting for {} to be ready", name(probing.step));
  if (!probing.found.what.empty()) text += ": " + probing.found.what;
  text += " (";
  if (probing.found.tries > 0)
    text += fmt::format("{} {}, ", probing.found.tries, probing.found.tries == 1 ? "try" : "tries");
  text += fmt::format("{}; gives up in {})", human_duration(probing.after),
                      human_duration(probing.gives_up_at - now));
  log_.write(LogLevel::info, text);
}

void Narrator::tell_waiting(const engine::WaitingForBackground& waiting) {
  std::vector<std::string> names;
  for (const StepIndex step : waiting.steps) {
    if (names.size() == most_names) break;
    names.push_back(name(step));
  }
  if (waiting.steps.size() > most_names) names.push_back(and_more(waiting.steps.size()));
  log_.write(LogLevel::info, "waiting for " + join_words(names));
}

void Narrator::tell_stop(const engine::RunStop& reason) {
  if (std::holds_alternative<engine::ReaderGone>(reason)) return;  // quietly, like any program in a pipe
  if (quiet_ && std::holds_alternative<engine::RequiredFailed>(reason)) return;  // nothing else is stopped
  log_.write(LogLevel::info, "stopping: " + explain(reason, plan_));
}

/// The first Ctrl-C only asks the run to end, as it may do already. Where a single step is stopped or
/// restarted, it would do that as well.
std::string Narrator::how_to_kill(const engine::StillEnding& still) const {
  if (signalled_) return "; Ctrl-C again to kill now";
  const bool all_end =
      stopping_ || over_.size() + still.steps.size() + still.later.size() == plan_.steps.size();
  return all_end ? "; Ctrl-C twice to kill now" : "";
}

/// Those that are killed at the same moment share the words about it.
void Narrator::tell_who_still_ends(Instant now, const engine::StillEnding& still) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (std::size_t at = 0; at < std::min(still.steps.size(), most_names); ++at) {
    const auto& [step, force_at] = still.steps[at];
    const std::string left = force_at ? human_duration(*force_at - now) : std::string();
    if (groups.empty() || groups.back().first != left) groups.push_back({left, {}});
    const std::string detail = detail_of_(step);
    groups.back().second.push_back(detail.empty() ? name(step) : fmt::format("{} ({})", name(step), detail));
  }
  if (still.steps.size() > most_names) groups.back().second.push_back(and_more(still.steps.size()));
  std::string text;
  for (const auto& [left, names] : groups)
    text +=
        fmt::format("{}{}: {} until SIGKILL", text.empty() ? "waiting for " : ", ", join_words(names), left);
  if (!still.later.empty()) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < std::min(still.later.size(), most_names); ++at)
      names.push_back(name(still.later[at]));
    if (still.later.size() > most_names) names.push_back(and_more(still.later.size()));
    text += ", then " + join_words(names);
  }
  log_.write(LogLevel::info, text + how_to_kill(still));
}

}  // namespace dream::output
