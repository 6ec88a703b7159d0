#pragma once

#include <optional>
#include <set>
#include <vector>

#include "engine/deadlines.hpp"
#include "engine/engine.hpp"
#include "engine/readers.hpp"
#include "engine/restarts.hpp"
#include "engine/step_table.hpp"

namespace dream::engine {

/// What the engine knows of a run, and what it does about each event. Each step waits until those before it
/// have released it: the one before it in a list, else those of its barrier.
struct Engine::State {
  enum class Kind : std::uint8_t { foreground, background, service, finally };

  /// Of a restart with dependents: it waits for what it needs, or its own goes on, till it is ready or over.
  enum class Renewal : std::uint8_t { none, due, under_way };

  struct Progress {
    Phase phase = Phase::pending;
    Kind kind = Kind::foreground;
    std::uint32_t attempt = 0;  ///< the number of the latest; 0: none yet
    std::size_t waits_for = 0;  ///< how many steps before it have not released it
    std::vector<StepIndex> followers;
    std::vector<BarrierIndex> barriers;        ///< follow it, too
    std::vector<BarrierIndex> start_barriers;  ///< follow its start
    std::vector<StepIndex> needed_by;          ///< where the run keeps going
    std::optional<StepIndex> barred_by;        ///< what it needs has failed: this step
    std::vector<StepIndex> ready_followers;    ///< wait until it is ready, though `followers` don't
    std::vector<StepIndex> restarted_with;     ///< are restarted when another attempt of it is ready
    bool probing = false;                      ///< only while it runs
    bool watched = false;                      ///< its health; only while it runs
    std::optional<Instant> released;           ///< from when on its followers are
    Instant asked_at;                          ///< while stopping: when it was asked to end
    bool forced_at_once = false;               ///< while killing: without any grace
    std::optional<Instant> started;            ///< the latest attempt
    std::optional<Instant> start_released;     ///< the same of its start_barriers
    std::optional<Instant> ready_released;     ///< and of its ready_followers
    bool holds = false;                        ///< it is asked to end, and to be held
    bool again = false;  ///< another attempt follows the latest, unless that is called off
    Renewal renewal = Renewal::none;
    Restarts restarts;
    // while steps are taken down
    std::size_t users = 0;  ///< steps that need it and go on, or are needed by one that does
    bool is_user = false;   ///< of what it needs
    bool leaves = false;    ///< it is to end, and hasn't
  };

  /// What waits behind a group.
  struct Passage {
    std::size_t waits_for = 0;        ///< so many steps and passages have not released it
    Instant passed = Instant::min();  ///< once none is left: from when on its followers are released
    std::vector<StepIndex> followers;
    std::vector<BarrierIndex> passages;  ///< behind it
  };

  State(const Plan& its_plan, const Limits& its_limits);

  // ---- events
  void on(const Begin& event);
  void on(const Started& event);
  void on(const StartFailed& event);
  void on(const Exited& event);
  void on(const Withdrawn& event);
  void on(const Ready& event);
  void on(const NeverReady& event);
  void on(const Unhealthy& event);
  void on(const Healthy& event);
  void on(const MoreTime& event);
  void on(const Lingers& event);
  void on(const LeftBehind& event);
  void on(const HoldAsked& event);
  void on(const StartAsked& event);
  void on(const RestartAsked& event);
  void on(const Interrupted& event);
  void on(const DownAsked& event);
  void on(const CallerLeft& event);
  void on(const GuardianLost& event);
  void on(const OutputLost& event);
  void on(const TerminalClosed& event);
  void on(const ReaderSeen& event);
  void on(const TimePassed& event);

