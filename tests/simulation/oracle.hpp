#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.hpp"

/// A second opinion on every run: what must have happened, and in which order, worked out from the plan and
/// the history of events alone. It shares no code and no state with the engine, keeps instants instead of
/// phases, and judges after each event.
namespace dream::simulation {

class Oracle {
 public:
  /// `plan` must outlive the oracle. `limits`: as of the engine.
  Oracle(const Plan& plan, const engine::Limits& limits);

  /// Everything about one call of handle(): the event, and the actions that the engine answered with.
  void judge(Instant now, const engine::Event& event, std::span<const engine::Action> actions,
             const engine::Engine& engine);

  /// The first broken promise; empty while all hold. Nothing is judged after it.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  [[nodiscard]] bool finished() const { return finished_; }

 private:
  /// What is known of one attempt of a step: instants, in the order they can come.
  struct Latest {
    std::optional<Instant> started;
    std::optional<Instant> start_failed;
    std::optional<Instant> timed_out;
    std::optional<Instant> ready;
    std::optional<Instant> unready;      ///< it has failed by not becoming so
    bool probing = false;                ///< somebody has to look whether it is ready
    bool probed = false;                 ///< somebody does
    Instant asked_for = Instant::min();  ///< it said that it needs until then to be ready
    std::optional<Instant> told_wait;    ///< the last time that it isn't ready
    std::optional<Instant> ill;          ///< it has failed by becoming unhealthy
    std::optional<Instant> renewed;      ///< it is restarted with another step, or on request
    std::optional<Instant> held;         ///< somebody asked that it ends and stays so
    bool watching = false;               ///< somebody has to look whether it is healthy
    bool watched = false;                ///< somebody does
    std::optional<Instant> graceful;
    std::optional<Instant> told;  ///< the last time that it still ends
    std::optional<Instant> forced;
    std::optional<Instant> over;
    std::optional<ExitStatus> status;
    std::optional<Error> start_error;
    std::optional<engine::StepEnd> reason;  ///< why it was asked to end, or had to be
    bool failed_by_itself = false;
    int failure_code = 0;        ///< of dream, if that is what stops the run
    bool falls_alone = false;    ///< it is asked to end and the run goes on, as another attempt was to follow
    bool will_return = false;    ///< another one follows when it has ended
    bool runs_again = false;     ///< an earlier attempt ran
    bool next_is_asked = false;  ///< somebody asked for the next one, which waits for no slot
    bool given_up = false;
    bool withdrawn = false;  ///< nothing of it ever ran
    bool lingers = false;    ///< only what it has started still runs

    /// It failed while it ran, or is to end for another attempt.
    [[nodiscard]] bool fell() const { return timed_out || unready || ill || renewed || held; }
  };

  /// What is known of one step: of its latest attempt, and of all.
  struct History : Latest {
    std::optional<Instant> start_asked;  ///< of the first attempt
    std::uint32_t attempts = 0;
    std::optional<Instant> first_started;
    std::optional<Instant> first_ready;
    // What releases those behind it; a hold takes it back while the delay goes on.
    std::optional<Instant> counted_start;
    std::optional<Instant> counted_ready;
    std::optional<Instant> start_of_counted_ready;  ///< when the attempt began that was ready then
    bool proven = false;
    std::size_t in_a_row = 0;
    std::vector<Instant> restarts;         ///< the ends that another attempt followed
    std::optional<Instant> renewal_due;    ///< it is to be restarted when what it needs was
    std::optional<Instant> renewal_begun;  ///< it is being restarted, and those that need it wait for that
    std::optional<Instant> again_at;       ///< it backs off until then
    bool rests = false;                    ///< it is held
    engine::AttemptEnded expected{};       ///< what is to be told of that
    std::optional<Instant> told_gate;      ///< the gate that the last DelayBegan named
    std::optional<StepIndex> barred;       ///< by the failure of this step, which it needs
    std::optional<Instant> barred_at;
    bool ran_before_barred = false;  ///< or had ended
    bool ready_before_barred = false;
    std::optional<Instant> left_out;  ///< its turn had come then
    bool went_early = false;          ///< a service that ended before it was asked to, when all were to end
    bool dismissed = false;           ///< it ended without another attempt, as none could follow any more
    std::optional<Instant> ended;
    /// When it released those behind it, by its start and by being ready, if it was asked to start after its
    /// end.
    std::optional<Instant> released_by_start, released_by_ready;

