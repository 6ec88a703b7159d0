#include "simulation/every_run.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "simulation/bench.hpp"
#include "simulation/choices.hpp"

namespace dream::simulation {
namespace {

using namespace engine;

enum class Behaviour : std::uint8_t {
  succeeds,
  fails,
  fails_to_start,
  hangs,
  ignores,
  ends_unseen,  ///< before it was known to run
  survives,     ///< force, too
  waits,        ///< is never begun, and withdrawn when it is asked to end
};
constexpr std::size_t behaviours = 5;
constexpr std::size_t odd_behaviours = 8;
constexpr std::size_t most_steps = 4;

struct Played {
  Attempt attempt;
  enum class Life : std::uint8_t { none, starting, alive } life = Life::none;
  Behaviour behaviour = Behaviour::succeeds;
  bool asked = false;
  bool forced = false;
  bool probed = false;  ///< and nothing found yet

  /// Whether its next event can come now: the answer to its start, or its end.
  [[nodiscard]] bool can_move() const {
    if (life == Life::starting) return behaviour != Behaviour::waits || asked;
    if (life != Life::alive) return false;
    switch (behaviour) {
      case Behaviour::hangs:
        return asked || forced;
      case Behaviour::ignores:
        return forced;
      case Behaviour::survives:
        return false;
      default:
        return true;
    }
  }
};

/// That a stop or a wait takes long is no news here: it would only be one more deadline.
constexpr Duration never = std::chrono::hours(1);
constexpr Duration short_while{4};

Limits limits_of(const Freedom& freedom) {
  Limits limits{.quiet_stop = never, .quiet_wait = never, .one_request = Duration(1)};
  if (freedom.attempts > 1) limits.good_after = short_while;
  return limits;
}

class Explorer : private Processes {
 public:
  Explorer(const Freedom& freedom, Choices& choices, const Plan& plan, std::string* trace)
      : freedom_(freedom),
        choices_(choices),
        plan_(plan),
        bench_(plan, trace, limits_of(freedom), *this),
        in_reverse_(!freedom.any_order && choices.choose(2) == 1) {}

  /// The broken promise, or nothing.
  std::string run() {
    feed(Begin{});
    while (!bench_.is_over() && !stuck_) advance();
    return stuck_ ? "a run in which force works always ends" : bench_.complaint();
  }

 private:
  void advance() {
    if (endless_ && signals_ == 0) return signal();
    const bool may_signal =
        signals_ < freedom_.signals && (signals_ == 0 || freedom_.signals_apart || just_signalled_);
    if (may_signal && choices_.choose(2) == 1) return signal();
    just_signalled_ = false;
    if (freedom_.oddities && !output_lost_ && choices_.choose(2) == 1) return lose_output();
    if (freedom_.echoes && over_ && choices_.choose(2) == 1) return echo();

    std::array<std::size_t, 2 * most_steps> movers{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      if (processes_[i].can_move()) movers[count++] = i;
      if (processes_[i].probed) movers[count++] = most_steps + i;
    }
    const auto deadline = bench_.deadline();
    if (count == 0 && !deadline) return signal_what_hangs();
    if (!freedom_.any_order)
      return count == 0 ? pass(*deadline) : move(in_reverse_ ? movers[count - 1] : movers[0]);
    const std::size_t chosen = choices_.choose(count + (deadline ? 1 : 0));
    return chosen == count ? pass(*deadline) : move(movers[chosen]);
  }

  void signal() {
    ++signals_;
    just_signalled_ = true;
    feed(Interrupted{2});
  }

  void lose_output() {
    output_lost_ = true;
    feed(OutputLost{});
  }

  /// Processes that hang end by Ctrl-C, or by the second one.
  void signal_what_hangs() {
    stuck_ = signals_ > 1;
    if (!stuck_) signal();
  }

  void pass(Instant deadline) {
    now_ = deadline;
    feed(TimePassed{});
  }

