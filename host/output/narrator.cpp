#include "output/narrator.hpp"

#include <fmt/format.h>

#include <variant>
#include <vector>

#include "base/text.hpp"
#include "output/summary.hpp"

namespace dream::output {

Narrator::Narrator(const Plan& plan, Log& log) : plan_(plan), log_(log), quiet_(plan.steps.size() == 1) {}

Result<void> Narrator::begin(Instant now) {
  began_ = now;
  return {};
}

std::string Narrator::name(StepIndex step) const {
  return to_string(plan_.steps[position(step)].id);
}

void Narrator::report(Instant now, const engine::Action& action, const engine::Engine& engine) {
  if (const auto* started = std::get_if<engine::StepStarted>(&action)) {
    if (!quiet_) log_.write(LogLevel::info, name(started->step) + " started");
  } else if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
    tell_end(ended->step, engine.outcomes()[position(ended->step)]);
  } else if (const auto* delay = std::get_if<engine::DelayBegan>(&action)) {
    log_.write(LogLevel::info,
               fmt::format("{} starts in {}", name(delay->next), human_duration(delay->delay)));
  } else if (const auto* waiting = std::get_if<engine::WaitingForBackground>(&action)) {
    std::vector<std::string> names;
    for (const StepIndex step : waiting->steps) names.push_back(name(step));
    log_.write(LogLevel::info, "waiting for " + join_words(names));
  } else if (const auto* stopping = std::get_if<engine::Stopping>(&action)) {
    tell_stop(now, stopping->reason, engine);
  } else if (const auto* terminate = std::get_if<engine::Terminate>(&action)) {
    const bool force = terminate->urgency == Urgency::force;
    log_.debug(
        [&] { return fmt::format("{} {}", force ? "killing" : "terminating", name(terminate->step)); });
  } else if (const auto* start = std::get_if<engine::Start>(&action)) {
    log_.debug([&] { return "starting " + name(start->step); });
  } else if (const auto* finish = std::get_if<engine::Finish>(&action)) {
    log_.debug([&] { return fmt::format("the run is over: exit code {}", finish->exit_code); });
    for (const std::string& line : summary(plan_, engine.outcomes(), now - began_)) {
      log_.write(LogLevel::info, line);
    }
  }
}

void Narrator::tell_end(StepIndex step, const engine::Outcome& outcome) {
  const std::string why = explain(outcome, plan_.steps[position(step)], plan_);
  switch (outcome.kind) {
    case engine::OutcomeKind::failed:
      log_.write(LogLevel::error, name(step) + " failed: " + why);
      break;
    case engine::OutcomeKind::succeeded:
      if (!quiet_) log_.write(LogLevel::info, name(step) + " succeeded");
      break;
    case engine::OutcomeKind::terminated:
      log_.debug([&] { return name(step) + " terminated: " + why; });
      break;
    case engine::OutcomeKind::skipped:
      log_.debug([&] { return name(step) + " skipped: " + why; });
      break;
  }
}

void Narrator::tell_stop(Instant now, const engine::StopReason& reason, const engine::Engine& engine) {
  if (std::holds_alternative<engine::ReaderGone>(reason)) return;  // quietly, like any program in a pipe
  std::vector<std::string> names;
  Duration longest{0};
  for (const auto& ending : engine.ending()) {
    names.push_back(name(ending.step));
    if (ending.force_at) longest = std::max(longest, *ending.force_at - now);
  }
  std::string text = "stopping: " + explain(reason, plan_);
  if (!names.empty())
    text += fmt::format("; waiting up to {} for {}", human_duration(longest), join_words(names));
  log_.write(LogLevel::info, text);
}

}  // namespace dream::output
