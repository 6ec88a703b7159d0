#include "simulation/world.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "simulation/bench.hpp"
#include "simulation/random_plan.hpp"

namespace dream::simulation {
namespace {

using namespace engine;

constexpr std::size_t event_limit = 1000;   // a run of 12 steps has some 60
constexpr std::size_t enough_events = 300;  // of a run that starts steps again and again

ExitStatus random_failure(Random& random) {
  if (random.percent(10)) return Lost{"its runner crashed"};
  if (random.percent(30)) return KilledBy{1 + random.below(31)};
  return ExitedWith{1 + random.below(255)};
}

Event random_disturbance(Random& random, bool may_be_asked) {
  if (may_be_asked && random.percent(30)) return DownAsked{random.percent(30)};
  if (random.percent(20)) return OutputLost{random.percent(70)};
  const int signal = 1 + random.below(15);
  return Interrupted{signal, random.percent(20) ? std::chrono::milliseconds(random.below(400)) : Duration(0)};
}

/// What a process is going to do next, if it is left alone.
struct Pending {
  Instant at;
  Event event;
};

struct Process {
  Attempt attempt;
  bool answered = false;  ///< Start was answered
  bool asked = false;     ///< to end
  bool given_up = false;
  std::optional<Pending> next;
  std::optional<Pending> probe;  ///< what its probes will find, and then how its health will be
};

class World : private Processes {
 public:
  World(std::uint64_t seed, Verdict& verdict)
      : random_(seed),
        climate_(random_),
        features_{(seed & with_readiness) != 0, (seed & with_restarts) != 0, (seed & with_health) != 0,
                  (seed & with_end) != 0,       (seed & with_renewal) != 0,  (seed & with_groups) != 0,
                  (seed & with_needs) != 0,     (seed & with_requests) != 0, (seed & with_dependents) != 0},
        plan_(for_caller(random_plan(random_, climate_, features_), seed)),
        processes_(plan_.steps.size()),
        verdict_(verdict),
        wild_(seed % 2 == 1),
        strange_(~seed),
        bench_(plan_, &verdict.trace, limits(), *this) {
    verdict.trace = describe(plan_);
    if (features_.restarts) random_crashes();
    while (random_.percent(30)) {
      const int times = random_.below(4);
      const Instant at = now_ + times * random_duration(random_);
      disturbances_.push_back({at, random_disturbance(random_, features_.needs)});
    }
    while (features_.requests && random_.percent(85))
      disturbances_.push_back({now_ + random_.below(4) * random_duration(random_), random_request()});
    if (plan_.caller_waits && strange_.percent(70))
      disturbances_.push_back({now_ + strange_.below(4) * random_duration(strange_), CallerLeft{}});
    while (wild_ && strange_.percent(40))
      disturbances_.push_back({now_ + strange_.below(4) * random_duration(strange_), strange_event()});
  }

  void run() {
    feed(Begin{});
    while (!bench_.is_over() && verdict_.complaint.empty()) advance();
    if (wild_ && bench_.complaint().empty() && verdict_.complaint.empty()) live_on();
    if (bench_.complaint().empty() && verdict_.complaint.empty() && random_.percent(30)) feed(Interrupted{2});
    if (!bench_.complaint().empty()) verdict_.complaint = bench_.complaint();
  }

 private:
  /// Of some plans somebody waits until all is up.
  Plan for_caller(Plan plan, std::uint64_t seed) const {
    constexpr std::uint64_t odd = 0x5851F42D4C957F2DULL;
    plan.steps.back().requested = true;
    plan.caller_waits = features_.readiness && Random(seed * odd).percent(20);
    return plan;
  }