  /// Once, at any later moment: something is heard of an attempt that was over.
  void echo() {
    const Attempt attempt = *std::exchange(over_, std::nullopt);
    freedom_.echoes = false;
    switch (choices_.choose(3)) {
      case 0:
        return feed(Started{attempt});
      case 1:
        return feed(Ready{attempt});
      default:
        return feed(Exited{attempt, ExitedWith{0}});
    }
  }

  void move(std::size_t index) {
    if (index >= most_steps) return find(processes_[index - most_steps]);
    Played& process = processes_[index];
    if (process.life == Played::Life::starting) return answer(index);
    if (process.forced) return exit(process, KilledBy{9});
    switch (process.behaviour) {
      case Behaviour::succeeds:
        return exit(process, ExitedWith{0});
      case Behaviour::fails:
        return exit(process, ExitedWith{static_cast<int>(index) + 10});
      default:
        return exit(process, KilledBy{15});
    }
  }

  void exit(Played& process, const ExitStatus& status) {
    process.life = Played::Life::none;
    over_ = process.attempt;
    feed(Exited{process.attempt, status});
  }

  void find(Played& process) {
    process.probed = false;
    if (choices_.choose(2) == 0) return feed(Ready{process.attempt});
    feed(NeverReady{process.attempt, Error{ErrorCode::io, {}, {}, {}}});
  }

  void answer(std::size_t index) {
    Played& process = processes_[index];
    if (process.behaviour == Behaviour::fails_to_start) {
      process.life = Played::Life::none;
      over_ = process.attempt;
      const ErrorCode code = freedom_.attempts > 1 ? ErrorCode::io : ErrorCode::not_found;
      return feed(StartFailed{process.attempt, Error{code, {}, {}, {}}});
    }
    if (process.behaviour == Behaviour::waits) {
      process.life = Played::Life::none;
      over_ = process.attempt;
      return feed(Withdrawn{process.attempt});
    }
    if (process.behaviour == Behaviour::ends_unseen)
      return exit(process, ExitedWith{static_cast<int>(index)});
    process.life = Played::Life::alive;
    feed(Started{process.attempt});
  }

  void feed(const Event& event) {
    now_ += Duration(1);
    bench_.feed(now_, event);
  }

  void start(Attempt attempt) override {
    Played& process = processes_[position(attempt.step)];
    process = {.attempt = attempt, .life = Played::Life::starting};
    endless_ = endless_ || attempt.number > freedom_.attempts;
    process.behaviour =
        static_cast<Behaviour>(choices_.choose(freedom_.oddities ? odd_behaviours : behaviours));
    if (!freedom_.any_order && process.behaviour != Behaviour::waits) answer(position(attempt.step));
  }

  void terminate(Attempt attempt, Urgency urgency) override {
    Played& process = processes_[position(attempt.step)];
    (urgency == Urgency::force ? process.forced : process.asked) = true;
  }

  void begin_probing(Attempt attempt) override { processes_[position(attempt.step)].probed = true; }
  void end_probing(Attempt attempt) override { processes_[position(attempt.step)].probed = false; }

  /// It may end all the same.
  void give_up(Attempt attempt) override {
    Played& process = processes_[position(attempt.step)];
    process.behaviour = Behaviour::succeeds;
    process.life = choices_.choose(2) == 0 ? Played::Life::none : Played::Life::alive;
  }

