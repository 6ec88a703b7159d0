#include "simulation/every_run.hpp"

#include <array>
#include <vector>

#include "simulation/bench.hpp"
#include "simulation/choices.hpp"

namespace dream::simulation {
namespace {

using namespace engine;

enum class Behaviour : std::uint8_t { succeeds, fails, fails_to_start, hangs, ignores };
constexpr std::size_t behaviours = 5;
constexpr std::size_t most_steps = 4;

struct Process {
  enum class Life : std::uint8_t { none, starting, alive } life = Life::none;
  Behaviour behaviour = Behaviour::succeeds;
  bool asked = false;
  bool forced = false;

  /// Whether its next event can come now: the answer to its start, or its end.
  [[nodiscard]] bool can_move() const {
    if (life != Life::alive) return life == Life::starting;
    switch (behaviour) {
      case Behaviour::hangs:
        return asked || forced;
      case Behaviour::ignores:
        return forced;
      default:
        return true;
    }
  }
};

/// That a stop takes long is no news here: it would only be one more deadline.
constexpr Duration never = std::chrono::hours(1);

class Explorer {
 public:
  Explorer(const Freedom& freedom, Choices& choices, const Plan& plan, std::string* trace)
      : freedom_(freedom),
        choices_(choices),
        plan_(plan),
        bench_(plan, trace, never),
        in_reverse_(!freedom.any_order && choices.choose(2) == 1) {}

  /// The broken promise, or nothing.
  std::string run() {
    feed(Begin{});
    while (!bench_.is_over() && !stuck_) advance();
    return stuck_ ? "a run in which force works always ends" : bench_.complaint();
  }

 private:
  void advance() {
    const bool may_signal =
        signals_ < freedom_.signals && (signals_ == 0 || freedom_.signals_apart || just_signalled_);
    if (may_signal && choices_.choose(2) == 1) return signal();
    just_signalled_ = false;

    std::array<std::size_t, most_steps> movers{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i)
      if (processes_[i].can_move()) movers[count++] = i;
    const auto deadline = bench_.engine().next_deadline();
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

  /// Processes that hang end by Ctrl-C, or by the second one.
  void signal_what_hangs() {
    stuck_ = signals_ > 1;
    if (!stuck_) signal();
  }

  void pass(Instant deadline) {
    now_ = deadline;
    feed(TimePassed{});
  }

  void move(std::size_t index) {
    Process& process = processes_[index];
    const auto step = StepIndex(static_cast<std::uint32_t>(index));
    if (process.life == Process::Life::starting) return answer(index);
    process.life = Process::Life::none;
    if (process.forced) return feed(Exited{step, KilledBy{9}});
    switch (process.behaviour) {
      case Behaviour::succeeds:
        return feed(Exited{step, ExitedWith{0}});
      case Behaviour::fails:
        return feed(Exited{step, ExitedWith{static_cast<int>(index) + 10}});
      default:
        return feed(Exited{step, KilledBy{15}});
    }
  }

  void answer(std::size_t index) {
    Process& process = processes_[index];
    const auto step = StepIndex(static_cast<std::uint32_t>(index));
    if (process.behaviour == Behaviour::fails_to_start) {
      process.life = Process::Life::none;
      return feed(StartFailed{step, Error{ErrorCode::not_found, {}, {}, {}}});
    }
    process.life = Process::Life::alive;
    feed(Started{step});
  }

  void feed(const Event& event) {
    now_ += Duration(1);
    const std::vector<Action> actions = bench_.feed(now_, event);
    if (!bench_.complaint().empty()) return;
    std::size_t started = most_steps;
    for (const Action& action : actions) {
      if (const auto* start = std::get_if<Start>(&action)) started = position(start->step);
      if (const auto* terminate = std::get_if<Terminate>(&action)) {
        Process& process = processes_[position(terminate->step)];
        (terminate->urgency == Urgency::force ? process.forced : process.asked) = true;
      }
    }
    if (started == most_steps) return;
    processes_[started].life = Process::Life::starting;
    processes_[started].behaviour = static_cast<Behaviour>(choices_.choose(behaviours));
    if (!freedom_.any_order) answer(started);
  }

  const Freedom& freedom_;
  Choices& choices_;
  const Plan& plan_;
  Bench bench_;
  bool in_reverse_;
  std::array<Process, most_steps> processes_{};
  Instant now_{Duration(0)};
  std::size_t signals_ = 0;
  bool just_signalled_ = false;
  bool stuck_ = false;
};

void make(Step& step, std::size_t kind) {
  step.service = kind / 2 == 2;
  step.background = kind / 2 > 0;
  step.required = kind % 2 == 0;
}

std::string run_once(const Freedom& freedom, Choices& choices, Plan& plan, std::string* trace) {
  for (std::size_t i = 1; i < plan.steps.size(); ++i) make(plan.steps[i], choices.choose(kinds_of_step));
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
