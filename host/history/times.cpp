#include "history/times.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace dream::history {

namespace {

using control::Json;

void take_end(const Record& record, const Json& object, StepTimes& times) {
  const engine::Outcome outcome = record.outcome_in(object);
  times.outcome = control::text_at(object, "outcome");
  if (outcome.started) times.started = *outcome.started - Instant{};
  // When one was ended is nothing about it.
  const bool by_itself =
      outcome.kind == engine::OutcomeKind::succeeded || outcome.kind == engine::OutcomeKind::failed;
  if (by_itself && outcome.ran) times.ran = outcome.ran;
}

Duration change_of(const std::optional<Duration>& before, const std::optional<Duration>& after) {
  if (!before || !after) return {};
  return *before < *after ? *after - *before : *before - *after;
}

}  // namespace

std::vector<StepTimes> times_of(const Record& record) {
  std::vector<StepTimes> all(record.plan().steps.size());
  record.for_each([&](const Event& event) {
    if (event.name == "summary")
      record.for_each_summed(event.members, [&](StepIndex step, const Json& entry) {
        take_end(record, entry, all[position(step)]);
      });
    if (!event.step) return true;
    StepTimes& times = all[position(*event.step)];
    if (event.name == "started") times.started = event.at;
    if (event.name == "ready" && !times.ready)
      times.ready = std::chrono::microseconds(std::clamp<std::int64_t>(
          control::number_at(event.members, "afterUs"), 0, event.at / std::chrono::microseconds(1)));
    if (event.name == "ended") take_end(record, event.members, times);
    return true;
  });
  return all;
}

std::vector<Compared> compare(const Record& before, const Record& after) {
  std::vector<Compared> all;
  std::map<std::string, std::size_t, std::less<>> places;
  const std::vector<StepTimes> first = times_of(before);
  for (std::size_t at = 0; at < first.size(); ++at) {
    std::string step = to_string(before.plan().steps[at].id);
    places.emplace(step, all.size());
    all.push_back({std::move(step), first[at], {}, {}});
  }
  const std::vector<StepTimes> second = times_of(after);
  for (std::size_t at = 0; at < second.size(); ++at) {
    std::string step = to_string(after.plan().steps[at].id);
    const auto [place, is_new] = places.emplace(step, all.size());
    if (is_new) all.push_back({std::move(step), {}, {}, {}});
    all[place->second].after = second[at];
  }
  for (Compared& step : all) {
    if (!step.before || !step.after) continue;
    step.change = std::max({change_of(step.before->started, step.after->started),
                            change_of(step.before->ready, step.after->ready),
                            change_of(step.before->ran, step.after->ran)});
  }
  const auto rank = [](const Compared& step) {
    return std::pair(step.before && step.after ? 0 : 1, -step.change);
  };
  std::ranges::stable_sort(all, {}, rank);
  return all;
}

}  // namespace dream::history