  Freedom freedom_;
  Choices& choices_;
  const Plan& plan_;
  Bench bench_;
  bool in_reverse_;
  std::array<Played, most_steps> processes_{};
  Instant now_{Duration(0)};
  std::size_t signals_ = 0;
  bool just_signalled_ = false;
  bool output_lost_ = false;
  bool stuck_ = false;
  bool endless_ = false;
  std::optional<Attempt> over_;  ///< the last one that is
};

void make(Step& step, std::size_t kind) {
  step.service = kind / 2 == 2;
  step.background = kind / 2 > 0;
  step.required = kind % 2 == 0;
}

/// One of the steps.
void make_restart(Plan& plan, const Freedom& freedom, Choices& choices) {
  for (Step& step : plan.steps) step.restart = {};
  plan.steps[choices.choose(plan.steps.size())].restart = {
      .on = choices.choose(2) == 0 ? Restart::On::failure : Restart::On::always,
      .max = 1 + choices.choose(freedom.attempts > 2 ? 2 : 1),
      .window = 2 * short_while,
      .delay = Duration(2),
      .max_delay = Duration(3)};
}

/// The next step, or nobody, waits for it.
void make_ready(Step& step, Choices& choices) {
  step.ready.clear();
  step.ready_needed = step.releases_when_ready = false;
  if (choices.choose(2) == 0) return;
  step.ready = {PortProbe{{1}}};
  step.ready_timeout = Duration(3);
  if (step.background) step.ready_needed = step.releases_when_ready = choices.choose(2) == 1;
}

/// The last one is in the list.
void make_end(Plan& plan, Choices& choices) {
  for (Step& step : plan.steps)
    step.finally = &step != &plan.steps.back() && !step.background && choices.choose(2) == 1;
}

void make_renewal(Plan& plan, Choices& choices) {
  for (std::size_t i = 1; i < plan.steps.size(); ++i) {
    plan.steps[i].restart_with.clear();
    const bool can_be = !plan.steps[0].finally && !plan.steps[i].finally;
    if (can_be && choices.choose(2) == 1) plan.steps[i].restart_with = {StepIndex(0)};
  }
}

void make_needs(Plan& plan, Choices& choices) {
  for (std::size_t i = 1; i < plan.steps.size(); ++i) {
    plan.steps[i].needs.clear();
    if (choices.choose(2) == 1) plan.steps[i].needs = {StepIndex(static_cast<std::uint32_t>(i - 1))};
  }
}

/// The last one needs all others, or nobody anybody.
void make_groups(Plan& plan, Choices& choices) {
  const std::size_t count = plan.steps.size();
  plan.barriers.clear();
  plan.is_list = false;
  plan.jobs = 1 + choices.choose(count);
  plan.keep_going = choices.choose(2) == 1;
  for (Step& step : plan.steps) step.after.reset(), step.needs.clear();
  if (choices.choose(2) == 1) return;
  Barrier group;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (!plan.barriers.empty()) plan.steps[i].after = BarrierIndex(plan.barriers.size() - 1);
    group.steps.push_back(StepIndex(i));
    plan.steps.back().needs.push_back(StepIndex(i));
    if (i + 2 == count || choices.choose(2) == 1) plan.barriers.push_back(std::exchange(group, {}));
  }
  if (!plan.barriers.empty()) plan.steps.back().after = BarrierIndex(plan.barriers.size() - 1);
}

std::string run_once(const Freedom& freedom, Choices& choices, Plan& plan, std::string* trace) {
  for (std::size_t i = 1; i < plan.steps.size(); ++i) make(plan.steps[i], choices.choose(kinds_of_step));
  for (Step& step : plan.steps) {
    if (!freedom.times) break;
    step.delay = Duration(choices.choose(2) * 3);
    step.timeout.reset();
    if (choices.choose(2) == 1) step.timeout = Duration(2);
  }
  if (freedom.attempts > 1) make_restart(plan, freedom, choices);
  for (Step& step : plan.steps)
    if (freedom.readiness) make_ready(step, choices);
  if (freedom.end) make_end(plan, choices);
  if (freedom.needs) make_needs(plan, choices);
  if (freedom.renewal) make_renewal(plan, choices);
  if (freedom.groups) make_groups(plan, choices);
  if (trace != nullptr) *trace = describe(plan);
  return Explorer(freedom, choices, plan, trace).run();
}

}  // namespace

Count every_run(const Freedom& freedom, std::size_t first) {
  Plan plan;
  plan.steps.resize(freedom.steps);
  make(plan.steps[0], first);
  for (Step& step : plan.steps) step.stop_grace = Duration(100);

  Count count;
  Choices choices;
  do {
    ++count.runs;
    count.complaint = run_once(freedom, choices, plan, nullptr);
    if (count.complaint.empty()) continue;
    std::string trace;
    choices.again();
    static_cast<void>(run_once(freedom, choices, plan, &trace));
    count.complaint += "\n" + trace;
    return count;
  } while (choices.next());
  return count;
}

}  // namespace dream::simulation
