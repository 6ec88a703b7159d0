#include "output/outcome_json.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "base/base64.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "output/summary.hpp"

namespace dream::output {

namespace {

void add_exit(JsonLine& json, const ExitStatus& status) {
  json.begin_object("exit");
  std::visit(Overloaded{[&](const ExitedWith& exited) { json.member("code", exited.code); },
                        [&](const KilledBy& killed) { json.member("signal", signal_name(killed.signal)); },
                        [&](const Lost& lost) { json.member("lost", lost.reason); }},
             status);
  json.end_object();
}

/// A kind, and the step that it speaks of.
struct Reason {
  std::string_view kind;
  std::optional<StepIndex> step = {};
  std::string signal = {};
};

Reason reason_of(const engine::RunStop& stop) {
  return std::visit(Overloaded{[](const engine::RequiredFailed& failed) {
                                 return Reason{"requiredFailed", failed.step};
                               },
                               [](const engine::StoppedBySignal& stopped) {
                                 return Reason{"signal", {}, signal_name(stopped.signal)};
                               },
                               [](const engine::ReaderGone&) { return Reason{"readerGone"}; },
                               [](const engine::Requested&) { return Reason{"request"}; },
                               [](const engine::GuardianLost&) { return Reason{"guardianLost"}; },
                               [](const engine::OutputBroken&) { return Reason{"outputBroken"}; }},
                    stop);
}

Reason reason_of(const engine::StepEnd& end) {
  return std::visit(Overloaded{[](const engine::RunStop& stop) { return reason_of(stop); },
                               [](const engine::NoLongerNeeded&) { return Reason{"noLongerNeeded"}; },
                               [](const engine::Held&) { return Reason{"held"}; },
                               [](const engine::RestartRequested&) { return Reason{"restartRequest"}; },
                               [](const engine::NotReadyInTime&) { return Reason{"notReadyInTime"}; },
                               [](const engine::CannotBecomeReady&) { return Reason{"cannotBecomeReady"}; },
                               [](const engine::BecameUnhealthy&) { return Reason{"unhealthy"}; },
                               [](const engine::Renewed& renewed) {
                                 return Reason{"restartedWith", renewed.with};
                               },
                               [](const engine::NeededFailed& needed) {
                                 return Reason{"neededFailed", needed.step};
                               },
                               [](const engine::TimedOut&) { return Reason{"timedOut"}; }},
                    end);
}

void add(JsonLine& json, const Reason& reason, const Plan& plan) {
  json.begin_object("reason").member("kind", reason.kind);
  if (reason.step) json.member("step", to_string(plan.steps[position(*reason.step)].id));
  if (!reason.signal.empty()) json.member("signal", reason.signal);
  json.end_object();
}

}  // namespace

std::int64_t microseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

void add_reason(JsonLine& json, const engine::RunStop& reason, const Plan& plan) {
  add(json, reason_of(reason), plan);
}

void add_end(JsonLine& json, const engine::Outcome& outcome, const Plan& plan) {
  json.member("outcome", word(outcome.kind));
  if (outcome.exit)
    add_exit(json, *outcome.exit);
  else
    json.null("exit");
  if (outcome.reason)
    add(json, reason_of(*outcome.reason), plan);
  else
    json.null("reason");
  json.text_or_null("error", outcome.start_error ? to_string(*outcome.start_error) : std::string())
      .member("killed", outcome.forced);
}

void add_outcome(JsonLine& json, const engine::Outcome& outcome, const Plan& plan, Instant began) {
  const auto since = [&](const std::optional<Instant>& moment) {
    return moment ? std::optional(microseconds(*moment - began)) : std::nullopt;
  };
  add_end(json, outcome, plan);
  json.member("startedUs", since(outcome.started)).member("endedUs", since(outcome.ended));
  json.member("ranUs", outcome.ran ? std::optional(microseconds(*outcome.ran)) : std::nullopt);
  if (!outcome.left_behind.empty()) json.member("leftBehind", outcome.left_behind);
}

void add_data(JsonLine& json, std::string_view bytes) {
  if (find_invalid_utf8(bytes) == std::string_view::npos)
    json.member("text", bytes);
  else
    json.member("base64", to_base64(bytes));
}

}  // namespace dream::output
