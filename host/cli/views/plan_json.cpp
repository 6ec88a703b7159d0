#include <array>
#include <string_view>

#include "base/assert.hpp"
#include "base/json_builder.hpp"
#include "base/process.hpp"
#include "cli/views/critical_path.hpp"
#include "cli/views/plan_view.hpp"
#include "cli/views/timeline.hpp"
#include "output/outcome_json.hpp"

namespace dream::cli {

namespace {

void add_condition(JsonPage& json, StepIndex step, std::string_view until, Duration delay, const Plan& plan) {
  json.begin_object()
      .member("id", to_string(plan.steps[position(step)].id))
      .member("until", until)
      .member("delayMs", milliseconds(delay))
      .end_object();
}

/// One condition, or an array when all of several must hold.
void add_start(JsonPage& json, const Step& step, const StartTime& time, const Plan& plan) {
  if (!time.after) json.member("startsAt", milliseconds(time.offset));
  if (!time.after && step.after_ready.empty()) return;
  const bool several = time.since_start > Duration(0) || !step.after_ready.empty();
  json.key("startsAfter");
  if (several) json.begin_array();
  if (time.after) add_condition(json, *time.after, time.ready ? "ready" : "ended", time.offset, plan);
  if (time.since_start > Duration(0))
    add_condition(json, *time.after, "started", time.since_start + time.offset, plan);
  for (const StepIndex before : step.after_ready) add_condition(json, before, "ready", Duration(0), plan);
  if (several) json.end_array();
}

/// Of a plan that is no list.
void add_start(JsonPage& json, StepIndex step, const Plan& plan) {
  constexpr std::array words{"started", "ready", "ended"};
  json.begin_array("startsAfter");
  for (const StartCondition& condition : start_conditions(plan, step))
    add_condition(json, condition.step, words[static_cast<std::size_t>(condition.until)], condition.delay,
                  plan);
  json.end_array();
}

void add_restart(JsonPage& json, const Step& step) {
  const Restart& restart = step.restart;
  if (restarted_on(step) == Restart::On::no) {
    json.null("restart");
    return;
  }
  json.begin_object("restart")
      .member("on", word_of(restarted_on(step)))
      .member("max", restart.max)
      .member("windowMs", milliseconds(restart.window))
      .member("delayMs", milliseconds(restart.delay))
      .member("maxDelayMs", milliseconds(restart.max_delay))
      .end_object();
}

void add_ports(JsonPage& json, const Step& step) {
  if (step.ports.empty()) return;
  json.begin_object("ports");
  for (const Port& port : step.ports) json.member(port.name, port.number);
  json.end_object();
}

void add_process(JsonPage& json, const Step& step) {
  json.member("timeoutMs", step.timeout ? std::optional(milliseconds(*step.timeout)) : std::nullopt)
      .member("stdin", step.interactive ? "terminal" : word_of(input_of(step)))
      .begin_object("stop")
      .text_or_null("signal", step.stop_signal ? signal_name(*step.stop_signal) : std::string())
      .member("graceMs", milliseconds(step.stop_grace))
      .member("to", step.stop_to == StopTo::root ? "root" : "tree")
      .end_object()
      .member("leftovers", step.leftovers == Leftovers::keep ? "keep" : "end");
}

void add_environment(JsonPage& json, const prepare::StepCommand& command) {
  if (command.environment.empty()) return;
  json.begin_object("env");
  for (const auto& [name, value] : command.environment) json.member(name, value);
  json.end_object();
}

/// Without its end.
void begin_step(JsonPage& json, const Step& step, const prepare::StepCommand& command, const Plan& plan,
                const Locate& locate) {
  json.begin_object().member("id", to_string(step.id));
  output::add_settings(json, step);
  json.member("delayMs", milliseconds(step.delay));
  add_process(json, step);
  add_restart(json, step);
  if (!step.restart_with.empty()) json.member("restartsWith", ids_of(plan, step.restart_with));
  if (step.finally) json.member("finally", true);
  add_ports(json, step);
  add_environment(json, command);
  json.text_or_null("from", place_of(step.where, locate))
      .text_or_null("runs", command.line)
      .text_or_null("problem", command.problem);
  if (step.requested) json.member("requested", true);
  json.member("needs", ids_of(plan, step.needs));
}

void add_steps(JsonPage& json, const Plan& plan, const PlanNotes& notes, const Locate& locate) {
  const std::vector<StartTime> times = plan.is_list ? start_times(plan) : std::vector<StartTime>();
  json.begin_array("steps");
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    begin_step(json, step, notes.commands.empty() ? prepare::StepCommand{} : notes.commands[at], plan,
               locate);
    if (!step.finally && plan.is_list) add_start(json, step, times[at], plan);
    if (!step.finally && !plan.is_list) add_start(json, StepIndex(at), plan);
    if (!notes.last.empty() && notes.last[at].ready)
      json.member("lastReadyMs", milliseconds(*notes.last[at].ready));
    if (!notes.last.empty() && notes.last[at].ran)
      json.member("lastRanMs", milliseconds(*notes.last[at].ran));
    json.end_object();
  }
  json.end_array();
}

void add_ignored(JsonPage& json, const Plan& plan, const Locate& locate) {
  json.begin_array("ignored");
  for (const IgnoredMention& mention : plan.ignored)
    json.begin_object()
        .member("id", to_string(plan.steps[position(mention.step)].id))
        .text_or_null("from", place_of(mention.where, locate))
        .member("differences", mention.differences)
        .end_object();
  json.end_array();
}

void add_left_out(JsonPage& json, const Plan& plan, const Locate& locate) {
  json.begin_array("leftOut");
  for (const LeftOut& left : plan.left_out)
    json.begin_object()
        .member("id", to_string(left.id))
        .member("profiles", left.profiles)
        .text_or_null("from", place_of(left.where, locate))
        .end_object();
  json.end_array();
}

}  // namespace

std::string plan_json(const Plan& plan, const PlanNotes& notes, const Locate& locate) {
  DREAM_ASSERT(!plan.steps.empty());
  const std::vector<std::string> requested = requested_ids(plan);
  JsonPage json;
  json.begin_object();
  if (requested.size() == 1)
    json.member("requested", requested.front());
  else
    json.member("requested", requested);
  json.member("recursive", plan.recursive).member("jobs", plan.jobs).member("keepGoing", plan.keep_going);
  add_steps(json, plan, notes, locate);
  add_ignored(json, plan, locate);
  if (const CriticalPath path = critical_path(plan, notes.last); !path.steps.empty())
    json.begin_object("criticalPath")
        .member("lengthMs", milliseconds(path.length))
        .member("steps", ids_of(plan, path.steps))
        .end_object();
  add_left_out(json, plan, locate);
  json.begin_array("notFollowed");
  for (const auto& [project, needed, task] : notes.unfollowed)
    json.begin_object().member("project", project).member("id", to_string(StepId{needed, task})).end_object();
  json.end_array();
  return json.end_object().line();
}

}  // namespace dream::cli
