#include "cli/views/critical_path.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "plan/before.hpp"

namespace dream::cli {

namespace {

using history::LastTimes;

/// From the moment when a step's turn has come until it releases those that wait for it.
Duration held_by(const Step& step, const LastTimes& last, bool until_ready) {
  if (!step.background) return step.delay + last.ran.value_or(Duration(0));
  return until_ready ? std::max(step.delay, last.ready.value_or(Duration(0))) : step.delay;
}

/// The moments of a run, and what each step had to wait for last.
class Walk {
 public:
  Walk(const Plan& plan, const std::vector<LastTimes>& last)
      : plan_(plan), last_(last), begins_(plan.steps.size()), after_(plan.steps.size()) {
    for (std::size_t at = 0; at < plan.steps.size(); ++at)
      for_each_before(plan, StepIndex(at), [&](StepIndex before, Release release) {
        wait_for(at, before, is_until_ready(plan.steps[position(before)], release));
      });
  }

  [[nodiscard]] Duration end_of(std::size_t step) const {
    return begins_[step] + held_by(plan_.steps[step], last_[step], false);
  }

  /// The way to a step, from its begin.
  [[nodiscard]] std::vector<StepIndex> way_to(StepIndex step) const {
    std::vector<StepIndex> way{step};
    while (after_[position(way.back())]) way.push_back(*after_[position(way.back())]);
    std::ranges::reverse(way);
    return way;
  }

 private:
  void wait_for(std::size_t step, StepIndex before, bool until_ready) {
    const std::size_t at = position(before);
    const Duration released = begins_[at] + held_by(plan_.steps[at], last_[at], until_ready);
    if (after_[step] && released < begins_[step]) return;
    begins_[step] = released;
    after_[step] = before;
  }

  const Plan& plan_;
  const std::vector<LastTimes>& last_;
  std::vector<Duration> begins_;  ///< of its turn, before its delay
  std::vector<std::optional<StepIndex>> after_;
};

std::string share_of(const Step& step, const LastTimes& last) {
  std::string text;
  if (step.delay > Duration(0)) text = "delay " + human_duration(step.delay);
  if (step.background && !step.releases_when_ready) return text;
  const std::optional<Duration>& time = step.background ? last.ready : last.ran;
  if (!text.empty()) text += ", ";
  if (!time) return text + "not known";
  return text + (step.background ? "ready after " : "ran for ") + human_duration(*time);
}

}  // namespace

CriticalPath critical_path(const Plan& plan, const std::vector<LastTimes>& last) {
  const bool any = std::ranges::any_of(last, [](const LastTimes& step) { return step.ready || step.ran; });
  if (!any) return {};
  const Walk walk(plan, last);
  std::optional<std::size_t> latest;
  for (std::size_t at = 0; at < plan.steps.size(); ++at)
    if (!plan.steps[at].finally && (!latest || walk.end_of(at) >= walk.end_of(*latest))) latest = at;
  if (!latest) return {};
  CriticalPath path{walk.way_to(StepIndex(*latest)), walk.end_of(*latest)};
  // One in the background that releases the next at once takes no time.
  std::erase_if(path.steps, [&](StepIndex index) {
    const Step& step = plan.steps[position(index)];
    return step.gathers || (step.background && !step.releases_when_ready && step.delay == Duration(0));
  });
  return path;
}

void append_critical_path(std::string& out, const Plan& plan, const std::vector<LastTimes>& last,
                          const TextStyle& style) {
  const CriticalPath path = critical_path(plan, last);
  if (path.steps.empty()) return;
  const std::string title =
      "\nCritical path, by the last recorded runs: " + human_duration(path.length) + "\n";
  append_toned(out, title, Tone::strong, style.colour);
  Table table({Tone::strong, Tone::plain}, style.colour);
  for (const StepIndex step : path.steps)
    table.add({to_string(plan.steps[position(step)].id),
               share_of(plan.steps[position(step)], last[position(step)])});
  out += table.text();
}

}  // namespace dream::cli
