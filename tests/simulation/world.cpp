#include "simulation/world.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "simulation/bench.hpp"
#include "simulation/random.hpp"

namespace dream::simulation {
namespace {

using namespace engine;

constexpr std::size_t event_limit = 1000;  // a run of 12 steps has some 60

/// Small numbers make things happen at the same moment; odd ones make sure that nanoseconds count.
Duration random_duration(Random& random) {
  switch (random.below(4)) {
    case 0:
      return Duration(0);
    case 1:
      return Duration(random.below(6));
    case 2:
      return Duration(10 * random.below(10));
    default:
      return Duration(random.below(1'000'000));
  }
}

/// How likely things are in this run: in some all goes well, in others hardly anything does.
struct Climate {
  explicit Climate(Random& random)
      : failure(random.below(4) * random.below(4) * 4),
        hanging(random.below(3) * 20),
        stubborn(random.below(3) * 25),
        optional(random.below(3) * 30),
        slow_start(random.below(3) * 30),
        late(random.below(3) * 20) {}
  int failure, hanging, stubborn, optional, slow_start, late;
};

/// Of some steps it can be told when they are ready, and some wait for that.
void add_readiness(Plan& plan, Random& random) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    Step& step = plan.steps[i];
    if (random.percent(20)) step.success_codes = {static_cast<std::uint8_t>(random.below(4)), 143};
    if (!random.percent(60)) continue;
    step.ready = {PortProbe{{1}}};
    step.ready_timeout = Duration(1) + random_duration(random) + random_duration(random);
    if (!step.background || i + 1 == plan.steps.size()) continue;
    step.releases_when_ready = step.ready_needed = random.percent(60);
    for (std::size_t later = i + 1; later < plan.steps.size(); ++later) {
      if (!random.percent(8)) continue;
      plan.steps[later].after_ready.push_back(StepIndex(static_cast<std::uint32_t>(i)));
      step.ready_needed = true;
    }
  }
}

Plan random_plan(Random& random, const Climate& climate, bool readiness) {
  Plan plan;
  const int count = 1 + random.below(12);
  for (int i = 0; i < count; ++i) {
    Step step;
    step.service = random.percent(20);
    step.background = step.service || random.percent(50);
    step.required = !random.percent(climate.optional);
    step.delay = random_duration(random);
    step.stop_grace = random_duration(random);
    if (random.percent(15)) step.timeout = random_duration(random) + random_duration(random);
    plan.steps.push_back(std::move(step));
  }
  if (readiness) add_readiness(plan, random);
  return plan;
}

ExitStatus random_failure(Random& random) {
  if (random.percent(10)) return Lost{"its runner crashed"};
  if (random.percent(30)) return KilledBy{1 + random.below(31)};
  return ExitedWith{1 + random.below(255)};
}

Event random_disturbance(Random& random) {
  if (random.percent(20)) return OutputLost{random.percent(70)};
  return Interrupted{1 + random.below(15)};
}

/// What a process is going to do next, if it is left alone.
struct Pending {
  Instant at;
  Event event;
};

struct Process {
  bool answered = false;  ///< Start was answered
  bool asked = false;     ///< to end
  bool given_up = false;
  std::optional<Pending> next;
  std::optional<Pending> probe;  ///< what its probes will find
};

