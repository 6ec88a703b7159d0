#pragma once

#include <sys/ioctl.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/change.hpp"
#include "base/json_builder.hpp"
#include "control/request.hpp"
#include "control/run_state.hpp"
#include "process/process_tree.hpp"

/// What a run says about itself.
namespace dream::control {

/// One thing about the start of a step that isn't as it was.
struct StepChange {
  StepIndex step{};
  Change change;
};

/// What only whoever drives the run knows.
struct RunAccess {
  std::function<int(StepIndex)> pid_of;             ///< 0: none, or not known
  std::function<std::string(StepIndex)> detail_of;  ///< what its executor says of it; may be empty
  /// Of each root all processes; of 0 none.
  std::function<std::vector<std::vector<process::ProcessStatus>>(std::span<const pid_t>)> trees_of;
  std::function<const engine::Engine&()> engine;      ///< for questions
  std::function<std::string(SourceOffset)> place_of;  ///< "dream.json:3:5"
  std::function<void(bool now)> take_down;
  std::function<void(engine::Event)> tell;  ///< HoldAsked, StartAsked, RestartAsked
  std::function<void()> leave;              ///< nobody reads dream's own outputs any more
  /// From now on these are started as dream.json has them now; an Error: none of them is.
  std::function<Result<std::vector<StepChange>>(std::span<const StepIndex>)> reload;
  /// This step runs, and reads from a terminal of its own.
  std::function<bool(StepIndex)> takes_typing;
  /// What somebody types into the terminal of a step that runs, not empty; `on_taken` is called once that has
  /// taken all, now or later, and at the latest forgotten at its end. False: it reads from none.
  std::function<bool(StepIndex, std::string_view, std::function<void()> on_taken)> type;
  /// The window of who types there. False: its terminal had that size.
  std::function<bool(StepIndex, const winsize&)> resize;
  std::function<void(StepIndex)> redraw_all;  ///< what is on its terminal, for who comes to look
  /// The files of dream.json that aren't as they were when the run began, by name.
  std::function<std::vector<std::string>()> changed_files;
};

/// "steps" of `ps`, and of the snapshot that `events` begins with.
void add_steps(JsonLine& json, const RunState& run, const RunAccess& access, Instant now);

/// "changes" of a `restart` or `start` with `reload`.
void add_changes(JsonLine& json, const Plan& plan, std::span<const StepChange> changes);

/// Why the step is as it is, in sentences: what it waits for, and what that waits for.
[[nodiscard]] std::vector<std::string> why(const RunState& run, const RunAccess& access, StepIndex step,
                                           Instant now);

/// What asking that of a step is to the engine. An Error: it means nothing now, and why.
[[nodiscard]] Result<engine::Event> event_of(const RunState& run, const engine::Engine& engine,
                                             const Request& request, StepIndex step);

/// Whether somebody can attach to the step's terminal now. An Error: why not.
[[nodiscard]] Result<void> may_attach(const RunState& run, StepIndex step);

/// What somebody waits for.
struct Wait {
  std::vector<StepIndex> steps;
  Request::Until until = Request::Until::as_it_should;
  bool named = false;  ///< these steps; else all
};

/// Whether a wait is over; false: it goes on. An Error: it can't become so any more. `restarting`:
/// Engine::restarting().
[[nodiscard]] Result<bool> is_reached(const RunState& run, const Wait& wait,
                                      const std::vector<bool>& restarting);

}  // namespace dream::control
