#include "control/run_answers.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "output/outcome_json.hpp"
#include "output/summary.hpp"
#include "probe/listeners.hpp"

namespace dream::control {

namespace {

constexpr const char* nobody_looks = "wasn't ready in time, and nobody looks any more";

std::string name_of(const Plan& plan, StepIndex step) {
  return to_string(plan.steps[position(step)].id);
}

long milliseconds_since(Instant since, Instant now) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - since).count();
}

/// Of a whole tree: the time on processors, and the memory that it has for itself and shares.
void add_use(JsonLine& json, const std::vector<process::ProcessStatus>& tree) {
  std::uint64_t ticks = 0;
  std::uint64_t pages = 0;
  for (const process::ProcessStatus& process : tree) {
    ticks += process.processor_ticks;
    pages += process.resident_pages;
  }
  const auto ticks_a_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  const auto page_kib = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
  json.member("cpuMs", ticks * 1000 / ticks_a_second).member("memoryKiB", pages * page_kib);
}

bool has_process(State state) {
  return state != State::pending && state != State::ended && state != State::backoff;
}

void add_ports(JsonLine& json, const std::vector<process::ProcessStatus>& tree) {
  const probe::Sockets sockets = probe::sockets_of(tree);
  std::set<std::uint16_t> ports;
  for (const probe::Listener& listener : sockets.listeners)
    if (sockets.own.contains(listener.inode)) ports.insert(listener.port);
  json.member("ports", ports);
}

/// Those that a pending step waits for: none of them has released it.
std::vector<StepIndex> waits_for(const engine::Engine& engine, StepIndex step) {
  std::vector<StepIndex> steps;
  for (const engine::Awaited& one : engine.waits_of(step))
    if (!one.until) steps.push_back(one.step);
  return steps;
}

/// Of a step that waits for a delay until `gate`.
std::string sentence_on_delay(const Plan& plan, const engine::Engine& engine, StepIndex step, Instant gate,
                              Instant now) {
  const Duration left = std::max(gate - now, Duration::zero());
  engine::Awaited last{{}, now};
  for (const engine::Awaited& one : engine.waits_of(step))
    if (one.until > last.until) last = one;
  const Duration of_other = *last.until - now;
  if (of_other == Duration::zero()) return fmt::format("its delay: {} more", human_duration(left));
  std::string text =
      fmt::format("the delay of {}: {} more", name_of(plan, last.step), human_duration(of_other));
  if (left > of_other) text += fmt::format(", then its own of {}", human_duration(left - of_other));
  return text;
}

/// One sentence on what keeps a step where it is; empty: nothing does. `before`: those that it waits for.
std::string reason_of(const RunState& run, const engine::Engine& engine, StepIndex step,
                      std::span<const StepIndex> before, Instant now) {
  const StepState& known = run.of(step);
  const Plan& plan = run.plan();
  if (known.state == State::pending) {
    if (run.stopping() && !plan.steps[position(step)].finally) return "the run is being stopped";
    if (const auto failed = engine.barred_by(step))
      return "it is skipped, as it needs " + name_of(plan, *failed) + ", which has failed";
    if (const auto gate = engine.gate_of(step)) return sentence_on_delay(plan, engine, step, *gate, now);
    if (before.empty() && plan.steps[position(step)].finally && !engine.is_at_its_end())
      return "waits for the end of the run";
    if (before.empty()) return plan.is_list ? "" : "a free slot";
    constexpr std::size_t most_named = 4;
    std::vector<std::string> names;
    for (std::size_t at = 0; at < std::min(before.size(), most_named); ++at)
      names.push_back(name_of(plan, before[at]));
    if (before.size() > most_named) names.push_back(fmt::format("{} more", before.size() - most_named));
    return "waits for " + join_words(names);
  }
  if (known.state == State::backoff && known.again && *known.again <= now) return "its next attempt is due";
  if (known.state == State::backoff && known.again)
    return fmt::format("the next attempt in {}", human_duration(*known.again - now));
  if (known.state == State::running && known.not_ready) return nobody_looks;
  if (known.state == State::running && known.probing && !known.probing->what.empty())
    return "isn't ready: " + known.probing->what;
  if (known.state == State::unhealthy) return known.unhealthy;
  return {};
}

std::string sentence_on_end(const RunState& run, StepIndex step) {
  const engine::Outcome& outcome = run.of(step).outcome;
  const std::string text = output::explain(outcome, run.plan().steps[position(step)], run.plan());
  return text.empty() ? std::string(output::word(outcome.kind)) : text;
}

/// As "has been" goes on.
std::string words_on(State state) {
  if (state == State::ended) return "over";
  return state == State::backoff ? "in backoff" : word_of(state);
}

/// Of a later one: which it is, and why there is another.
std::string sentence_on_attempt(const RunState& run, StepIndex step) {
  const StepState& known = run.of(step);
  std::string text = fmt::format(", attempt {}", known.attempt);
  const bool is_told = known.state == State::ended || known.state == State::backoff;
  if (!is_told) text += fmt::format(" (the one before: {})", sentence_on_end(run, step));
  return text;
}