  Limits limits() {
    Limits limits{.quiet_stop = Duration(1) + random_duration(random_)};
    if (features_.restarts) limits.good_after = Duration(1) + random_duration(random_);
    if (features_.readiness) limits.quiet_wait = Duration(1) + random_duration(random_);
    one_request_ = limits.one_request = Duration(1) + random_duration(strange_);
    if (!wild_) return limits;
    limits.unkillable = Duration(1) + random_duration(strange_);
    limits.stuck_reader = Duration(1) + random_duration(strange_);
    limits.hang_up = Duration(1) + random_duration(strange_);
    return limits;
  }

  void begin_probing(Attempt attempt) override {
    if (wild_ && strange_.percent(20))
      disturbances_.push_back(
          {now_ + random_duration(strange_), MoreTime{attempt, random_duration(strange_)}});
    std::optional<Pending>& probe = processes_[position(attempt.step)].probe;
    if (random_.percent(15)) return;  // it never passes
    const Event found = random_.percent(10) ? Event(NeverReady{attempt, random_obstacle()}) : Ready{attempt};
    probe = Pending{now_ + random_duration(random_), found};
  }

  void begin_health(Attempt attempt) override {
    std::optional<Pending>& health = processes_[position(attempt.step)].probe;
    if (random_.percent(40)) health = Pending{now_ + random_duration(random_), Unhealthy{attempt, "why"}};
  }
  void end_health(Attempt attempt) override { end_probing(attempt); }

  Error random_obstacle() {
    const bool may_go = features_.restarts && random_.percent(70);
    return {may_go ? ErrorCode::io : ErrorCode::not_found, "no such tool", "", ""};
  }

  /// What was found may still be on its way.
  void end_probing(Attempt attempt) override {
    if (random_.percent(80)) processes_[position(attempt.step)].probe.reset();
  }

  Event random_request() {
    const auto step =
        StepIndex(static_cast<std::uint32_t>(random_.below(static_cast<int>(plan_.steps.size()))));
    if (features_.dependents && random_.percent(60)) return RestartAsked{step, true};
    if (random_.percent(40)) return HoldAsked{step};
    return random_.percent(60) ? Event(StartAsked{step}) : RestartAsked{step};
  }

  /// What hardly ever happens.
  Event strange_event() {
    switch (strange_.below(6)) {
      case 0:
        return GuardianLost{};
      case 1:
        return TerminalClosed{};
      case 2:
        return OutputLost{strange_.percent(50)};
      default:
        return ReaderSeen{strange_.percent(50) ? Stream::out : Stream::err,
                          static_cast<Reading>(strange_.below(3))};
    }
  }

  /// The run is over; its end is being written out.
  void live_on() {
    for (int i = strange_.below(6); i > 0 && bench_.complaint().empty(); --i) {
      now_ += random_duration(strange_);
      const auto deadline = bench_.deadline();
      if (deadline && strange_.percent(50)) {
        now_ = std::max(now_, *deadline);
        feed(TimePassed{});
      } else if (strange_.percent(40)) {
        feed(Interrupted{2});
      } else {
        feed(strange_event());
      }
    }
  }

  /// Lets the next thing happen, whichever comes first: an event of the world or a deadline of the engine.
  void advance() {
    Pending* pending = next_event();
    const auto deadline = bench_.deadline();
    const bool enough = features_.restarts && verdict_.events > enough_events && patience_ > 0;
    if (enough || (pending == nullptr && !deadline)) return interrupt_what_hangs();
    const bool tie = pending != nullptr && deadline && pending->at == *deadline;
    const bool event_first =
        !deadline || (pending != nullptr && (tie ? random_.percent(50) : pending->at < *deadline));
    if (event_first) {
      now_ = std::max(now_, pending->at);
      const Event event = pending->event;
      forget(pending);
      happen(event);
    } else {
      now_ = std::max(now_, *deadline);
      if (random_.percent(climate_.late)) now_ += random_duration(random_);
      feed(TimePassed{});
    }
    if (random_.percent(5)) feed(TimePassed{});
  }

