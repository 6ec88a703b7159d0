#include "cli/views/plan_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "cli/views/critical_path.hpp"
#include "cli/views/timeline.hpp"
#include "output/outcome_json.hpp"

namespace dream::cli {

namespace {

/// What has the step restarted: in the foreground, nothing but a failure.
Restart::On restarted_on(const Step& step) {
  return step.background || step.restart.on == Restart::On::no ? step.restart.on : Restart::On::failure;
}

std::string restarts_of(const Step& step) {
  const Restart::On on = restarted_on(step);
  if (on == Restart::On::no) return {};
  return fmt::format(", restarts {} ({})", on == Restart::On::always ? "always" : "on failure",
                     step.restart.max == 0 ? "no limit" : fmt::format("at most {}", step.restart.max));
}

std::string attributes_of(const Step& step, const Plan& plan) {
  const bool last = &step == &plan.steps.back();
  std::string text = step.background ? "background" : "foreground";
  if (step.gathers) text += ", no process";
  if (step.service) text += ", service";
  if (step.finally) text += ", at the end";
  text += step.required ? ", required" : ", optional";
  if (step.delay > Duration(0)) {
    if (!step.background) text += fmt::format(", waits {} ms first", milliseconds(step.delay));
    if (step.background && !last) text += fmt::format(", next after {} ms", milliseconds(step.delay));
  }
  if (step.releases_when_ready) text += ", next when ready";
  if (step.health) text += fmt::format(", health every {} ms", milliseconds(step.health->every));
  text += restarts_of(step);
  for (const StepIndex with : step.restart_with)
    text += ", restarts with " + to_string(plan.steps[position(with)].id);
  if (step.leftovers == Leftovers::keep) text += ", keeps leftovers";
  if (step.timeout.has_value()) text += fmt::format(", timeout {} ms", milliseconds(*step.timeout));
  for (const Port& port : step.ports) text += fmt::format(", {} {}", port.name, port.number);
  if (step.interactive) text += ", interactive";
  if (step.standard_input.has_value()) text += fmt::format(", stdin {}", word_of(*step.standard_input));
  return text;
}

std::string start_of(const StartTime& time, const Step& step, const Plan& plan) {
  const auto name = [&](StepIndex of) { return to_string(plan.steps[position(of)].id); };
  if (step.finally) return "when all but services have ended";
  std::string text = time.after.has_value() ? "after " + name(*time.after) + (time.ready ? " is ready" : "")
                                            : fmt::format("+{} ms", milliseconds(time.offset));
  if (time.after.has_value() && time.offset > Duration(0))
    text += fmt::format(" +{} ms", milliseconds(time.offset));
  if (time.since_start > Duration(0))
    text += fmt::format(", {} ms after its start at the earliest", milliseconds(time.since_start));
  for (const StepIndex before : step.after_ready) text += ", after " + name(before) + " is ready";
  return text;
}

std::string start_of(const Step& step, const Plan& plan) {
  using Until = StartCondition::Until;
  constexpr std::size_t most_named = 4;
  if (step.finally) return "when all but services have ended";
  const std::vector<StartCondition> conditions = start_conditions(plan, step);
  std::vector<std::string> texts;
  for (const StartCondition& condition : conditions) {
    if (texts.size() == most_named && conditions.size() > most_named + 1) {
      texts.push_back(fmt::format("{} more", conditions.size() - most_named));
      break;
    }
    std::string& text = texts.emplace_back(to_string(plan.steps[position(condition.step)].id));
    if (condition.until == Until::started) text += " has started";
    if (condition.until == Until::ready) text += " is ready";
    if (condition.delay > Duration(0)) text += fmt::format(" +{} ms", milliseconds(condition.delay));
  }
  std::string start = texts.empty() ? "at once" : "after " + join_words(texts);
  if (!step.background && step.delay > Duration(0)) start += fmt::format(" +{} ms", milliseconds(step.delay));
  return start;
}

/// The requested step comes from the command line, every other one from an entry.
std::string source_of(const Step& step, const Locate& locate) {
  return step.where.known() ? locate(step.where) : "requested";
}

void append_steps(std::string& out, const Plan& plan, const Locate& locate, const TextStyle& style) {
  const std::vector<StartTime> times = plan.is_list ? start_times(plan) : std::vector<StartTime>();
  const std::size_t digits = std::to_string(plan.steps.size()).size();
  Table table({Tone::faint, Tone::strong, Tone::plain, Tone::plain, Tone::plain, Tone::faint}, style.colour);
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    table.add({fmt::format("{:>{}}", at + 1, digits), to_string(step.id), step.gathers ? "-" : step.executor,
               attributes_of(step, plan),
               plan.is_list ? start_of(times[at], step, plan) : start_of(step, plan),
               source_of(step, locate)});
  }
  out += table.text();
}

/// What each step would run. Each line stays one, however long: it is there to be copied.
void append_commands(std::string& out, const Plan& plan, const std::vector<prepare::StepCommand>& commands,
                     const TextStyle& style) {
  const bool any = std::any_of(commands.begin(), commands.end(), [](const prepare::StepCommand& command) {
    return !command.line.empty() || !command.problem.empty();
  });
  if (!any) return;
  append_toned(out, "\nCommands\n", Tone::strong, style.colour);
  const std::size_t digits = std::to_string(plan.steps.size()).size();
  for (std::size_t at = 0; at < commands.size(); ++at) {
    out += fmt::format("  {:>{}}  ", at + 1, digits);
    if (commands[at].problem.empty()) {
      append_toned_printable(out, commands[at].line.empty() ? "(not known)" : commands[at].line,
                             commands[at].line.empty() ? Tone::faint : Tone::plain, style.colour);
    } else {
      append_toned_printable(out, "can't be started: " + commands[at].problem, Tone::warning, style.colour);
    }
    out += '\n';
  }
}

void append_ignored(std::string& out, const Plan& plan, const Locate& locate, const TextStyle& style) {
  if (plan.ignored.empty()) return;
  append_toned(out, "\nLater mentions without effect (the first one decides)\n", Tone::warning, style.colour);
  Table table({Tone::strong, Tone::plain, Tone::faint}, style.colour);
  for (const IgnoredMention& mention : plan.ignored) {
    table.add({to_string(plan.steps[position(mention.step)].id), mention.differences,
               mention.where.known() ? locate(mention.where) : ""});
  }
  out += table.text();
}

void append_left_out(std::string& out, const Plan& plan, const Locate& locate, const TextStyle& style) {
  if (plan.left_out.empty()) return;
  append_toned(out, "\nLeft out (none of their profiles is asked for)\n", Tone::warning, style.colour);
  Table table({Tone::strong, Tone::plain, Tone::faint}, style.colour);
  for (const LeftOut& left : plan.left_out)
    table.add({to_string(left.id), "--profile " + join_words(left.profiles), locate(left.where)});
  out += table.text();
}

void append_place(std::string& out, SourceOffset where, const Locate& locate) {
  if (where.known()) {
    append_json(out, locate(where));
  } else {
    out += "null";
  }
}

void append_text_or_null(std::string& out, const std::string& text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json(out, text);
  }
}

