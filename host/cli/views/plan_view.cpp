#include "cli/views/plan_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/process.hpp"
#include "cli/views/timeline.hpp"

namespace dream::cli {

namespace {

std::string attributes_of(const Step& step, bool last) {
  std::string text = step.background ? "background" : "foreground";
  if (step.service) text += ", service";
  text += step.required ? ", required" : ", optional";
  if (step.delay > Duration(0)) {
    if (!step.background) text += fmt::format(", waits {} ms first", milliseconds(step.delay));
    if (step.background && !last) text += fmt::format(", next after {} ms", milliseconds(step.delay));
  }
  if (step.leftovers == Leftovers::keep) text += ", keeps leftovers";
  if (step.timeout.has_value()) text += fmt::format(", timeout {} ms", milliseconds(*step.timeout));
  return text;
}

std::string start_of(const StartTime& time, const Plan& plan) {
  if (!time.after.has_value()) return fmt::format("+{} ms", milliseconds(time.offset));
  std::string text = "after " + to_string(plan.steps[position(*time.after)].id);
  if (time.offset > Duration(0)) text += fmt::format(" +{} ms", milliseconds(time.offset));
  return text;
}

/// The requested step comes from the command line, every other one from an entry.
std::string source_of(const Step& step, const Locate& locate) {
  return step.where.known() ? locate(step.where) : "requested";
}

void append_steps(std::string& out, const Plan& plan, const Locate& locate, const TextStyle& style) {
  const std::vector<StartTime> times = start_times(plan);
  const std::size_t digits = std::to_string(plan.steps.size()).size();
  Table table({Tone::faint, Tone::strong, Tone::plain, Tone::plain, Tone::plain, Tone::faint}, style.colour);
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    table.add({fmt::format("{:>{}}", at + 1, digits), to_string(step.id), step.executor,
               attributes_of(step, at + 1 == plan.steps.size()), start_of(times[at], plan),
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

void append_step_json(std::string& out, const Step& step, const prepare::StepCommand& command,
                      const StartTime& time, const Plan& plan, const Locate& locate) {
  out += "{\"id\": ";
  append_json(out, to_string(step.id));
  out += ", \"project\": ";
  append_json(out, step.id.project);
  out += ", \"task\": ";
  append_json(out, step.id.task);
  out += ", \"executor\": ";
  append_json(out, step.executor);
  out += fmt::format(R"(, "background": {}, "required": {}, "service": {}, "delayMs": {})", step.background,
                     step.required, step.service, milliseconds(step.delay));
  out += ", \"timeoutMs\": ";
  out += step.timeout.has_value() ? std::to_string(milliseconds(*step.timeout)) : "null";
  out += R"(, "stop": {"signal": )";
  append_json(out, signal_name(step.stop_signal));
  out += fmt::format(R"(, "graceMs": {}}}, "leftovers": "{}", "from": )", milliseconds(step.stop_grace),
                     step.leftovers == Leftovers::keep ? "keep" : "end");
  append_place(out, step.where, locate);
  out += ", \"runs\": ";
  append_text_or_null(out, command.line);
  out += ", \"problem\": ";
  append_text_or_null(out, command.problem);
  if (time.after.has_value()) {
    out += R"(, "startsAfter": {"id": )";
    append_json(out, to_string(plan.steps[position(*time.after)].id));
    out += fmt::format(", \"delayMs\": {}}}}}", milliseconds(time.offset));
  } else {
    out += fmt::format(", \"startsAt\": {}}}", milliseconds(time.offset));
  }
}

}  // namespace

std::string plan_text(const Plan& plan, const std::vector<prepare::StepCommand>& commands,
                      const Locate& locate, const TextStyle& style) {
  DREAM_ASSERT(!plan.steps.empty());
  std::string title = "Plan of ";
  append_printable(title, to_string(plan.steps.back().id));
  title += ": " + count_of(plan.steps.size(), "step");
  if (plan.recursive) title += ", recursive";
  std::string out;
  append_toned(out, title, Tone::strong, style.colour);
  out += "\n\n";
  append_steps(out, plan, locate, style);
  append_commands(out, plan, commands, style);
  append_ignored(out, plan, locate, style);
  append_toned(out, "\nTimeline\n", Tone::strong, style.colour);
  out += timeline_text(plan, style);
  return out;
}

std::string plan_json(const Plan& plan, const std::vector<prepare::StepCommand>& commands,
                      const Locate& locate) {
  DREAM_ASSERT(!plan.steps.empty());
  std::string out = "{\n  \"requested\": ";
  append_json(out, to_string(plan.steps.back().id));
  out += fmt::format(",\n  \"recursive\": {},\n  \"steps\": [", plan.recursive);
  const std::vector<StartTime> times = start_times(plan);
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    out += at == 0 ? "\n    " : ",\n    ";
    append_step_json(out, plan.steps[at], commands.empty() ? prepare::StepCommand{} : commands[at], times[at],
                     plan, locate);
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
  out += plan.ignored.empty() ? "]\n}\n" : "\n  ]\n}\n";
  return out;
}

}  // namespace dream::cli
