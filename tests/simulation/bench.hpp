#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "engine/engine.hpp"
#include "runtime/pump.hpp"
#include "simulation/oracle.hpp"
#include "simulation/trace.hpp"

namespace dream::simulation {

/// The processes that a run starts.
class Processes {
 public:
  virtual ~Processes() = default;
  /// What is known at once may be fed from within these calls.
  virtual void start(Attempt attempt) = 0;
  virtual void terminate(Attempt attempt, Urgency urgency) = 0;
  virtual void give_up(Attempt attempt) = 0;
  virtual void begin_probing(Attempt /*attempt*/) {}
  virtual void end_probing(Attempt /*attempt*/) {}
  virtual void begin_health(Attempt /*attempt*/) {}
  virtual void end_health(Attempt /*attempt*/) {}
};

/// The pump of a run with an oracle beside it: every turn is judged, and written down when somebody wants to
/// read it.
class Bench : private runtime::Pump::Effects {
 public:
  /// All must outlive the bench, and so must `trace` unless it is null.
  Bench(const Plan& plan, std::string* trace, const engine::Limits& limits, Processes& processes)
      : pump_(plan, limits, *this), oracle_(plan, limits), trace_(trace), processes_(processes) {
    pump_.judge_by([this](Instant now, const engine::Event& event, std::span<const engine::Action> actions,
                          const engine::Engine& engine) {
      --waiting_;
      if (trace_ != nullptr) *trace_ += describe_turn(now, event, actions);
      oracle_.judge(now, event, actions, engine);
      if (!actions.empty() && told_at_ != now && complaint().empty())
        complaint_ = "what follows from an event is told with its time";
    });
  }

  /// Something happens, and all that follows from it at once.
  void feed(Instant now, const engine::Event& event) {
    ++waiting_;
    pump_.feed(now, event);
    if (std::exchange(turning_, true)) return;  // from within a turn: it is dealt with in one of the next
    while (turn_asked_ && complaint().empty()) turn();
    turning_ = false;
    if (waiting_ != 0 && complaint().empty()) complaint_ = "every event has its turn";
  }

  /// When time has to pass, unless something happens before.
  [[nodiscard]] std::optional<Instant> deadline() const { return wake_at_; }
  [[nodiscard]] const std::string& complaint() const {
    return complaint_.empty() ? oracle_.complaint() : complaint_;
  }
  [[nodiscard]] bool is_over() const { return oracle_.finished() || !complaint().empty(); }

 private:
  void start(Attempt attempt) override { processes_.start(attempt); }
  void terminate(Attempt attempt, Urgency urgency) override { processes_.terminate(attempt, urgency); }
  void give_up(Attempt attempt) override { processes_.give_up(attempt); }
  void begin_probing(Attempt attempt) override { processes_.begin_probing(attempt); }
  void end_probing(Attempt attempt) override { processes_.end_probing(attempt); }
  void begin_health(Attempt attempt) override { processes_.begin_health(attempt); }
  void end_health(Attempt attempt) override { processes_.end_health(attempt); }
  void give_up_reader(Stream /*stream*/) override {}
  void tell(Instant now, const engine::Action& /*action*/) override { told_at_ = now; }
  void wake_at(std::optional<Instant> moment) override { wake_at_ = moment; }
  void turn_soon() override { turn_asked_ = true; }

  void turn() {
    turn_asked_ = false;
    pump_.turn();
    if (wake_at_ != pump_.engine().next_deadline() && complaint().empty())
      complaint_ = "the driver is told when to wake up";
  }

  runtime::Pump pump_;
  Oracle oracle_;
  std::string* trace_;
  Processes& processes_;
  std::size_t waiting_ = 0;  ///< events that were not dealt with yet
  std::optional<Instant> told_at_;
  std::optional<Instant> wake_at_;
  bool turn_asked_ = false;
  bool turning_ = false;
  std::string complaint_;
};

}  // namespace dream::simulation