void append_condition(std::string& out, StepIndex step, const char* until, Duration delay, const Plan& plan) {
  out += "{\"id\": ";
  append_json(out, to_string(plan.steps[position(step)].id));
  out += fmt::format(R"(, "until": "{}", "delayMs": {}}})", until, milliseconds(delay));
}

/// One condition, or an array when all of several must hold.
void append_start_json(std::string& out, const Step& step, const StartTime& time, const Plan& plan) {
  std::string conditions;
  const auto add = [&](StepIndex of, const char* until, Duration delay) {
    if (!conditions.empty()) conditions += ", ";
    append_condition(conditions, of, until, delay, plan);
  };
  if (time.after.has_value()) add(*time.after, time.ready ? "ready" : "ended", time.offset);
  if (time.since_start > Duration(0)) add(*time.after, "started", time.since_start + time.offset);
  const bool several = time.since_start > Duration(0) || !step.after_ready.empty();
  for (const StepIndex before : step.after_ready) add(before, "ready", Duration(0));
  if (!time.after.has_value()) out += fmt::format(", \"startsAt\": {}", milliseconds(time.offset));
  if (conditions.empty()) return;
  out += ", \"startsAfter\": " + (several ? "[" + conditions + "]" : conditions);
}

/// Of a plan that is no list.
void append_start_json(std::string& out, const Step& step, const Plan& plan) {
  constexpr std::array words{"started", "ready", "ended"};
  const char* before = R"(, "startsAfter": [)";
  for (const StartCondition& condition : start_conditions(plan, step)) {
    out += std::exchange(before, ", ");
    append_condition(out, condition.step, words[static_cast<std::size_t>(condition.until)], condition.delay,
                     plan);
  }
  out += before == std::string_view(", ") ? "]" : R"(, "startsAfter": [])";
}

