#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
      : pump_(plan, limits, *this), oracle_(plan, limits), trace_(trace), processes_(processes) {}

  /// Something happens, and all that follows from it at once.
  void feed(Instant now, const engine::Event& event) {
    fed_.push_back({now, event});
    pump_.feed(now, event);
    if (std::exchange(turning_, true)) return;  // from within a turn: it is dealt with in one of the next
    while (turn_asked_ && complaint().empty()) turn();
    turning_ = false;
    if (!fed_.empty() && complaint().empty()) complaint_ = "every event has its turn";
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
  void tell(Instant now, const engine::Action& action) override {
    if (now != fed_.front().first) complaint_ = "what follows from an event is told with its time";
    actions_.push_back(action);
  }
  void wake_at(std::optional<Instant> moment) override { wake_at_ = moment; }
  void turn_soon() override { turn_asked_ = true; }

  void turn() {
    turn_asked_ = false;
    actions_.clear();
    pump_.turn();
    const auto [now, event] = std::move(fed_.front());
    fed_.pop_front();
    if (trace_ != nullptr) write(now, event);
    oracle_.judge(now, event, actions_, pump_.engine());
    if (wake_at_ != pump_.engine().next_deadline() && complaint().empty())
      complaint_ = "the driver is told when to wake up";
  }

  void write(Instant now, const engine::Event& event) {
    *trace_ += std::to_string(now.time_since_epoch().count()) + " " + describe(event) + " ->";
    for (const engine::Action& action : actions_) *trace_ += " " + describe(action) + ";";
    *trace_ += "\n";
  }

  runtime::Pump pump_;
  Oracle oracle_;
  std::string* trace_;
  Processes& processes_;
  std::deque<std::pair<Instant, engine::Event>> fed_;  ///< and not yet dealt with, in this order
  std::vector<engine::Action> actions_;                ///< of this turn
  std::optional<Instant> wake_at_;
  bool turn_asked_ = false;
  bool turning_ = false;
  std::string complaint_;
};

}  // namespace dream::simulation