    // what the engine has still to say about this event, once
    bool untold_start = false;
    bool untold_over = false;
    bool untold_end = false;
    bool untold_held = false;
    bool unbegun_probing = false;
    bool untold_ready = false;
    bool untold_not_ready = false;
    bool untold_give_up = false;
    bool unbegun_watch = false;
    bool untold_ill = false;
    bool untold_well = false;

    [[nodiscard]] bool alive() const { return attempts > 0 && !over; }
    [[nodiscard]] bool goes_on() const { return attempts > 0 && !ended; }
    /// Whether what is heard of an attempt is news.
    [[nodiscard]] bool is_current(Attempt attempt) const { return alive() && attempt.number == attempts; }
    /// A start of it is not answered.
    [[nodiscard]] bool is_starting() const { return alive() && !started; }
    /// What became of its first one is known.
    [[nodiscard]] bool is_answered() const { return attempts > 0 && (attempts > 1 || !is_starting()); }
    /// What it did of itself is still to be told.
    [[nodiscard]] bool untold() const {
      return untold_start || untold_over || untold_ready || (untold_end && !dismissed);
    }
  };

  void take(const engine::Begin& event);
  void take(const engine::Started& event);
  void take(const engine::StartFailed& event);
  void take(const engine::Exited& event);
  void take(const engine::Withdrawn& event);
  void take(const engine::Ready& event);
  void take(const engine::NeverReady& event);
  void take(const engine::Unhealthy& event);
  void take(const engine::Healthy& event);
  void take(const engine::MoreTime& event);
  void take(const engine::Lingers& event);
  void take(const engine::LeftBehind& /*event*/) {}
  void take(const engine::HoldAsked& event);
  void take(const engine::StartAsked& event);
  void take(const engine::RestartAsked& event);
  void take(const engine::Interrupted& event);
  void take(const engine::DownAsked& event);
  void take(const engine::CallerLeft& event);
  void take(const engine::GuardianLost& event);
  void take(const engine::OutputLost& event);
  void take(const engine::TerminalClosed& event);
  void take(const engine::ReaderSeen& event);
  void take(const engine::TimePassed& event);
  void take_passed_limits();
  void lose(std::size_t step);
  void times_out(std::size_t step);
  void is_not_ready(std::size_t step, const engine::StepEnd& reason, int exit_code);
  void failed(std::size_t step, int exit_code);
  void stops(engine::RunStop reason, int exit_code);

  // restarts.cpp: when another attempt follows, and what becomes of it
  void starts(std::size_t step);
  void falls(std::size_t step, int exit_code, bool not_there);
  void is_over(std::size_t step, std::optional<int> failure_code, bool not_there);
  void see_what_follows(std::size_t step, std::optional<int> failure_code, bool not_there);
  void ends(std::size_t step);
  void backs_off(std::size_t step);
  void rests(std::size_t step);
  void starts_again(std::size_t step);
  /// It has ended, and may be asked to start.
  [[nodiscard]] bool may_revive(std::size_t step) const;
  void remember_how_well(std::size_t step);
  /// It runs, and nothing ends it yet.
  [[nodiscard]] bool is_undisturbed(std::size_t step) const;
  void dismiss_what_backs_off();
  void ends_unwanted(std::size_t step);
  [[nodiscard]] bool may_return(std::size_t step, bool failed, bool not_there) const;
  [[nodiscard]] Duration was_well_for(std::size_t step) const;
  [[nodiscard]] bool is_proven(std::size_t step) const;
  [[nodiscard]] std::size_t restarts_that_count(std::size_t step) const;