void append_restart_json(std::string& out, const Step& step) {
  out += ", \"restart\": ";
  if (restarted_on(step) == Restart::On::no) {
    out += "null";
    return;
  }
  const Restart& restart = step.restart;
  out += fmt::format(R"({{"on": "{}", "max": {}, "windowMs": {}, "delayMs": {}, "maxDelayMs": {}}})",
                     word_of(restarted_on(step)), restart.max, milliseconds(restart.window),
                     milliseconds(restart.delay), milliseconds(restart.max_delay));
}

void append_ids_json(std::string& out, const char* key, const std::vector<StepIndex>& steps,
                     const Plan& plan) {
  out += fmt::format(R"(, "{}": [)", key);
  const char* before = "";
  for (const StepIndex step : steps) {
    out += std::exchange(before, ", ");
    append_json(out, to_string(plan.steps[position(step)].id));
  }
  out += ']';
}

void append_ports_json(std::string& out, const Step& step) {
  const char* before = R"(, "ports": {)";
  for (const Port& port : step.ports) {
    out += std::exchange(before, ", ");
    append_json(out, port.name);
    out += fmt::format(": {}", port.number);
  }
  if (!step.ports.empty()) out += '}';
}

/// Only what a record has told.
void append_last_json(std::string& out, const history::LastTimes& last) {
  if (last.ready) out += fmt::format(R"(, "lastReadyMs": {})", milliseconds(*last.ready));
  if (last.ran) out += fmt::format(R"(, "lastRanMs": {})", milliseconds(*last.ran));
}

void append_critical_path_json(std::string& out, const Plan& plan, const PlanNotes& notes) {
  const CriticalPath path = critical_path(plan, notes.last);
  if (path.steps.empty()) return;
  out += ",\n  \"criticalPath\": {\"lengthMs\": " + std::to_string(milliseconds(path.length));
  append_ids_json(out, "steps", path.steps, plan);
  out += '}';
}

/// Without its closing brace.
void append_step_json(std::string& out, const Step& step, const prepare::StepCommand& command,
                      const StartTime* time, const Plan& plan, const Locate& locate) {
  out += "{\"id\": ";
  append_json(out, to_string(step.id));
  out += ", \"project\": ";
  append_json(out, step.id.project);
  out += ", \"task\": ";
  append_json(out, step.id.task);
  out += ", \"executor\": ";
  append_text_or_null(out, step.gathers ? std::string() : step.executor);
  out += fmt::format(R"(, "background": {}, "required": {}, "service": {}, "delayMs": {})", step.background,
                     step.required, step.service, milliseconds(step.delay));
  out += ", \"timeoutMs\": ";
  out += step.timeout.has_value() ? std::to_string(milliseconds(*step.timeout)) : "null";
  out += fmt::format(R"(, "stdin": "{}")", step.interactive ? "terminal" : word_of(input_of(step)));
  out += R"(, "stop": {"signal": )";
  append_text_or_null(out, step.stop_signal ? signal_name(*step.stop_signal) : std::string());
  out += fmt::format(R"(, "graceMs": {}, "to": "{}"}}, "leftovers": "{}")", milliseconds(step.stop_grace),
                     step.stop_to == StopTo::root ? "root" : "tree",
                     step.leftovers == Leftovers::keep ? "keep" : "end");
  append_restart_json(out, step);
  if (!step.restart_with.empty()) append_ids_json(out, "restartsWith", step.restart_with, plan);
  if (step.finally) out += R"(, "finally": true)";
  append_ports_json(out, step);
  out += ", \"from\": ";
  append_place(out, step.where, locate);
  out += ", \"runs\": ";
  append_text_or_null(out, command.line);
  out += ", \"problem\": ";
  append_text_or_null(out, command.problem);
  if (step.requested) out += R"(, "requested": true)";
  append_ids_json(out, "needs", step.needs, plan);
  if (time == nullptr && !step.finally) append_start_json(out, step, plan);
  if (time != nullptr && !step.finally) append_start_json(out, step, *time, plan);
}