/// What each step waits for, one after the other from the first: in a list, of thousands, those of one are
/// those of the one before and perhaps itself.
class WaitsInOrder {
 public:
  WaitsInOrder(const RunState& run, const engine::Engine& engine) : run_(run), engine_(engine) {}

  std::span<const StepIndex> next() {
    const auto step = StepIndex(at_++);
    const Step& settings = run_.plan().steps[position(step)];
    const bool pending = run_.of(step).state == State::pending;
    const bool in_order = run_.plan().is_list && !settings.finally;
    const std::size_t before = in_list_.size();
    if (in_order && !engine_.has_released(step)) in_list_.push_back(step);
    if (!pending) return {};
    if (in_order && settings.after_ready.empty()) return {in_list_.data(), before};
    own_ = waits_for(engine_, step);
    return own_;
  }

 private:
  const RunState& run_;
  const engine::Engine& engine_;
  std::size_t at_ = 0;
  std::vector<StepIndex> in_list_;
  std::vector<StepIndex> own_;
};

}  // namespace

void add_steps(JsonLine& json, const RunState& run, const RunAccess& access, Instant now) {
  const Plan& plan = run.plan();
  const engine::Engine& engine = access.engine();
  WaitsInOrder waits(run, engine);
  std::vector<pid_t> roots;
  for (std::size_t at = 0; at < plan.steps.size(); ++at)
    roots.push_back(has_process(run.of(StepIndex(at)).state) ? access.pid_of(StepIndex(at)) : 0);
  const auto trees = access.trees_of(roots);
  json.begin_array("steps");
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const Step& step = plan.steps[at];
    const StepState& known = run.of(StepIndex(at));
    const std::span<const StepIndex> before = waits.next();
    json.begin_object()
        .member("step", to_string(step.id))
        .member("state", word_of(known.state))
        .member("sinceMs", milliseconds_since(known.since, now))
        .member("attempt", known.attempt);
    if (roots[at] != 0) {
      json.member("pid", roots[at]);
      add_use(json, trees[at]);
      add_ports(json, trees[at]);
    } else if (has_process(known.state)) {
      if (const std::string detail = access.detail_of(StepIndex(at)); !detail.empty())
        json.member("detail", detail);
    }
    if (const std::string why = reason_of(run, engine, StepIndex(at), before, now); !why.empty())
      json.member("why", why);
    if (known.state == State::ended || known.state == State::backoff)
      output::add_end(json, known.outcome, plan);
    json.text_or_null("from", step.where.known() ? access.place_of(step.where) : std::string());
    json.end_object();
  }
  json.end_array();
}

void add_changes(JsonLine& json, const Plan& plan, std::span<const StepChange> changes) {
  json.begin_array("changes");
  for (const auto& [step, change] : changes)
    json.begin_object()
        .member("step", name_of(plan, step))
        .member("what", change.what)
        .member("before", change.before)
        .member("after", change.after)
        .end_object();
  json.end_array();
}

namespace {

bool is_up(State state) {
  return state == State::running || state == State::ready || state == State::unhealthy;
}

/// In a list all that is pending waits for the same: only the first of it has more to say.
void keep_what_explains(const RunState& run, std::vector<StepIndex>& before) {
  if (!run.plan().is_list) return;
  bool first = true;
  std::erase_if(before, [&](StepIndex step) {
    return run.of(step).state == State::pending && !std::exchange(first, false);
  });
}

}  // namespace

std::vector<std::string> why(const RunState& run, const RunAccess& access, StepIndex step, Instant now) {
  const engine::Engine& engine = access.engine();
  std::vector<std::string> sentences;
  std::set<StepIndex> told;
  std::vector<StepIndex> open{step};
  while (!open.empty()) {
    const StepIndex next = open.back();
    open.pop_back();
    if (!told.insert(next).second) continue;
    const Step& settings = run.plan().steps[position(next)];
    const StepState& known = run.of(next);
    std::string text = fmt::format("{} has been {} for {}", to_string(settings.id), words_on(known.state),
                                   human_duration(now - known.since));
    if (known.attempt > 1) text += sentence_on_attempt(run, next);
    std::vector<StepIndex> before =
        known.state == State::pending ? waits_for(engine, next) : std::vector<StepIndex>();
    if (const std::string reason = reason_of(run, engine, next, before, now); !reason.empty())
      text += ": " + reason;
    if (known.state == State::ended || known.state == State::backoff)
      text += ": " + sentence_on_end(run, next);
    if (is_up(known.state) && settings.interactive && access.takes_typing && access.takes_typing(next))
      text += "; it reads from a terminal of its own: dream ctl attach " +
              shell_quoted(to_string(settings.id)) + " types there";
    text += settings.where.known() ? " (" + access.place_of(settings.where) + ")" : " (requested)";
    sentences.push_back(std::move(text));
    keep_what_explains(run, before);
    std::ranges::reverse(before);
    open.insert(open.end(), before.begin(), before.end());
  }
  if (run.stopping())
    sentences.push_back("the run is being stopped: " + output::explain(*run.why_stopping(), run.plan()));
  return sentences;
}

