#include "output/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/columns.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"

namespace dream::output {

namespace {

std::string duration_of(const engine::Outcome& outcome) {
  return outcome.ran ? human_duration(*outcome.ran) : "-";
}

}  // namespace

std::string_view word(engine::OutcomeKind kind) {
  switch (kind) {
    case engine::OutcomeKind::succeeded:
      return "succeeded";
    case engine::OutcomeKind::failed:
      return "failed";
    case engine::OutcomeKind::terminated:
      return "terminated";
    case engine::OutcomeKind::skipped:
      return "skipped";
  }
  return "";
}

std::string explain(const engine::RunStop& reason, const Plan& plan) {
  return std::visit(
      Overloaded{
          [&](const engine::RequiredFailed& failed) {
            return "required step " + to_string(plan.steps[position(failed.step)].id) + " failed";
          },
          [](const engine::StoppedBySignal& stopped) { return "stopped by " + signal_name(stopped.signal); },
          [](const engine::GuardianLost&) { return std::string("dream's guardian was killed"); },
          [](const engine::ReaderGone&) { return std::string("stdout's reader went away"); },
          [](const engine::OutputBroken&) { return std::string("stdout can't be written"); },
          [](const engine::Requested&) { return std::string("stopped on request"); },
      },
      reason);
}

namespace {

std::string explain(const engine::StepEnd& reason, const Step& step, const Plan& plan) {
  return std::visit(Overloaded{
                        [&](const engine::RunStop& stop) { return output::explain(stop, plan); },
                        [](const engine::NoLongerNeeded&) { return std::string("no longer needed"); },
                        [](const engine::Held&) { return std::string("stopped on request"); },
                        [](const engine::RestartRequested&) { return std::string("restarted on request"); },
                        [&](const engine::NotReadyInTime&) {
                          return "not ready within " + human_duration(step.ready_timeout);
                        },
                        [](const engine::BecameUnhealthy&) { return std::string("unhealthy"); },
                        [&](const engine::Renewed& renewed) {
                          return "restarted with " + to_string(plan.steps[position(renewed.with)].id);
                        },
                        [&](const engine::NeededFailed& needed) {
                          return to_string(plan.steps[position(needed.step)].id) + ", which it needs, failed";
                        },
                        [](const engine::CannotBecomeReady&) { return std::string("can't become ready"); },
                        [&](const engine::TimedOut&) {
                          return "ran past its timeout" +
                                 (step.timeout ? " of " + human_duration(*step.timeout) : std::string());
                        },
                    },
                    reason);
}

}  // namespace

std::string explain(const engine::Outcome& outcome, const Step& step, const Plan& plan) {
  std::vector<std::string> parts;
  if (outcome.start_error) parts.push_back(to_string(*outcome.start_error));
  if (outcome.reason) parts.push_back(explain(*outcome.reason, step, plan));
  const bool by_itself = outcome.kind == engine::OutcomeKind::failed && !outcome.reason;
  // Of the codes, those that are no news are not told.
  if (outcome.exit && (by_itself || !is_success(*outcome.exit))) parts.push_back(to_string(*outcome.exit));
  const bool was_awaited = step.ready_needed || (!step.ready.empty() && !step.service && outcome.exit &&
                                                 is_success(*outcome.exit, step.success_codes));
  if (by_itself && outcome.exit && was_awaited && !outcome.ready) {
    parts.emplace_back("ended before it was ready");
  } else if (by_itself && outcome.exit) {
    if (step.service && is_success(*outcome.exit, step.success_codes))
      parts.emplace_back("a service should not end by itself");
    else if (is_success(*outcome.exit))
      parts.emplace_back("which its successCodes don't list");
  }
  if (!outcome.left_behind.empty()) {
    parts.push_back((outcome.kept ? "kept " : "left ") + join_words(outcome.left_behind) + " running");
  }
  if (outcome.forced) parts.emplace_back("had to be killed");
  if (outcome.kind == engine::OutcomeKind::failed && !step.required) parts.emplace_back("optional");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string with_restarts(std::string why, std::size_t times) {
  if (times == 0) return why;
  if (!why.empty()) why += ' ';
  return why + (times == 1 ? "(restarted once)" : fmt::format("(restarted {} times)", times));
}

std::vector<std::string> summary(const Plan& plan, std::span<const engine::Outcome> outcomes, Duration total,
                                 std::span<const std::size_t> restarts) {
  std::size_t widest = 0;
  for (const Step& step : plan.steps) widest = std::max(widest, columns(to_string(step.id)));
  std::array<std::size_t, 4> counts{};
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const engine::Outcome& outcome = outcomes[at];
    ++counts[static_cast<std::size_t>(outcome.kind)];
    const std::string why =
        with_restarts(explain(outcome, plan.steps[at], plan), restarts.empty() ? 0 : restarts[at]);
    const std::string name = to_string(plan.steps[at].id);
    std::string line = fmt::format("  {}{:{}}  {:<10}  {:>9}  {}", name, "", widest - columns(name),
                                   word(outcome.kind), duration_of(outcome), why);
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  std::vector<std::string> totals;
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    if (counts[kind] > 0)
      totals.push_back(fmt::format("{} {}", counts[kind], word(engine::OutcomeKind(kind))));
  }
  lines.push_back(fmt::format("{} in {}", fmt::join(totals, ", "), human_duration(total)));
  return lines;
}

}  // namespace dream::output
