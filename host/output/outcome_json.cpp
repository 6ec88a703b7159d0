#include "output/outcome_json.hpp"

#include <fmt/format.h>

#include <optional>
#include <variant>

#include "base/text.hpp"
#include "output/summary.hpp"

namespace dream::output {

namespace {

std::string exit_json(const ExitStatus& status) {
  if (const auto* exited = std::get_if<ExitedWith>(&status))
    return fmt::format(R"({{"code":{}}})", exited->code);
  if (const auto* killed = std::get_if<KilledBy>(&status)) {
    return fmt::format(R"({{"signal":{}}})", json_string(signal_name(killed->signal)));
  }
  return fmt::format(R"({{"lost":{}}})", json_string(std::get<Lost>(status).reason));
}

std::string moment_json(const std::optional<Instant>& moment, Instant began) {
  return moment ? std::to_string(microseconds(*moment - began)) : "null";
}

}  // namespace

std::int64_t microseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

std::string reason_json(const engine::RunStop& reason, const Plan& plan) {
  if (const auto* failed = std::get_if<engine::RequiredFailed>(&reason)) {
    return fmt::format(R"({{"kind":"requiredFailed","step":{}}})",
                       json_string(to_string(plan.steps[position(failed->step)].id)));
  }
  if (const auto* stopped = std::get_if<engine::StoppedBySignal>(&reason)) {
    return fmt::format(R"({{"kind":"signal","signal":{}}})", json_string(signal_name(stopped->signal)));
  }
  if (std::holds_alternative<engine::ReaderGone>(reason)) return R"({"kind":"readerGone"})";
  if (std::holds_alternative<engine::Requested>(reason)) return R"({"kind":"request"})";
  if (std::holds_alternative<engine::GuardianLost>(reason)) return R"({"kind":"guardianLost"})";
  return R"({"kind":"outputBroken"})";
}

namespace {

std::string reason_json(const engine::StepEnd& reason, const Plan& plan) {
  if (const auto* stop = std::get_if<engine::RunStop>(&reason)) return output::reason_json(*stop, plan);
  if (std::holds_alternative<engine::NoLongerNeeded>(reason)) return R"({"kind":"noLongerNeeded"})";
  if (std::holds_alternative<engine::Held>(reason)) return R"({"kind":"held"})";
  if (std::holds_alternative<engine::RestartRequested>(reason)) return R"({"kind":"restartRequest"})";
  if (std::holds_alternative<engine::NotReadyInTime>(reason)) return R"({"kind":"notReadyInTime"})";
  if (std::holds_alternative<engine::CannotBecomeReady>(reason)) return R"({"kind":"cannotBecomeReady"})";
  if (std::holds_alternative<engine::BecameUnhealthy>(reason)) return R"({"kind":"unhealthy"})";
  if (const auto* renewed = std::get_if<engine::Renewed>(&reason))
    return fmt::format(R"({{"kind":"restartedWith","step":{}}})",
                       json_string(to_string(plan.steps[position(renewed->with)].id)));
  if (const auto* needed = std::get_if<engine::NeededFailed>(&reason))
    return fmt::format(R"({{"kind":"neededFailed","step":{}}})",
                       json_string(to_string(plan.steps[position(needed->step)].id)));
  return R"({"kind":"timedOut"})";
}

}  // namespace

std::string texts_json(const std::vector<std::string>& texts) {
  std::string array;
  for (const std::string& text : texts) array += (array.empty() ? "" : ",") + json_string(text);
  return "[" + array + "]";
}

std::string end_members(const engine::Outcome& outcome, const Plan& plan) {
  return fmt::format(R"("outcome":"{}","exit":{},"reason":{},"error":{},"killed":{})", word(outcome.kind),
                     outcome.exit ? exit_json(*outcome.exit) : "null",
                     outcome.reason ? reason_json(*outcome.reason, plan) : "null",
                     outcome.start_error ? json_string(to_string(*outcome.start_error)) : "null",
                     outcome.forced);
}

std::string outcome_members(const engine::Outcome& outcome, const Plan& plan, Instant began) {
  return fmt::format(R"({},"startedUs":{},"endedUs":{})", end_members(outcome, plan),
                     moment_json(outcome.started, began), moment_json(outcome.ended, began)) +
         (outcome.left_behind.empty() ? std::string()
                                      : R"(,"leftBehind":)" + texts_json(outcome.left_behind));
}

}  // namespace dream::output