namespace {

/// "./a:go has ended", "./a:go is held".
std::string sentence_on(const std::string& name, State state) {
  return state == State::ended ? name + " has ended" : fmt::format("{} is {}", name, word_of(state));
}

}  // namespace

Result<engine::Event> event_of(const RunState& run, const engine::Engine& engine, const Request& request,
                               StepIndex step) {
  const Request::What what = request.what;
  const State state = run.of(step).state;
  const bool runs = is_up(state);
  const bool is_over = state == State::ended;
  const bool pauses =
      state == State::held || state == State::backoff || (is_over && engine.may_be_told(step));
  const std::string name = name_of(run.plan(), step);
  if (run.stopping()) return Error{ErrorCode::plan, "the run is being stopped", {}, {}};
  if (run.plan().steps[position(step)].gathers)
    return Error{ErrorCode::plan, name + " has no process", {}, {}};
  const bool starts_again = state == State::starting && run.of(step).was_started;
  if (what == Request::What::stop && (runs || starts_again || state == State::backoff))
    return engine::Event(engine::HoldAsked{step});
  if (what == Request::What::start && pauses) return engine::Event(engine::StartAsked{step});
  if (what == Request::What::restart && (runs || pauses || run.of(step).comes_back))
    return engine::Event(engine::RestartAsked{step, request.with_dependents});
  return Error{ErrorCode::plan,
               sentence_on(name, state),
               {},
               is_over && what != Request::What::stop ? "start it with a run of its own" : std::string()};
}

Result<void> may_attach(const RunState& run, StepIndex step) {
  const State state = run.of(step).state;
  const std::string name = name_of(run.plan(), step);
  if (!run.plan().steps[position(step)].interactive)
    return Error{
        ErrorCode::plan, name + " reads from no terminal", {}, R"(set "interactive": true in dream.json)"};
  if (is_up(state) || state == State::stopping) return {};
  return Error{ErrorCode::plan, sentence_on(name, state), {}, {}};
}

namespace {

/// Why a step can't become so any more.
Error why_not(const RunState& run, StepIndex step) {
  const Step& settings = run.plan().steps[position(step)];
  const StepState& known = run.of(step);
  const std::string name = to_string(settings.id);
  if (known.state == State::ended)
    return {ErrorCode::plan, sentence_on(name, known.state) + ": " + sentence_on_end(run, step), {}, {}};
  if (run.stopping())
    return {ErrorCode::plan,
            "the run is being stopped: " + output::explain(*run.why_stopping(), run.plan()),
            {},
            {}};
  if (known.not_ready) return {ErrorCode::plan, name + " " + nobody_looks, {}, {}};
  return {
      ErrorCode::plan, sentence_on(name, known.state), {}, fmt::format("dream ctl start {} starts it", name)};
}

/// From when on a step counts. One without `ready` can only be up, or have succeeded if others wait for that.
Request::Until wanted_of(const Plan& plan, const Step& settings, Request::Until until) {
  using Until = Request::Until;
  if (until == Until::started || until == Until::ended) return until;
  if (!settings.ready.empty()) return Until::ready;
  const bool stays = settings.background || settings.requested || &settings == &plan.steps.back();
  return stays ? Until::started : Until::ended;
}

Error never_ready(const Step& settings) {
  return {ErrorCode::plan,
          to_string(settings.id) + " has no \"ready\", so nothing tells when it is",
          {},
          "--until started waits for its start, --until ended for its end"};
}

}  // namespace

Result<bool> is_reached(const RunState& run, const Wait& wait, const std::vector<bool>& restarting) {
  using Until = Request::Until;
  const bool as_it_should = wait.until == Until::as_it_should;
  bool all = true;
  for (const StepIndex step : wait.steps) {
    const Step& settings = run.plan().steps[position(step)];
    const StepState& known = run.of(step);
    const Until wanted = wanted_of(run.plan(), settings, wait.until);
    if (wait.named && wait.until == Until::ready && wanted == Until::started) return never_ready(settings);
    const bool is_asked_for = wait.named || wait.until == Until::started || wait.until == Until::ended;
    if (settings.finally && !is_asked_for) continue;  // it runs at the end
    const bool over = known.state == State::ended;
    const bool succeeded = over && known.outcome.kind == engine::OutcomeKind::succeeded;
    const bool stops = run.stopping() && !settings.finally;  // what runs at the end is yet to begin
    const bool is_ready = known.state == State::ready || known.state == State::unhealthy;
    const bool is_so = wanted == Until::started ? is_up(known.state) : wanted == Until::ready && is_ready;
    if ((is_so && !stops && !restarting[position(step)]) || succeeded) continue;
    const bool optional = as_it_should && !wait.named && !settings.required;
    const bool has_run = wanted == Until::started && known.state == State::backoff;
    if (optional && has_run && !stops) continue;  // nothing tells when it is well
    const bool is_lost = over || known.state == State::held ||
                         (wanted == Until::ready && known.not_ready && is_up(known.state));
    if ((is_lost || stops) && !(is_lost && optional)) return why_not(run, step);
    all = all && is_lost;
  }
  return all;
}

}  // namespace dream::control
