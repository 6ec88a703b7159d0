#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "engine/engine.hpp"

namespace dream::runtime {

/// Stands between an engine and the world that it decides about: the queue of what happened, and the order in
/// which what follows is told and done. It has neither loop nor clock; whoever has them calls turn().
class Pump {
 public:
  class Effects {
   public:
    virtual ~Effects() = default;

    /// To start, and to end, the process. What is known at once may be fed from within the call.
    virtual void start(Attempt attempt) = 0;
    virtual void terminate(Attempt attempt, Urgency urgency) = 0;
    virtual void give_up(Attempt attempt) = 0;
    virtual void begin_probing(Attempt attempt) = 0;
    virtual void end_probing(Attempt attempt) = 0;
    virtual void begin_health(Attempt attempt) = 0;
    virtual void end_health(Attempt attempt) = 0;
    virtual void give_up_reader(Stream stream) = 0;

    /// A Started was dealt with: whatever follows from it has been told.
    virtual void start_was_told(Attempt /*attempt*/) {}

    /// Every action that follows from an event of `now`, each before it is done.
    virtual void tell(Instant now, const engine::Action& action) = 0;

    /// When to feed TimePassed unless something else happens before; nullopt: never. Told when it changes.
    virtual void wake_at(std::optional<Instant> moment) = 0;
    /// To call turn() once, soon, and not from within this call.
    virtual void turn_soon() = 0;
  };

  /// `plan` and `effects` must outlive the pump.
  Pump(const Plan& plan, const engine::Limits& limits, Effects& effects)
      : engine_(plan, limits), effects_(effects) {}

  /// Who judges a run: is told each turn, when all that follows from the event has been done.
  using Judge = std::function<void(Instant now, const engine::Event& event,
                                   std::span<const engine::Action> actions, const engine::Engine& engine)>;
  void judge_by(Judge judge) { judge_ = std::move(judge); }

  /// Takes down what happened at `now`, which is no earlier than what was fed before.
  void feed(Instant now, engine::Event event);

  /// Deals with the oldest event. One a turn: while many steps are being started, those that end meanwhile
  /// are taken care of.
  void turn();

  /// dream's, once the run is over.
  [[nodiscard]] std::optional<int> exit_code() const { return engine_.exit_code(); }
  [[nodiscard]] const engine::Engine& engine() const { return engine_; }

 private:
  struct TimedEvent {
    Instant at;
    engine::Event event;
  };

  void ask_for_turn();
  void perform(Instant now, const engine::Action& action);

  engine::Engine engine_;
  Effects& effects_;
  Judge judge_;
  std::deque<TimedEvent> events_;
  bool turn_asked_ = false;
  std::optional<Instant> told_;  ///< by wake_at
};

}  // namespace dream::runtime
