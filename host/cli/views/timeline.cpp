#include "cli/views/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/columns.hpp"
#include "plan/before.hpp"

namespace dream::cli {

namespace {

constexpr std::size_t least_width = 60;
constexpr double widest_box = 14;

std::size_t nearest(double column) {
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): it is positive; lround would load libm
  return static_cast<std::size_t>(column + 0.5);
}

/// How time becomes columns. A step whose duration is unknown gets a box of `box` columns; what the boxes
/// leave is shared by the delays in proportion.
struct Scale {
  std::size_t chart = 0;  ///< columns of the whole chart
  double box = 0;
  double per_nanosecond = 0;

  [[nodiscard]] double of(Duration delay) const {
    return static_cast<double>(delay.count()) * per_nanosecond;
  }
};

/// The steps that each waits for.
std::vector<std::vector<StepIndex>> predecessors_of(const Plan& plan) {
  std::vector<std::vector<StepIndex>> all(plan.steps.size());
  std::optional<StepIndex> last;
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    for_each_before(plan, StepIndex(at), [&](StepIndex before, Release) { all[at].push_back(before); });
    if (!plan.steps[at].finally) last = StepIndex(at);
  }
  // What runs at the end comes after all others, one after the other.
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    if (!plan.steps[at].finally) continue;
    if (last) all[at].push_back(*last);
    last = StepIndex(at);
  }
  return all;
}

/// Room for the longest way through the plan. The delay of a last step in the background is followed by
/// nothing.
Scale scale_of(const Plan& plan, const std::vector<std::vector<StepIndex>>& predecessors, std::size_t chart) {
  std::vector<double> delays(plan.steps.size());
  std::vector<std::size_t> boxes(plan.steps.size());
  double longest_delay = 0;
  std::size_t most_boxes = 0;
  for (const bool at_the_end : {false, true}) {
    for (std::size_t at = 0; at < plan.steps.size(); ++at) {
      const Step& step = plan.steps[at];
      if (step.finally != at_the_end) continue;
      for (const StepIndex before : predecessors[at]) {
        delays[at] = std::max(delays[at], delays[position(before)]);
        boxes[at] = std::max(boxes[at], boxes[position(before)]);
      }
      const bool last = &step == &plan.steps.back();
      if (!last || !step.background) delays[at] += static_cast<double>(step.delay.count());
      if (last || !step.background || step.releases_when_ready) ++boxes[at];
      longest_delay = std::max(longest_delay, delays[at]);
      most_boxes = std::max(most_boxes, boxes[at]);
    }
  }
  Scale scale;
  scale.chart = chart;
  const double shared = static_cast<double>(chart) * (longest_delay > 0 ? 0.5 : 1.0);
  scale.box = std::min(shared / static_cast<double>(most_boxes), widest_box);
  if (longest_delay > 0) {
    scale.per_nanosecond =
        (static_cast<double>(chart) - scale.box * static_cast<double>(most_boxes)) / longest_delay;
  }
  return scale;
}

void append_times(std::string& out, std::string_view glyph, std::size_t count) {
  for (; count > 0; --count) out += glyph;
}

/// A stretch of time with its length, or what it ends with, written in the middle where there is room.
void append_stretch(std::string& out, std::string_view glyph, std::size_t length, const std::string& label) {
  if (length < label.size() + 2) {
    append_times(out, glyph, length);
    return;
  }
  const std::size_t before = (length - label.size()) / 2;
  append_times(out, glyph, before);
  out += label;
  append_times(out, glyph, length - label.size() - before);
}

/// A box that is open in the middle: it ends when the step does.
void append_box(std::string& out, std::size_t length) {
  if (length < 2) {
    out += "│";
  } else if (length == 2) {
    out += "├┤";
  } else {
    const std::size_t before = (length - 3) / 2;
    out += "├";
    append_times(out, "─", before);
    out += "…";
    append_times(out, "─", length - 3 - before);
    out += "┤";
  }
}

std::string length_label(Duration delay) {
  return fmt::format(" {} ms ", milliseconds(delay));
}

/// A step of the background: at least through its delay and until it is ready, if that is waited for, then on
/// beside everything after it.
void append_background(std::string& out, std::size_t room, std::size_t delay_columns, Duration delay,
                       std::size_t ready_columns) {
  if (room < 2) {
    out += "…";
    return;
  }
  out += "├";
  const std::size_t held = std::min(delay_columns > 0 ? delay_columns - 1 : 0, room - 2);
  append_stretch(out, "═", held, length_label(delay));
  const std::size_t waits = std::min(ready_columns, room - 2 - held);
  append_stretch(out, "╌", waits, " ready ");
  append_times(out, "─", room - 2 - held - waits);
  out += "…";
}

/// Draws the rows, each after those that it waits for.
class Chart {
 public:
  Chart(const Scale& scale, std::size_t steps) : scale_(scale), releases_(steps) {}