  // end.cpp: who goes when, what runs at the end, and who is restarted with another step
  [[nodiscard]] bool is_done() const;
  [[nodiscard]] std::size_t next_at_the_end() const;
  [[nodiscard]] bool services_go() const;
  [[nodiscard]] bool has_lasted(std::size_t step) const;
  /// Whether it goes on, or would be started again.
  [[nodiscard]] bool is_wanted(std::size_t step) const;
  [[nodiscard]] bool is_awaited(std::size_t step) const;
  /// While the run goes on.
  [[nodiscard]] engine::StepEnd why_unwanted(std::size_t step) const;
  /// Something that needs it, directly or through others, is to end and still runs.
  [[nodiscard]] bool is_used(std::size_t step) const;
  /// It is to end, and is asked later.
  [[nodiscard]] bool is_kept_by_users(std::size_t step) const;
  void see_start_at_the_end(std::size_t index);
  void see_whether_the_end_comes();
  void the_end_is_not_late();
  void renews_others(std::size_t step);
  void renews(std::size_t step, engine::StepEnd reason);
  void asks_dependents(std::size_t step);
  void is_back(std::size_t step);
  void renews_dependents();
  [[nodiscard]] bool needs(std::size_t step, std::size_t needed) const;
  /// It needs, directly or through others, one that is still to be restarted on request.
  [[nodiscard]] bool needs_what_comes(std::size_t step) const;

  // order.cpp: whose turn it is, and who is left out
  /// The instant at which a step may start; none while that is not known.
  [[nodiscard]] std::optional<Instant> gate_of(std::size_t step) const;
  /// When those before it have released it.
  [[nodiscard]] std::optional<Instant> turn_of(std::size_t step) const;
  [[nodiscard]] std::optional<Instant> passed(std::size_t barrier) const;
  /// When a step has released those that wait for it to be ready, or for its start.
  [[nodiscard]] std::optional<Instant> released(std::size_t step, bool when_ready) const;
  void takes_back(std::size_t step);
  /// The one before it in the list; none: it is the first.
  [[nodiscard]] std::optional<std::size_t> before(std::size_t step) const;
  /// It was never started, may be, and only its turn or a slot keep it back. In a list there is one.
  [[nodiscard]] bool is_next(std::size_t step) const;
  [[nodiscard]] bool has_begun(std::size_t step) const;
  /// Steps in front that run; each holds one of Plan::jobs slots.
  [[nodiscard]] bool takes_slot(std::size_t step) const;
  [[nodiscard]] std::size_t slots_taken() const;
  /// It may start, but for a slot.
  [[nodiscard]] bool is_startable(std::size_t step) const;
  void takes_its_turn(std::size_t index);
  void bars(std::size_t failed);
  void leave_out_what_is_barred();
  void move_on_in_list();
  void starts_are_not_late();

  // health.cpp: who looks whether a step is healthy, and what of it is told
  void watch_from_now(std::size_t step);
  void health_is_right(const History& step, std::size_t index);
  void see(const engine::BeginHealth& action);
  void see(const engine::EndHealth& action);
  void see(const engine::StepUnhealthy& action);
  void see(const engine::StepHealthy& action);