  // ---- one step: steps.cpp
  void feed(StepIndex step, Input input);
  void feed_end(StepIndex step, Input last, Input another_follows);
  void react(StepIndex step, Reaction reaction);
  void feed_all(Input input);
  void set_phase(StepIndex step, Phase phase);
  void skip(StepIndex step);
  void leave_queue(StepIndex step);
  void start(StepIndex step);
  void note_start(StepIndex step);
  void run(StepIndex step);
  void release_by_start(StepIndex step);
  void become_ready(StepIndex step);
  void fail_to_ready(StepIndex step);
  void end_looking(StepIndex step);
  void begin_health(StepIndex step);
  void become_unhealthy(StepIndex step);
  void renew_others(StepIndex step);
  void mark_dependents(StepIndex step);
  void end_renewal(StepIndex step);
  bool renew_dependents();
  void expire(StepIndex step);
  void fail(StepIndex step, const StepEnd& reason);
  void hold(StepIndex step);
  void end_attempt(StepIndex step, const StepEnd& reason);
  void stay_held(StepIndex step);
  void start_again(StepIndex step);
  void terminate(StepIndex step);
  void force(StepIndex step);
  void give_up(StepIndex step);
  void judge(StepIndex step);
  [[nodiscard]] bool comes_back(StepIndex step);
  [[nodiscard]] bool is_renewed(StepIndex step);
  void see_how_well(StepIndex step);
  void back_off(StepIndex step);
  void end(StepIndex step);

  // ---- the whole run
  void make_list();
  void make_order();
  void stop_run(const RunStop& reason);
  void fail_run(StepIndex step);
  /// `step` no longer holds its followers back, from `instant` on. Once a step; while the run is being
  /// stopped, none of them goes on.
  void release(StepIndex step, Instant instant);
  /// The same for those that wait until it is ready.
  void release_ready(StepIndex step, Instant instant);
  /// The same for those that wait for its start alone. Does no harm again.
  void release_started(StepIndex step, Instant instant);
  void release_all(const std::vector<StepIndex>& followers);
  void release_all(const std::vector<BarrierIndex>& barriers);
  void pass(BarrierIndex barrier);
  void take_back_releases(StepIndex step);
  void take_back(const std::vector<StepIndex>& followers);
  void take_back(std::vector<BarrierIndex> barriers);
  [[nodiscard]] Instant moment_of(StepIndex step) const;
  [[nodiscard]] Instant moment_of(BarrierIndex barrier) const;
  /// `step` has failed: those that need it don't start, or are ended.
  void bar_those_that_need(StepIndex step);
  void open_gate(StepIndex step);
  void close();
  [[nodiscard]] bool is_start_open() const;
  void dismiss();
  void force_all();
  // who is asked to end, and when: taking_down.cpp
  void take_down();
  void count_users();
  void ask_to_end(StepIndex step);
  void release_needed(StepIndex step);
  bool end_what_lasts();
  [[nodiscard]] bool is_unused(StepIndex step) const;
  [[nodiscard]] std::vector<StepIndex> asked_later() const;
  void pass_deadlines();
  bool queue_what_is_due();
  void start_what_is_due();
  void give_up_readers();
  void announce_waiting();
  void tell_what_takes_long();
  void finish_if_over();