  [[nodiscard]] std::string row(const Step& step, StepIndex index, const std::vector<StepIndex>& after) {
    std::string out;
    double begin = 0;
    for (const StepIndex before : after) begin = std::max(begin, releases_[position(before)]);
    double& release = releases_[position(index)];
    const std::size_t from = column(begin);
    append_times(out, " ", from);
    const double delayed = begin + scale_.of(step.delay);
    if (step.background) {
      release = delayed + (step.releases_when_ready ? scale_.box : 0);
      append_background(out, scale_.chart - from, column(delayed) - from, step.delay,
                        column(release) - column(delayed));
    } else {
      append_stretch(out, "·", column(delayed) - from, length_label(step.delay));
      release = delayed + scale_.box;
      append_box(out, std::min(nearest(release), scale_.chart) - column(delayed));
    }
    return out;
  }

 private:
  /// Rounded, not cut off: sums of shares must not lose a column. Always within the chart.
  [[nodiscard]] std::size_t column(double time) const { return std::min(nearest(time), scale_.chart - 1); }

  Scale scale_;
  std::vector<double> releases_;  ///< when each step releases those after it
};

std::string legend(const Plan& plan, const Scale& scale) {
  bool held = false;
  bool waits = false;
  bool ready = false;
  for (const Step& step : plan.steps) {
    const bool delayed = step.delay > Duration(0);
    held = held || (delayed && step.background && &step != &plan.steps.back());
    ready = ready || step.releases_when_ready;
    waits = waits || (delayed && !step.background);
  }
  std::string text = "… ends when it ends";
  if (held) text += "   ═ holds the next step back";
  if (ready) text += "   ╌ until it is ready";
  if (waits) text += "   · waits before it starts";
  if (scale.per_nanosecond > 0) {
    text += fmt::format("   a column of delay: {:.3g} ms", 1e-6 / scale.per_nanosecond);
  }
  return text;
}

}  // namespace

std::vector<StartTime> start_times(const Plan& plan) {
  std::vector<StartTime> times;
  times.reserve(plan.steps.size());
  StartTime time;
  for (const Step& step : plan.steps) {
    if (step.background && step.releases_when_ready) {
      times.push_back(time);
      time = {StepIndex{static_cast<std::uint32_t>(times.size() - 1)}, Duration(0), true, step.delay};
    } else if (step.background) {
      times.push_back(time);
      time.offset += step.delay;
    } else if (step.finally) {
      times.push_back({});
    } else {
      time.offset += step.delay;
      times.push_back(time);
      time = {StepIndex{static_cast<std::uint32_t>(times.size() - 1)}, Duration(0)};
    }
  }
  return times;
}

std::vector<StartCondition> start_conditions(const Plan& plan, StepIndex step) {
  using Until = StartCondition::Until;
  std::vector<StartCondition> conditions;
  std::unordered_map<std::size_t, std::size_t> places;  // in a chain of groups a step may come twice
  for_each_before(plan, step, [&](StepIndex before, Release release) {
    const Step& one = plan.steps[position(before)];
    const Until until = !one.background                ? Until::ended
                        : is_until_ready(one, release) ? Until::ready
                                                       : Until::started;
    const auto [known, is_new] = places.emplace(position(before), conditions.size());
    if (is_new)
      conditions.push_back({before, until, one.background ? one.delay : Duration(0)});
    else
      conditions[known->second].until = std::max(conditions[known->second].until, until);
  });
  return conditions;
}

std::string timeline_text(const Plan& plan, const TextStyle& style) {
  if (plan.steps.size() > most_steps_in_a_diagram) {
    return fmt::format("  (no diagram: more than {} steps)\n", most_steps_in_a_diagram);
  }
  const std::size_t width = std::max(style.width, least_width);
  const std::size_t digits = std::to_string(plan.steps.size()).size();
  std::vector<std::string> names;
  std::size_t name_width = 0;
  for (const Step& step : plan.steps) {
    std::string shown;
    append_printable(shown, to_string(step.id));
    names.push_back(last_columns(shown, width * 2 / 5));
    name_width = std::max(name_width, columns(names.back()));
  }
  // "  12  ./services/api:dev  ├───…"
  const std::vector<std::vector<StepIndex>> predecessors = predecessors_of(plan);
  const Scale scale = scale_of(plan, predecessors, width - name_width - digits - 6);
  std::vector<std::string> rows(plan.steps.size());
  Chart chart(scale, plan.steps.size());
  for (const bool at_the_end : {false, true})
    for (std::size_t at = 0; at < rows.size(); ++at)
      if (plan.steps[at].finally == at_the_end)
        rows[at] = chart.row(plan.steps[at], StepIndex(at), predecessors[at]);
  std::string out;
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    out += fmt::format("  {:>{}}  {}", at + 1, digits, names[at]);
    out.append(name_width - columns(names[at]) + 2, ' ');
    out += rows[at];
    out += '\n';
  }
  out += "  ";
  append_toned(out, legend(plan, scale), Tone::faint, style.colour);
  out += '\n';
  return out;
}

}  // namespace dream::cli
