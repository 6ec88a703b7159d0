#include "simulation/trace.hpp"

#include <fmt/format.h>

#include <type_traits>

namespace dream::simulation {
namespace {

using namespace engine;

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

std::string name(StepIndex step) {
  return {static_cast<char>('a' + position(step))};
}

std::string names(const std::vector<StepIndex>& steps) {
  std::string text;
  for (const StepIndex step : steps) text += (text.empty() ? "" : ",") + name(step);
  return text;
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
  return std::visit(Overloaded{
                        [](const Begin&) -> std::string { return "begin"; },
                        [](const Started& what) { return "started " + name(what.step); },
                        [](const StartFailed& what) { return "start failed " + name(what.step); },
                        [](const Exited& what) {
                          return fmt::format("exited {}: {}", name(what.step), to_string(what.status));
                        },
                        [](const Interrupted& what) { return fmt::format("interrupted {}", what.signal); },
                        [](const OutputLost& what) -> std::string {
                          return what.reader_gone ? "output lost" : "output broken";
                        },
                        [](const TimePassed&) -> std::string { return "time passed"; },
                    },
                    event);
}

std::string describe(const StopReason& reason) {
  return std::visit(Overloaded{
                        [](const RequiredFailed& what) { return name(what.step) + " failed"; },
                        [](const StoppedBySignal& what) { return fmt::format("signal {}", what.signal); },
                        [](const ReaderGone&) -> std::string { return "reader gone"; },
                        [](const OutputBroken&) -> std::string { return "output broken"; },
                        [](const NoLongerNeeded&) -> std::string { return "no longer needed"; },
                        [](const TimedOut&) -> std::string { return "timed out"; },
                    },
                    reason);
}

std::string describe(const Action& action) {
  return std::visit(
      Overloaded{
          [](const Start& what) { return "start " + name(what.step); },
          [](const Terminate& what) {
            return (what.urgency == Urgency::graceful ? "terminate " : "force ") + name(what.step);
          },
          [](const StepStarted& what) { return "runs " + name(what.step); },
          [](const StepEnded& what) { return "ended " + name(what.step); },
          [](const DelayBegan& what) {
            return fmt::format("delay {} {}", name(what.next), what.delay.count());
          },
          [](const WaitingForBackground& what) { return "waiting for " + names(what.steps); },
          [](const Stopping& what) { return "stopping: " + describe(what.reason); },
          [](const StillEnding& what) {
            std::string text = "still ending:";
            for (const Ending& step : what.steps)
              text += fmt::format(" {}@{}", name(step.step), step.force_at->time_since_epoch().count());
            return text + (what.signals_to_force == 1 ? ", 1 signal forces" : ", 2 signals force");
          },
          [](const Finish& what) { return fmt::format("finish {}", what.exit_code); },
      },
      action);
}

std::string describe(const Outcome& outcome) {
  std::string text = word(outcome.kind);
  if (outcome.reason) text += "(" + describe(*outcome.reason) + ")";
  if (outcome.exit) text += " " + to_string(*outcome.exit);
  if (outcome.start_error) text += " not started";
  if (outcome.forced) text += " forced";
  return text;
}

std::string describe(const Plan& plan) {
  std::string text;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const char* kind = step.service ? "service" : step.background ? "background" : "foreground";
    text += fmt::format("{}: {} {} delay {} grace {}", name(StepIndex(i)), kind,
                        step.required ? "required" : "optional", step.delay.count(), step.stop_grace.count());
    if (step.timeout) text += fmt::format(" timeout {}", step.timeout->count());
    text += "\n";
  }
  return text;
}

}  // namespace dream::simulation
