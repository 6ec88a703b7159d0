#include "simulation/trace.hpp"

#include <fmt/format.h>

#include "base/overloaded.hpp"

namespace dream::simulation {
namespace {

using namespace engine;

std::string name(StepIndex step) {
  return {static_cast<char>('a' + position(step))};
}

/// The first attempt has no number, as most have no other.
std::string name(Attempt attempt) {
  return name(attempt.step) + (attempt.number == 1 ? "" : fmt::format("#{}", attempt.number));
}

const char* name(Stream stream) {
  return stream == Stream::out ? "stdout" : "stderr";
}

std::string names(const std::vector<StepIndex>& steps) {
  std::string text;
  for (const StepIndex step : steps) text += (text.empty() ? "" : ",") + name(step);
  return text;
}

const char* word(Reading reading) {
  switch (reading) {
    case Reading::nothing_left:
      return "nothing left";
    case Reading::takes_some:
      return "takes some";
    case Reading::takes_nothing:
      break;
  }
  return "takes nothing";
}

const char* word(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::succeeded:
      return "succeeded";
    case OutcomeKind::failed:
      return "failed";
    case OutcomeKind::terminated:
      return "terminated";
    case OutcomeKind::skipped:
      break;
  }
  return "skipped";
}

}  // namespace

std::string describe(const Event& event) {
  return std::visit(
      Overloaded{
          [](const Begin&) -> std::string { return "begin"; },
          [](const Started& what) { return "started " + name(what.attempt); },
          [](const StartFailed& what) { return "start failed " + name(what.attempt); },
          [](const Exited& what) {
            return fmt::format("exited {}: {}", name(what.attempt), to_string(what.status));
          },
          [](const Withdrawn& what) { return "withdrawn " + name(what.attempt); },
          [](const Ready& what) { return "ready " + name(what.attempt); },
          [](const NeverReady& what) { return "never ready " + name(what.attempt); },
          [](const Unhealthy& what) { return "unhealthy " + name(what.attempt); },
          [](const Healthy& what) { return "healthy " + name(what.attempt); },
          [](const MoreTime& what) { return "more time for " + name(what.attempt); },
          [](const Lingers& what) { return (what.lingers ? "lingers " : "goes on ") + name(what.attempt); },
          [](const LeftBehind& what) { return "left behind by " + name(what.attempt); },
          [](const DownAsked& what) { return std::string(what.now ? "down now" : "down"); },
          [](const CallerLeft&) { return std::string("the caller goes"); },
          [](const HoldAsked& what) { return "hold " + name(what.step); },
          [](const StartAsked& what) { return "start asked " + name(what.step); },
          [](const RestartAsked& what) {
            return "restart asked " + name(what.step) + (what.with_dependents ? " with dependents" : "");
          },
          [](const Interrupted& what) {
            return fmt::format("interrupted {}", what.signal) +
                   (what.ago > Duration(0) ? fmt::format(" up to {} ago", what.ago.count()) : "");
          },
          [](const GuardianLost&) -> std::string { return "guardian lost"; },
          [](const OutputLost& what) -> std::string {
            return what.reader_gone ? "output lost" : "output broken";
          },
          [](const TerminalClosed&) -> std::string { return "terminal closed"; },
          [](const ReaderSeen& what) {
            return fmt::format("reader of {}: {}", name(what.stream), word(what.reading));
          },
          [](const TimePassed&) -> std::string { return "time passed"; },
      },
      event);
}

std::string describe(const RunStop& reason) {
  return std::visit(Overloaded{
                        [](const RequiredFailed& what) { return name(what.step) + " failed"; },
                        [](const StoppedBySignal& what) { return fmt::format("signal {}", what.signal); },
                        [](const GuardianLost&) -> std::string { return "guardian lost"; },
                        [](const ReaderGone&) -> std::string { return "reader gone"; },
                        [](const Requested&) -> std::string { return "requested"; },
                        [](const OutputBroken&) -> std::string { return "output broken"; },
                    },
                    reason);
}

std::string describe(const StepEnd& reason) {
  return std::visit(Overloaded{
                        [](const RunStop& what) { return describe(what); },
                        [](const NoLongerNeeded&) -> std::string { return "no longer needed"; },
                        [](const TimedOut&) -> std::string { return "timed out"; },
                        [](const NotReadyInTime&) -> std::string { return "not ready in time"; },
                        [](const BecameUnhealthy&) -> std::string { return "unhealthy"; },
                        [](const Held&) -> std::string { return "held"; },
                        [](const RestartRequested&) -> std::string { return "restart requested"; },
                        [](const Renewed& what) { return "restarted with " + name(what.with); },
                        [](const NeededFailed& what) { return "needs " + name(what.step); },
                        [](const CannotBecomeReady&) -> std::string { return "can't become ready"; },
                    },
                    reason);
}

