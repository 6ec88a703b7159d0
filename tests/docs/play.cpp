#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "cli/command_line/parse.hpp"
#include "config/discovery.hpp"
#include "config/load.hpp"
#include "docs/diagram.hpp"
#include "docs/scenario.hpp"
#include "engine/engine.hpp"
#include "output/label.hpp"
#include "output/summary.hpp"
#include "plan/plan.hpp"
#include "probe/schedule.hpp"
#include "support/temporary_folder.hpp"

namespace dream::docs {
namespace {

using namespace engine;

long long milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

cli::Options options_of(const std::string& command_line) {
  std::istringstream stream(command_line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  std::vector<const char*> arguments;
  arguments.reserve(words.size());
  for (const std::string& word : words) arguments.push_back(word.c_str());
  const auto parsed = cli::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
  if (!parsed) throw std::runtime_error(command_line + ": " + parsed.error().message);
  return std::get<cli::Invocation>(*parsed).options;
}

Plan plan_of(const std::string& command_line, const std::filesystem::path& example) {
  const cli::Options options = options_of(command_line);
  const std::vector<std::string> executors{"shell", "npm", "deno", "docker", "ssh", "slurm", "kubernetes"};
  const auto loaded = config::load(example / "dream.json", executors);
  if (!loaded || !loaded->problems.empty()) throw std::runtime_error(example.string() + " has problems");
  const auto project =
      config::project_of_folder(loaded->workspace, example / options.directory.value_or("."));
  if (!project) throw std::runtime_error(project.error().message);
  auto plan = make_plan(loaded->workspace, {.ids = {{*project, options.tasks.at(0)}},
                                            .recursive = options.recursive,
                                            .stop_grace = options.grace,
                                            .arguments = options.arguments,
                                            .jobs = options.jobs.value_or(2),
                                            .keep_going = options.keep_going});
  if (!plan) throw std::runtime_error(plan.error().error.message);
  return std::move(*plan);
}

class Stage {
 public:
  Stage(const Scenario& scenario, Plan plan)
      : plan_(std::move(plan)),
        names_(output::short_names(plan_)),
        ends_(plan_.steps.size()),
        found_(plan_.steps.size()),
        attempts_(plan_.steps.size()),
        started_(plan_.steps.size()),
        rows_(plan_.steps.size()),
        signals_(scenario.signals),
        engine_(plan_) {
    auto given = scenario.steps;
    for (const std::string& name : names_) {
      const auto found = given.extract(name);
      if (!found) throw std::runtime_error("nothing is given for " + name);
      behaviours_.push_back(found.mapped());
    }
    if (!given.empty()) throw std::runtime_error("no step is called " + given.begin()->first);
  }

  std::string play() {
    feed(Begin{});
    while (!finished_) advance();
    for (std::size_t step = 0; step < rows_.size(); ++step) finish_row(step);
    return table_ + "\n" + diagram(rows_, times_);
  }

 private:
  /// The next thing happens: the end of a process, a signal, or a deadline of the engine.
  void advance() {
    const auto end = std::min_element(ends_.begin(), ends_.end(), [](const auto& a, const auto& b) {
      return a && (!b || a->first < b->first);
    });
    const auto deadline = engine_.next_deadline();
    const auto found = std::min_element(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return a && (!b || a->first < b->first);
    });
    const auto before = [&](Instant at) { return !deadline || at <= *deadline; };
    if (*end && (!*found || (*end)->first <= (*found)->first) && before((*end)->first) &&
        (signals_.empty() || (*end)->first <= signals_.begin()->first)) {
      now_ = (*end)->first;
      const ExitStatus status = std::exchange(*end, std::nullopt)->second;
      feed(Exited{attempts_[static_cast<std::size_t>(end - ends_.begin())], status});
    } else if (*found && before((*found)->first) &&
               (signals_.empty() || (*found)->first <= signals_.begin()->first)) {
      now_ = (*found)->first;
      feed(std::exchange(*found, std::nullopt)->second);
    } else if (!signals_.empty() && before(signals_.begin()->first)) {
      now_ = signals_.begin()->first;
      say("Ctrl-C");
      feed(Interrupted{signals_.extract(signals_.begin()).mapped()});
    } else if (deadline) {
      now_ = *deadline;
      feed(TimePassed{});
    } else {
      throw std::runtime_error("this run never ends");
    }
  }

  void feed(const Event& first) {
    std::deque<Event> events{first};
    for (; !events.empty(); events.pop_front()) {
      engine_.handle(now_, events.front());
      for (const Action& action : engine_.take_actions()) {
        perform(action);
        // A process needs no time to start.
        if (const auto* start = std::get_if<Start>(&action)) {
          attempts_[position(start->attempt.step)] = start->attempt;
          events.emplace_back(Started{start->attempt});
        }
      }
    }
  }

  void perform(const Action& action) {
    std::visit(Overloaded{[](const Start&) {},
                          [](const StillEnding&) {},
                          [](const GiveUp&) {},
                          [](const GiveUpReader&) {},
                          [](const LeftoversFound&) {},
                          [](const StillProbing&) {},
                          [&](const BeginProbing& what) {
                            const auto ready = behaviour(what.attempt.step).ready;
                            if (ready)
                              found_[position(what.attempt.step)] = {now_ + *ready, Ready{what.attempt}};
                          },
                          [&](const EndProbing& what) { found_[position(what.attempt.step)].reset(); },
                          [&](const StepReady& what) { say(name(what.step) + " is ready"); },
                          [&](const StepNotReady& what) { say(name(what.step) + " isn't ready"); },
                          [&](const StepStarted& what) { on_start(what.step); },
                          [&](const StepEnded& what) { on_end(what.step); },
                          [&](const AttemptEnded& what) {
                            on_end(what.attempt.step,
                                   fmt::format("; again in {} ms", milliseconds(what.again_in)));
                            rows_[position(what.attempt.step)].pauses.emplace_back(now_, now_);
                          },
                          [](const StepHeld&) {},
                          [&](const StepRestarted& what) {
                            rows_[position(what.attempt.step)].pauses.back().second = now_;
                            on_start(what.attempt.step);
                          },
                          [&](const BeginHealth& what) { watch(what.attempt); },
                          [&](const EndHealth& what) { found_[position(what.attempt.step)].reset(); },
                          [&](const StepUnhealthy& what) { say(name(what.step) + " is unhealthy"); },
                          [&](const StepHealthy& what) { say(name(what.step) + " is healthy again"); },
                          [&](const Terminate& what) { terminate(what); },
                          [&](const DelayBegan& what) {
                            say(fmt::format("{} starts in {} ms", name(what.next), milliseconds(what.delay)));
                          },
                          [&](const WaitingForBackground& what) {
                            std::vector<std::string> names;
                            for (const StepIndex step : what.steps) names.push_back(name(step));
                            say("nothing is left to do but to wait for " + join_words(names));
                          },
                          [&](const Stopping& what) {
                            stopped_ = now_;
                            interrupted_ = what.reason == RunStop(StoppedBySignal{2});
                            say("the run is stopped: " + output::explain(what.reason, plan_));
                          },
                          [&](const Finish& what) {
                            finished_ = true;
                            say(fmt::format("the run ends with {}", what.exit_code));
                          }},
               action);
  }

  void on_start(StepIndex step) {
    const Behaviour& behaviour = this->behaviour(step);
    started_[position(step)] = now_;
    if (behaviour.runs) ends_[position(step)] = {now_ + *behaviour.runs, behaviour.exits};
    say(name(step) + " starts");
  }

  /// A try that is answered takes no time; one that isn't, as long as a try may take.
  void watch(Attempt attempt) {
    const std::optional<Duration> hangs = behaviour(attempt.step).hangs;
    if (!hangs) return;
    const Health& health = *plan_.steps[position(attempt.step)].health;
    Instant at = now_ + health.every;
    while (at < started_[position(attempt.step)] + *hangs) at += health.every;
    at += probe::longest_try;
    for (std::size_t failures = 1; failures < health.failures; ++failures)
      at += health.every + probe::longest_try;
    found_[position(attempt.step)] = {at, Unhealthy{attempt, "no answer"}};
  }

  void on_end(StepIndex step, const std::string& next = {}) {
    ends_[position(step)].reset();
    const Outcome& outcome = engine_.outcomes()[position(step)];
    const std::string why = output::explain(outcome, plan_.steps[position(step)], plan_);
    say(fmt::format("{}: {}{}{}{}", name(step), output::word(outcome.kind), why.empty() ? "" : ", ", why,
                    next));
  }

  void terminate(const Terminate& what) {
    const std::size_t at = position(what.attempt.step);
    const int signal = what.urgency == Urgency::force ? 9 : stop_signal_of(plan_.steps[at]);
    say(fmt::format("{} gets {}", name(what.attempt.step), signal_name(signal)));
    if (what.urgency == Urgency::graceful) rows_[at].asked = now_;
    std::optional<std::pair<Instant, ExitStatus>> end;
    if (what.urgency == Urgency::force) {
      end = {now_, KilledBy{signal}};
    } else if (const auto needs = behaviour(what.attempt.step).needs) {
      // Who takes its time has heard the signal and ends by itself.
      end = {now_ + *needs, *needs > Duration(0) ? ExitStatus(ExitedWith{0}) : ExitStatus(KilledBy{signal})};
    }
    if (end && (!ends_[at] || end->first < ends_[at]->first)) ends_[at] = end;
  }

  /// A container and a Pod have no use for SIGINT, which is what a key sends to programs here.
  [[nodiscard]] int stop_signal_of(const Step& step) const {
    constexpr int sigint = 2;
    constexpr int sigterm = 15;
    if (step.stop_signal) return *step.stop_signal;
    const bool is_here = step.executor != "docker" && step.executor != "kubernetes";
    return interrupted_ && is_here ? sigint : sigterm;
  }

  /// What the diagram shows of a step, once all is over.
  void finish_row(std::size_t at) {
    const Step& step = plan_.steps[at];
    const Outcome& outcome = engine_.outcomes()[at];
    Row& row = rows_[at];
    row.name = names_[at];
    row.started = outcome.started;
    row.ended = outcome.ended.value_or(stopped_.value_or(now_));
    row.cross = outcome.kind == OutcomeKind::failed || outcome.forced;
    if (!row.started) return;
    if (!step.background && step.delay > Duration(0)) row.waits = *row.started - step.delay;
    Instant holds = *row.started + step.delay;
    if (step.releases_when_ready) holds = std::max(holds, outcome.ready.value_or(row.ended));
    if (step.background && at + 1 < rows_.size() && holds > *row.started)
      row.holds_until = std::min({holds, row.ended, stopped_.value_or(Instant::max())});
  }

  void say(const std::string& what) {
    table_ += fmt::format("{:>6} ms  {}\n", milliseconds(now_.time_since_epoch()), what);
    times_.insert(now_);
  }

  /// Of its latest attempt.
  [[nodiscard]] const Behaviour& behaviour(StepIndex step) const {
    const std::vector<Behaviour>& attempts = behaviours_[position(step)];
    return attempts[std::min<std::size_t>(attempts_[position(step)].number, attempts.size()) - 1];
  }

  [[nodiscard]] const std::string& name(StepIndex step) const { return names_[position(step)]; }

  Plan plan_;
  std::vector<std::string> names_;
  std::vector<std::vector<Behaviour>> behaviours_;
  std::vector<std::optional<std::pair<Instant, ExitStatus>>> ends_;
  std::vector<std::optional<std::pair<Instant, Event>>> found_;  ///< what its probes will find
  std::vector<Attempt> attempts_;                                ///< the latest of each step
  std::vector<Instant> started_;                                 ///< these
  std::vector<Row> rows_;
  std::multimap<Instant, int> signals_;
  Engine engine_;
  Instant now_{};
  std::optional<Instant> stopped_;
  bool finished_ = false;
  bool interrupted_ = false;
  std::string table_;
  std::set<Instant> times_;
};

}  // namespace

std::string play(const Scenario& scenario, const std::filesystem::path& example) {
  return Stage(scenario, plan_of(scenario.command_line, example)).play();
}

std::string play_alone(const Scenario& scenario, const std::string& configuration) {
  const TemporaryFolder workspace;
  workspace.write("dream.json", configuration);
  std::filesystem::create_directories(workspace.path() /
                                      options_of(scenario.command_line).directory.value_or("."));
  return play(scenario, workspace.path());
}

}  // namespace dream::docs