  /// Nothing moves any more: somebody presses Ctrl-C, and once more. After that everything must end.
  void interrupt_what_hangs() {
    if (patience_-- == 0) {
      verdict_.complaint = "a run in which force works always ends";
      return;
    }
    now_ += one_request_;
    feed(Interrupted{2});
  }

  /// The earliest; which of several at the same moment is chance.
  Pending* next_event() {
    Pending* earliest = nullptr;
    const auto consider = [&](Pending& candidate) {
      if (earliest == nullptr || candidate.at < earliest->at ||
          (candidate.at == earliest->at && random_.percent(50)))
        earliest = &candidate;
    };
    for (Process& process : processes_) {
      if (process.next) consider(*process.next);
      if (process.probe) consider(*process.probe);
    }
    for (Pending& disturbance : disturbances_) consider(disturbance);
    return earliest;
  }

  void forget(const Pending* pending) {
    for (Process& process : processes_) {
      if (process.next && &*process.next == pending) return process.next.reset();
      if (process.probe && &*process.probe == pending) return process.probe.reset();
    }
    disturbances_.erase(disturbances_.begin() + (pending - disturbances_.data()));
  }

  void happen(const Event& event) {
    if (const auto* started = std::get_if<Started>(&event)) {
      const Process& process = processes_[position(started->attempt.step)];
      if (started->attempt == process.attempt && !process.given_up) settle_in(started->attempt);
    }
    feed(event);
    if (const auto* ill = std::get_if<Unhealthy>(&event)) get_well(ill->attempt);
    if (!features_.restarts) return;
    if (const auto* exited = std::get_if<Exited>(&event)) echo(exited->attempt);
    if (const auto* failed = std::get_if<StartFailed>(&event)) echo(failed->attempt);
    if (const auto* withdrawn = std::get_if<Withdrawn>(&event)) echo(withdrawn->attempt);
  }

  void get_well(Attempt attempt) {
    std::optional<Pending>& health = processes_[position(attempt.step)].probe;
    if (random_.percent(60)) health = Pending{now_ + random_duration(random_), Healthy{attempt}};
  }

  /// Something is heard of an attempt that is over.
  void echo(Attempt attempt) {
    if (random_.percent(20))
      disturbances_.push_back({now_ + random_duration(random_), random_late_news(attempt)});
  }

  Event random_late_news(Attempt attempt) {
    switch (random_.below(4)) {
      case 0:
        return Ready{attempt};
      case 1:
        return NeverReady{attempt, random_obstacle()};
      case 2:
        return Lingers{attempt, random_.percent(50)};
      default:
        return random_news(attempt);
    }
  }

  /// Some steps fail a few times before they do what they are for.
  void random_crashes() {
    for (std::size_t i = 0; i < plan_.steps.size(); ++i)
      crashes_.push_back(static_cast<std::uint32_t>(random_.below(4)));
  }
  [[nodiscard]] bool crashes(Attempt attempt) const {
    return features_.restarts && attempt.number <= crashes_[position(attempt.step)];
  }

  /// A process that runs now: what will become of it.
  void settle_in(Attempt attempt) {
    Process& process = processes_[position(attempt.step)];
    process.answered = true;
    const bool crash = crashes(attempt);
    const bool stays =
        !crash && plan_.steps[position(attempt.step)].service && !random_.percent(climate_.failure);
    if (!stays && !random_.percent(climate_.hanging)) {
      const bool fails = crash || random_.percent(climate_.failure);
      const ExitStatus status = fails ? random_fall() : ExitStatus(ExitedWith{0});
      process.next = Pending{now_ + random_duration(random_), Exited{attempt, status}};
    }
    if (features_.restarts && random_.percent(10))
      disturbances_.push_back({now_ + random_duration(random_), Lingers{attempt, random_.percent(80)}});
    if (process.asked) ask(attempt, Urgency::graceful);
  }

  ExitStatus random_fall() {
    if (features_.restarts && random_.percent(5)) return ExitedWith{126 + random_.below(2)};
    return random_failure(random_);
  }

