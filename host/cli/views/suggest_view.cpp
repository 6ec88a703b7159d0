#include "cli/views/suggest_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/json_builder.hpp"
#include "base/text.hpp"

namespace dream::cli {

namespace {

const Step& step_of(const SuggestReport& report, const suggest::Suggestion& suggestion) {
  return report.plan.steps[position(suggestion.step)];
}

/// What each start takes less with it; nothing where the delay was too short.
Duration saved(const SuggestReport& report, const suggest::Suggestion& suggestion) {
  return std::max(step_of(report, suggestion).delay - suggestion.after, Duration::zero());
}

bool is_told(const suggest::Suggestion& suggestion, const Step& step) {
  return suggestion.ready.has_value() || !step.ready.empty();
}

/// A shorter time isn't worth a word.
constexpr Duration least = std::chrono::milliseconds(1);

/// Against what is waited today.
std::string comparison(const Duration delay, const Duration after) {
  if (delay == Duration::zero()) return "nothing waits for that today";
  const std::string words = fmt::format("its delay of {} is ", human_duration(delay));
  if (std::max(delay, after) - std::min(delay, after) < least) return words + "right";
  if (delay >= after) return words + human_duration(delay - after) + " too long";
  return words + human_duration(after - delay) + " too short";
}

void append_step(std::string& out, const SuggestReport& report, std::size_t at, const Locate& locate) {
  const suggest::Suggestion& suggestion = report.suggestions[at];
  const suggest::Written& written = report.text.written[at];
  const Step& step = step_of(report, suggestion);
  out += "  " + to_string(step.id) + "  " + suggestion.why;
  if (suggestion.ready) out += " after " + human_duration(suggestion.after);
  if (is_told(suggestion, step)) out += "; " + comparison(step.delay, suggestion.after);
  if (step.where.known()) out += " (" + locate(step.where) + ")";
  out += '\n';
  if (!suggestion.ready) return;
  out += "      \"ready\": " + suggest::probe_json(*suggestion.ready) + '\n';
  if (!suggestion.doubt.empty()) out += "      a guess: " + suggestion.doubt + '\n';
  if (report.asked && !written.is_in)
    out += "      not written: " + written.why_not +
           (written.elsewhere.known() ? ", at " + locate(written.elsewhere) : "") + '\n';
  for (const SourceOffset other : written.others)
    out += "      " + locate(other) + " has a delay for it, too, which stays\n";
}

bool any_in(const SuggestReport& report) {
  return std::ranges::any_of(report.text.written, &suggest::Written::is_in);
}

}  // namespace

std::string suggest_text(const SuggestReport& report, const Locate& locate) {
  std::string out = "dream: what the run has shown of the steps in the background:\n";
  Duration all{};  // too short a delay becomes a longer wait
  for (std::size_t at = 0; at < report.suggestions.size(); ++at) {
    append_step(out, report, at, locate);
    if (report.text.written[at].is_in)
      all += step_of(report, report.suggestions[at]).delay - report.suggestions[at].after;
  }
  const std::string saves = all >= least    ? ", and each start is " + human_duration(all) + " shorter"
                            : all <= -least ? ", and each start takes " + human_duration(-all) +
                                                  " more: steps were started too early"
                                            : std::string();
  if (report.written)
    out += "dream: it is in dream.json now" + saves + "\n";
  else if (any_in(report) && !report.asked)
    out += "dream: `dream suggest " + printable(report.plan.steps.back().id.task) +
           " --write` puts it into dream.json" + saves + "\n";
  return out;
}

std::string suggest_json(const SuggestReport& report, const Locate& locate) {
  JsonLine json;
  json.begin_object()
      .member("task", to_string(report.plan.steps.back().id))
      .member("written", report.written)
      .begin_array("steps");
  for (std::size_t at = 0; at < report.suggestions.size(); ++at) {
    const suggest::Suggestion& suggestion = report.suggestions[at];
    const suggest::Written& written = report.text.written[at];
    const Step& step = step_of(report, suggestion);
    const bool told = is_told(suggestion, step);
    json.begin_object()
        .member("id", to_string(step.id))
        .text_or_null("where", place_of(step.where, locate))
        .member("delayMs", milliseconds(step.delay))
        .member("seen", suggestion.why)
        .raw("ready", suggestion.ready ? suggest::probe_json(*suggestion.ready) : "null")
        .member("afterMs", told ? std::optional(milliseconds(suggestion.after)) : std::nullopt)
        .member("savesMs", told ? milliseconds(saved(report, suggestion)) : 0)
        .text_or_null("doubt", suggestion.doubt)
        .member("written", report.written && written.is_in)
        .begin_array("otherDelays");
    for (const SourceOffset other : written.others) json.put(locate(other));
    json.end_array().end_object();
  }
  return json.end_array().end_object().line();
}

}  // namespace dream::cli