std::string describe(const Action& action) {
  return std::visit(
      Overloaded{
          [](const Start& what) { return "start " + name(what.attempt); },
          [](const Terminate& what) {
            return (what.urgency == Urgency::graceful ? "terminate " : "force ") + name(what.attempt);
          },
          [](const GiveUp& what) { return "give up " + name(what.attempt); },
          [](const BeginHealth& what) { return "watch " + name(what.attempt); },
          [](const EndHealth& what) { return "watch no more " + name(what.attempt); },
          [](const StepUnhealthy& what) { return "unhealthy " + name(what.step); },
          [](const StepHealthy& what) { return "healthy " + name(what.step); },
          [](const BeginProbing& what) { return "probe " + name(what.attempt); },
          [](const EndProbing& what) { return "probe no more " + name(what.attempt); },
          [](const GiveUpReader& what) { return fmt::format("give up the reader of {}", name(what.stream)); },
          [](const StepStarted& what) { return "runs " + name(what.step); },
          [](const StepEnded& what) { return "ended " + name(what.step); },
          [](const AttemptEnded& what) {
            return fmt::format("over {}, again in {} as restart {}", name(what.attempt),
                               what.again_in.count(), what.restart);
          },
          [](const StepHeld& what) { return "held " + name(what.step); },
          [](const StepRestarted& what) { return "runs again " + name(what.attempt); },
          [](const StepReady& what) { return "ready " + name(what.step); },
          [](const StepNotReady& what) { return "not ready " + name(what.step); },
          [](const StillProbing& what) {
            return fmt::format("still probing {}, gives up @{}", name(what.step),
                               what.gives_up_at.time_since_epoch().count());
          },
          [](const LeftoversFound& what) {
            return fmt::format("left by {}:{}{}", name(what.step), what.kept ? " kept" : "",
                               what.processes.empty() ? "" : " " + what.processes.front());
          },
          [](const DelayBegan& what) {
            return fmt::format("delay {} {}", name(what.next), what.delay.count());
          },
          [](const WaitingForBackground& what) { return "waiting for " + names(what.steps); },
          [](const Stopping& what) { return "stopping: " + describe(what.reason); },
          [](const StillEnding& what) {
            std::string text = "still ending:";
            for (const Ending& step : what.steps)
              text += fmt::format(" {}@{}", name(step.step), step.force_at->time_since_epoch().count());
            if (!what.later.empty()) text += ", later: " + names(what.later);
            return text;
          },
          [](const Finish& what) { return fmt::format("finish {}", what.exit_code); },
      },
      action);
}

std::string describe_turn(Instant now, const Event& event, std::span<const Action> actions) {
  std::string line = std::to_string(now.time_since_epoch().count()) + " " + describe(event) + " ->";
  for (const Action& action : actions) line += " " + describe(action) + ";";
  return line + "\n";
}

std::string describe(const Outcome& outcome) {
  std::string text = word(outcome.kind);
  if (outcome.reason) text += "(" + describe(*outcome.reason) + ")";
  if (outcome.exit) text += " " + to_string(*outcome.exit);
  if (outcome.start_error && !outcome.started) text += " not started";
  if (outcome.forced) text += " forced";
  return text;
}

std::string describe(const Plan& plan) {
  std::string text;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const char* kind = step.finally      ? "at the end"
                       : step.service    ? "service"
                       : step.background ? "background"
                                         : "foreground";
    text += fmt::format("{}: {} {} delay {} grace {}", name(StepIndex(i)), kind,
                        step.required ? "required" : "optional", step.delay.count(), step.stop_grace.count());
    if (step.timeout) text += fmt::format(" timeout {}", step.timeout->count());
    if (!step.ready.empty())
      text +=
          fmt::format(" ready within {}{}{}", step.ready_timeout.count(), step.ready_needed ? ", needed" : "",
                      step.releases_when_ready ? " by the next" : "");
    for (const StepIndex before : step.after_ready) text += " after ready " + name(before);
    if (const Restart& restart = step.restart; restart.on != Restart::On::no)
      text += fmt::format(" restart {} max {} window {} pause {} to {}",
                          restart.on == Restart::On::always ? "always" : "failure", restart.max,
                          restart.window.count(), restart.delay.count(), restart.max_delay.count());
    for (const int code : step.success_codes) text += fmt::format(" success {}", code);
    for (const StepIndex needed : step.needs) text += " needs " + name(needed);
    if (step.gathers) text += step.lasts ? " lasts" : " gathers";
    if (step.after) text += fmt::format(" behind barrier {}", position(*step.after));
    text += "\n";
  }
  if (plan.stop_order == StopOrder::all) text += "all end at once\n";
  if (plan.is_list && !plan.keep_going) return text;
  text += fmt::format("jobs {}{}\n", plan.jobs, plan.keep_going ? ", keeps going" : "");
  for (std::size_t i = 0; i < plan.barriers.size(); ++i) {
    text += fmt::format("barrier {}:", i);
    for (const StepIndex step : plan.barriers[i].steps) text += " " + name(step);
    for (const StepIndex step : plan.barriers[i].until_start) text += " start of " + name(step);
    if (plan.barriers[i].after) text += fmt::format(" after barrier {}", position(*plan.barriers[i].after));
    text += "\n";
  }
  return text;
}

}  // namespace dream::simulation