  // ---- questions
  [[nodiscard]] const Step& settings_of(StepIndex step) const { return plan.steps[position(step)]; }
  [[nodiscard]] Progress& progress_of(StepIndex step);
  [[nodiscard]] Outcome& outcome_of(StepIndex step) { return outcomes[position(step)]; }
  [[nodiscard]] Attempt attempt_of(StepIndex step) { return {step, progress_of(step).attempt}; }
  [[nodiscard]] bool is_stale(Attempt attempt);
  [[nodiscard]] bool is_ordinary(StepIndex step) { return progress_of(step).kind <= Kind::background; }
  /// What lasts without a process waits for these.
  [[nodiscard]] bool serves(StepIndex step) const {
    return steps[position(step)].kind == Kind::service && !settings_of(step).lasts;
  }
  /// In front, with a process. In a list there are no slots: each waits for the one before it.
  [[nodiscard]] bool takes_slot(StepIndex step) const {
    return !plan.is_list && steps[position(step)].kind == Kind::foreground && !settings_of(step).gathers;
  }
  [[nodiscard]] bool has_no_future(StepIndex step) const {
    const Progress& progress = steps[position(step)];
    return dismissed || (stop && progress.kind <= Kind::background) || progress.barred_by;
  }
  /// It was to run at the end of a run that is being stopped: nobody starts it again.
  [[nodiscard]] bool is_held_for_good(StepIndex step) const {
    const Progress& progress = steps[position(step)];
    return stop && progress.kind == Kind::finally && progress.phase == Phase::held;
  }
  /// Somebody waits until it is ready: not to become so is a failure.
  [[nodiscard]] bool is_awaited(StepIndex step) const {
    const Step& settings = plan.steps[position(step)];
    const bool by_caller = caller_waits && !settings.ready.empty() && !settings.finally;
    return settings.ready_needed || (by_caller && (settings.background || settings.requested));
  }
  /// By a person: to be held, to start. One that has ended comes back while the run isn't at its end.
  [[nodiscard]] bool may_be_told(StepIndex step) const {
    const Progress& progress = steps[position(step)];
    const bool too_late = stop || progress.kind == Kind::finally || others_left == 0;
    return !has_no_future(step) && !settings_of(step).gathers &&
           (progress.phase != Phase::ended || !too_late);
  }
  /// Why a step is ended, or never started, that has no reason of its own.
  [[nodiscard]] StepEnd reason_from_outside(StepIndex step);
  [[nodiscard]] static bool holds(const Progress& step, Phase phase);
  /// An attempt of it is under way, or comes by itself.
  [[nodiscard]] static bool goes_on(const Progress& step) {
    return is_under_way(step.phase) || step.phase == Phase::backoff;
  }
  /// It is asked to end, and another attempt follows by itself.
  [[nodiscard]] bool is_coming_back(StepIndex step) const {
    const Progress& progress = steps[position(step)];
    const bool ends = progress.phase == Phase::stopping || progress.phase == Phase::killing;
    return ends && progress.again && !progress.holds && !has_no_future(step);
  }
  /// The same, or its later attempt is neither ready nor over.
  [[nodiscard]] bool is_on_its_way_back(StepIndex step) const;
  [[nodiscard]] std::vector<bool> restarting() const;
  [[nodiscard]] bool needs_one_of(StepIndex step, const std::vector<bool>& marked) const;
  [[nodiscard]] std::vector<Ending> ending() const;
  [[nodiscard]] std::vector<Awaited> waits_of(StepIndex step) const;

  const Plan& plan;
  bool caller_waits;
  Limits limits;
  std::vector<Progress> steps;    ///< only set_phase() changes a phase: it keeps the counts below
  std::vector<Passage> passages;  ///< by barrier
  std::set<StepIndex> at_once;    ///< may start now; in the background, or at the end
  std::set<StepIndex> queue;      ///< in front: may start as soon as a slot is free
  std::size_t slots_taken = 0;
  std::size_t pending = 0;  ///< of those that are not `finally`
  std::size_t holding = 0;  ///< under way: in the foreground, or still being started
  std::size_t ended = 0;
  std::size_t others_left = 0;     ///< ordinary steps that have not ended
  std::size_t services_left = 0;   ///< those that serve, and have not
  std::vector<StepIndex> lasting;  ///< ordinary steps without a process that wait for these to end
  std::vector<StepIndex> closing;  ///< the `finally` steps, in plan order
  std::size_t closed = 0;          ///< so many of them have ended
  std::vector<Outcome> outcomes;
  std::vector<Action> actions;
  Instant now = Instant::min();
  Deadlines gates;         ///< when a released step may start; in backoff: its next attempt
  Deadlines deadlines;     ///< running: its timeout; stopping: the end of its grace; killing: giving it up
  Deadlines ready_limits;  ///< while it is probed
  Deadlines news;  ///< stopping: when the user is next told that it still runs; probing: that it isn't ready
  std::optional<StepIndex> came_back;  ///< at this moment, after a restart; the last in plan order
  std::optional<Instant> hang_up_at;
  Readers readers;
  std::optional<RunStop> stop;  ///< why the whole run is being stopped
  int code = 0;
  int code_at_the_end = 0;  ///< of the first that failed of those that run then
  std::optional<Instant> first_signal_at;
  bool begun = false;
  bool ran = false;        ///< some process
  bool dismissed = false;  ///< all that is left was asked to end
  bool announced = false;  ///< the user knows that the background is waited for
  bool finished = false;
};

}  // namespace dream::engine