  void see(const engine::Start& action);
  void see_first_start(std::size_t index);
  void see_restart(std::size_t index);
  void see(const engine::Terminate& action);
  void see_graceful(std::size_t index);
  void see(const engine::GiveUp& action);
  void see(const engine::BeginProbing& action);
  void see(const engine::EndProbing& action);
  void see(const engine::GiveUpReader& action);
  void see(const engine::StepStarted& action);
  void see(const engine::StepEnded& action);
  void see(const engine::AttemptEnded& action);
  void see(const engine::StepHeld& action);
  void see(const engine::StepRestarted& action);
  void see(const engine::StepReady& action);
  void see(const engine::StepNotReady& action);
  void see(const engine::StillProbing& action);
  void see(const engine::LeftoversFound& /*action*/) {}
  void see(const engine::DelayBegan& action);
  void see(const engine::WaitingForBackground& action);
  void see(const engine::Stopping& action);
  void see(const engine::StillEnding& action);
  void see(const engine::Finish& action);

  void nothing_is_missing();
  void readers_are_right();
  void deadlines_are_right(const engine::Engine& engine);
  void endings_are_right(const engine::Engine& engine);
  void outcomes_are_right(const engine::Engine& engine);
  void outcome_is_right(const engine::Outcome& outcome, std::size_t index);

  [[nodiscard]] Instant limit_of_readiness(std::size_t step) const;
  /// When it is news that it isn't ready; none: it never is.
  [[nodiscard]] std::optional<Instant> news_of_wait(std::size_t step) const;
  [[nodiscard]] bool has_company(std::size_t step) const {
    return plan_.steps[step].service && step + 1 < history_.size();
  }
  [[nodiscard]] bool waits_for_background() const;
  [[nodiscard]] bool must_be_over() const;
  [[nodiscard]] int its_exit_code() const;
  /// It was asked to end, not forced, and still runs.
  [[nodiscard]] static bool may_end_gracefully(const History& step) {
    return step.alive() && step.graceful && !step.forced;
  }
  /// When it is news that a step, which may end gracefully, has not ended yet.
  [[nodiscard]] Instant news_of(const History& step) const;
  /// When force comes by itself; when it is given up.
  [[nodiscard]] Instant force_of(std::size_t step) const;
  [[nodiscard]] Instant end_of_patience(std::size_t step) const;
  [[nodiscard]] bool forces() const { return signalled_twice_ || guardian_lost_ || down_now_; }

  /// What is known of the reader of an output.
  struct Reader {
    engine::Reading reading = engine::Reading::nothing_left;
    std::optional<Instant> stuck_since;
    bool given_up = false;
  };
  Reader& reader_of(Stream stream) { return readers_[stream == Stream::out ? 0 : 1]; }
  [[nodiscard]] bool is_hopeless(const Reader& reader) const;
  [[nodiscard]] std::optional<Instant> end_of_patience(const Reader& reader) const;

  void check(bool holds, const char* promise);
  void check(bool holds, const char* promise, std::size_t step);

  const Plan& plan_;
  engine::Limits limits_;
  std::vector<History> history_;
  std::array<Reader, 2> readers_;
  std::optional<Instant> begun_;
  Instant now_{};
  std::optional<engine::RunStop> cause_;
  std::optional<Instant> stopped_;
  std::optional<Instant> terminal_closed_;
  std::optional<StepIndex> back_;  ///< is ready again, or over, after a restart; the last in plan order
  int exit_code_ = 0;
  int code_at_the_end_ = 0;     ///< of the first failure of what runs then
  bool services_went_ = false;  ///< they were asked to end, or are to be, as nothing uses them any more
  std::optional<Instant> first_signal_;
  bool signalled_twice_ = false;  ///< not only on two ways
  bool guardian_lost_ = false;
  bool lost_at_the_end_ = false;  ///< output was lost once the run was over
  bool down_now_ = false;
  bool caller_left_ = false;
  bool signalled_after_the_end_ = false;
  bool may_restart_ = false;  ///< some step may
  std::size_t starts_ = 0;    ///< in a list: the next step that is to be started
  bool nothing_ran_ = false;  ///< when what runs at the end was to come
  bool told_waiting_ = false;
  bool told_stopping_ = false;
  bool finished_ = false;
  std::string complaint_;
};

}  // namespace dream::simulation