class World : private Processes {
 public:
  World(std::uint64_t seed, Verdict& verdict)
      : random_(seed),
        climate_(random_),
        readiness_((seed & with_readiness) != 0),
        plan_(random_plan(random_, climate_, readiness_)),
        processes_(plan_.steps.size()),
        verdict_(verdict),
        wild_(seed % 2 == 1),
        strange_(~seed),
        bench_(plan_, &verdict.trace, limits(), *this) {
    verdict.trace = describe(plan_);
    while (random_.percent(30)) {
      const int times = random_.below(4);
      const Instant at = now_ + times * random_duration(random_);
      disturbances_.push_back({at, random_disturbance(random_)});
    }
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
  Limits limits() {
    Limits limits{.quiet_stop = Duration(1) + random_duration(random_)};
    if (readiness_) limits.quiet_wait = Duration(1) + random_duration(random_);
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
    const Event found = random_.percent(10)
                            ? Event(NeverReady{attempt, Error{ErrorCode::not_found, "no such tool", "", ""}})
                            : Event(Ready{attempt});
    probe = Pending{now_ + random_duration(random_), found};
  }

  /// What was found may still be on its way.
  void end_probing(Attempt attempt) override {
    if (random_.percent(80)) processes_[position(attempt.step)].probe.reset();
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
    if (pending == nullptr && !deadline) return interrupt_what_hangs();
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
    const auto* started = std::get_if<Started>(&event);
    if (started != nullptr && !processes_[position(started->attempt.step)].given_up)
      settle_in(started->attempt.step);
    feed(event);
  }

  /// A process that runs now: what will become of it.
  void settle_in(StepIndex step) {
    Process& process = processes_[position(step)];
    process.answered = true;
    const bool stays = plan_.steps[position(step)].service && !random_.percent(climate_.failure);
    if (!stays && !random_.percent(climate_.hanging)) {
      const ExitStatus status =
          random_.percent(climate_.failure) ? random_failure(random_) : ExitStatus(ExitedWith{0});
      process.next = Pending{now_ + random_duration(random_), Exited{{step}, status}};
    }
    if (process.asked) ask(step, Urgency::graceful);
  }

  void feed(const Event& event) {
    if (++verdict_.events > event_limit) {
      verdict_.complaint = "a run has an end";
      return;
    }
    bench_.feed(now_, event);
  }

  void start(Attempt attempt) override {
    const Event answer = random_answer(attempt.step);
    if (random_.percent(climate_.slow_start)) {
      processes_[position(attempt.step)].next = Pending{now_ + random_duration(random_), answer};
      return;
    }
    if (random_.percent(20)) now_ += Duration(random_.below(5));  // starting a process takes its time
    happen(answer);
  }

  Event random_answer(StepIndex step) {
    if (!random_.percent(climate_.failure)) return Started{{step}};
    if (random_.percent(20)) return Exited{{step}, random_failure(random_)};
    if (random_.percent(20)) return Exited{{step}, ExitedWith{0}};
    return StartFailed{{step}, Error{static_cast<ErrorCode>(random_.below(9)), "it was not to be", "", ""}};
  }

  void terminate(Attempt attempt, Urgency urgency) override {
    if (wild_ && urgency == Urgency::force && strange_.percent(15))
      processes_[position(attempt.step)].next.reset();  // nothing ends it
    else
      ask(attempt.step, urgency);
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
    return Exited{attempt, ExitedWith{strange_.below(2)}};
  }

  /// The executor was told to terminate: the process may end earlier than it wanted to, by force it does.
  void ask(StepIndex step, Urgency urgency) {
    Process& process = processes_[position(step)];
    process.asked = true;
    if (urgency == Urgency::graceful && random_.percent(climate_.stubborn)) return;
    const Instant at = now_ + random_duration(random_);
    if (process.next && process.next->at <= at && process.answered) return;
    // A start may go on as planned, be given up, or come to its end unseen.
    if (!process.answered && urgency == Urgency::graceful && random_.percent(60)) return;
    process.next.emplace(Pending{at, random_end(step, urgency, process.answered)});
  }

  Event random_end(StepIndex step, Urgency urgency, bool answered) {
    if (!answered && random_.percent(50))
      return StartFailed{{step}, Error{ErrorCode::internal, "given up", "", ""}};
    if (urgency == Urgency::force) return Exited{{step}, KilledBy{9}};
    if (random_.percent(40)) return Exited{{step}, ExitedWith{random_.below(3)}};
    return Exited{{step}, KilledBy{15}};
  }

  Random random_;
  Climate climate_;
  bool readiness_;  ///< steps can tell when they are ready
  Plan plan_;
  std::vector<Process> processes_;
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
