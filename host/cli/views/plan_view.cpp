#include "cli/views/plan_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "cli/views/critical_path.hpp"
#include "cli/views/timeline.hpp"

namespace dream::cli {

namespace {

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

std::string start_of(StepIndex index, const Plan& plan) {
  const Step& step = plan.steps[position(index)];
  using Until = StartCondition::Until;
  constexpr std::size_t most_named = 4;
  if (step.finally) return "when all but services have ended";
  const std::vector<StartCondition> conditions = start_conditions(plan, index);
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
               plan.is_list ? start_of(times[at], step, plan) : start_of(StepIndex(at), plan),
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

void append_unfollowed(std::string& out, const std::set<prepare::ProjectGraph::Unfollowed>& unfollowed,
                       const TextStyle& style) {
  if (unfollowed.empty()) return;
  append_toned(out,
               "\nNot waited for (a development or peer dependency that would close a cycle of manifests)\n",
               Tone::warning, style.colour);
  for (const auto& [project, needed, task] : unfollowed) {
    out += "  ";
    append_printable(out, project + " doesn't wait for " + to_string(StepId{needed, task}));
    out += '\n';
  }
}

}  // namespace

std::string plan_text(const Plan& plan, const PlanNotes& notes, const Locate& locate,
                      const TextStyle& style) {
  DREAM_ASSERT(!plan.steps.empty());
  constexpr std::size_t most_named = 3;
  const std::vector<std::string> requested = requested_ids(plan);
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
  append_unfollowed(out, notes.unfollowed, style);
  append_toned(out, "\nTimeline\n", Tone::strong, style.colour);
  out += timeline_text(plan, style);
  append_critical_path(out, plan, notes.last, style);
  return out;
}

}  // namespace dream::cli