std::vector<std::string> requested_of(const Plan& plan) {
  std::vector<std::string> requested;
  for (const Step& step : plan.steps)
    if (step.requested || &step == &plan.steps.back()) requested.push_back(to_string(step.id));
  return requested;
}

}  // namespace

std::string plan_text(const Plan& plan, const PlanNotes& notes, const Locate& locate,
                      const TextStyle& style) {
  DREAM_ASSERT(!plan.steps.empty());
  constexpr std::size_t most_named = 3;
  const std::vector<std::string> requested = requested_of(plan);
  std::string title = "Plan of ";
  append_printable(
      title, requested.size() > most_named ? count_of(requested.size(), "task") : join_words(requested));
  title += ": " + count_of(plan.steps.size(), "step");
  if (plan.recursive) title += ", recursive";
  if (!plan.is_list) title += ", up to " + count_of(plan.jobs, "job") + " at once";
  if (plan.keep_going) title += ", keeps going after a failure";
  std::string out;
  append_toned(out, title, Tone::strong, style.colour);
  out += "\n\n";
  append_steps(out, plan, locate, style);
  append_commands(out, plan, notes.commands, style);
  append_ignored(out, plan, locate, style);
  append_left_out(out, plan, locate, style);
  append_toned(out, "\nTimeline\n", Tone::strong, style.colour);
  out += timeline_text(plan, style);
  append_critical_path(out, plan, notes.last, style);
  return out;
}

std::string plan_json(const Plan& plan, const PlanNotes& notes, const Locate& locate) {
  DREAM_ASSERT(!plan.steps.empty());
  const std::vector<std::string> requested = requested_of(plan);
  std::string out = "{\n  \"requested\": ";
  if (requested.size() == 1)
    append_json(out, requested.front());
  else
    out += output::texts_json(requested);
  out += fmt::format(",\n  \"recursive\": {},\n  \"jobs\": {},\n  \"keepGoing\": {},\n  \"steps\": [",
                     plan.recursive, plan.jobs, plan.keep_going);
  const std::vector<StartTime> times = plan.is_list ? start_times(plan) : std::vector<StartTime>();
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    out += at == 0 ? "\n    " : ",\n    ";
    append_step_json(out, plan.steps[at],
                     notes.commands.empty() ? prepare::StepCommand{} : notes.commands[at],
                     plan.is_list ? &times[at] : nullptr, plan, locate);
    if (!notes.last.empty()) append_last_json(out, notes.last[at]);
    out += '}';
  }
  out += "\n  ],\n  \"ignored\": [";
  const char* before = "\n    ";
  for (const IgnoredMention& mention : plan.ignored) {
    out += before;
    out += "{\"id\": ";
    append_json(out, to_string(plan.steps[position(mention.step)].id));
    out += ", \"from\": ";
    append_place(out, mention.where, locate);
    out += ", \"differences\": ";
    append_json(out, mention.differences);
    out += '}';
    before = ",\n    ";
  }
  out += plan.ignored.empty() ? "]" : "\n  ]";
  append_critical_path_json(out, plan, notes);
  out += R"(,
  "leftOut": [)";
  before = "\n    ";
  for (const LeftOut& left : plan.left_out) {
    out += std::exchange(before, ",\n    ");
    out += "{\"id\": ";
    append_json(out, to_string(left.id));
    out += ", \"profiles\": " + output::texts_json(left.profiles) + ", \"from\": ";
    append_place(out, left.where, locate);
    out += '}';
  }
  out += plan.left_out.empty() ? "]\n}\n" : "\n  ]\n}\n";
  return out;
}

}  // namespace dream::cli