  void feed(const Event& event) {
    if (++verdict_.events > event_limit) {
      verdict_.complaint = "a run has an end";
      return;
    }
    bench_.feed(now_, event);
  }

  void start(Attempt attempt) override {
    Process& process = processes_[position(attempt.step)];
    if (process.probe) disturbances_.push_back(*process.probe);
    process = {.attempt = attempt};
    const Event answer = random_answer(attempt);
    if (random_.percent(climate_.slow_start)) {
      process.next = Pending{now_ + random_duration(random_), answer};
      return;
    }
    if (random_.percent(20)) now_ += Duration(random_.below(5));  // starting a process takes its time
    happen(answer);
  }

  Event random_answer(Attempt attempt) {
    const bool crash = crashes(attempt) && random_.percent(50);
    if (!crash && !random_.percent(climate_.failure)) return Started{attempt};
    if (random_.percent(20)) return Exited{attempt, random_fall()};
    if (random_.percent(20)) return Exited{attempt, ExitedWith{0}};
    return StartFailed{attempt, Error{static_cast<ErrorCode>(random_.below(9)), "it was not to be", "", ""}};
  }

  void terminate(Attempt attempt, Urgency urgency) override {
    if (wild_ && urgency == Urgency::force && strange_.percent(15))
      processes_[position(attempt.step)].next.reset();  // nothing ends it
    else
      ask(attempt, urgency);
  }

  /// It may be heard of all the same.
  void give_up(Attempt attempt) override {
    Process& process = processes_[position(attempt.step)];
    process.given_up = true;
    process.next.reset();
    if (strange_.percent(60)) process.next = Pending{now_ + random_duration(strange_), random_news(attempt)};
  }

  Event random_news(Attempt attempt) {
    if (strange_.percent(30)) return Started{attempt};
    if (strange_.percent(30)) return StartFailed{attempt, Error{ErrorCode::io, "too late", "", ""}};
    if (strange_.percent(20)) return Withdrawn{attempt};
    return Exited{attempt, ExitedWith{strange_.below(2)}};
  }

  /// The executor was told to terminate: the process may end earlier than it wanted to, by force it does.
  void ask(Attempt attempt, Urgency urgency) {
    Process& process = processes_[position(attempt.step)];
    process.asked = true;
    if (urgency == Urgency::graceful && random_.percent(climate_.stubborn)) return;
    const Instant at = now_ + random_duration(random_);
    if (process.next && process.next->at <= at && process.answered) return;
    // A start may go on as planned, be given up, or come to its end unseen.
    if (!process.answered && urgency == Urgency::graceful && random_.percent(60)) return;
    process.next.emplace(Pending{at, random_end(attempt, urgency, process.answered)});
  }

  Event random_end(Attempt attempt, Urgency urgency, bool answered) {
    if (!answered && random_.percent(50)) {
      if (strange_.percent(40)) return Withdrawn{attempt};
      return StartFailed{attempt, Error{ErrorCode::internal, "given up", "", ""}};
    }
    if (urgency == Urgency::force) return Exited{attempt, KilledBy{9}};
    if (random_.percent(40)) return Exited{attempt, ExitedWith{random_.below(3)}};
    return Exited{attempt, KilledBy{15}};
  }

  Random random_;
  Climate climate_;
  Features features_;
  Plan plan_;
  std::vector<Process> processes_;
  std::vector<std::uint32_t> crashes_;  ///< of each step, before it runs well
  std::vector<Pending> disturbances_;
  Verdict& verdict_;
  bool wild_;       ///< every second world: force may not end a process, the guardian may be lost, …
  Random strange_;  ///< for that, so that the calm worlds stay what they were
  Instant now_{Duration(1)};
  Duration one_request_{};
  Bench bench_;
  int patience_ = 2;
};

}  // namespace

Verdict simulate(std::uint64_t seed) {
  Verdict verdict;
  World(seed, verdict).run();
  return verdict;
}

}  // namespace dream::simulation
