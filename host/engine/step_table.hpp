#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// The life of one step: every phase it can be in, everything that can happen to it, and what then follows.
namespace dream::engine {

/// Where a step is in its life.
enum class Phase : std::uint8_t {
  pending,   ///< its turn has not come
  starting,  ///< Start was issued and not answered yet; a container may take long
  running,
  stopping,  ///< asked to end gracefully; its grace runs
  killing,   ///< asked to end by force
  ended,     ///< or never to be started
};

/// What can happen to a step.
enum class Input : std::uint8_t {
  due,             ///< its turn has come
  started,         ///< the driver: its process runs
  start_failed,    ///< the driver: there is no process
  exited,          ///< the driver: it is over
  timeout_passed,  ///< it has run for its `timeout`
  grace_passed,    ///< it was asked to end `stop.graceMs` ago
  stop_asked,      ///< by the end of the run, of its use as a service, or of its timeout
  force_asked,     ///< by a second signal
};

/// What follows from an input in a phase.
enum class Reaction : std::uint8_t {
  bug,          ///< can't happen: an assertion fails
  nothing,      ///< it is already on its way
  skip,         ///< it will never be started              -> ended
  start,        ///< issue Start                            -> starting
  run,          ///< its timeout and its delay begin        -> running
  note_start,   ///< too late: it keeps being ended, but it is on record that it ran
  run_and_end,  ///< it ended before it was known to run: both, at this moment  -> ended
  expire,       ///< it has failed, and is asked to stop
  terminate,    ///< issue Terminate{graceful}, its grace begins                -> stopping
  force,        ///< issue Terminate{force}                 -> killing
  end,          ///< its outcome is decided; a required failure stops the run   -> ended
};

namespace table {

using enum Reaction;

// clang-format off
inline constexpr std::array<std::array<Reaction, 8>, 6> reactions{{
  //            due      started      start_failed  exited        timeout_passed  grace_passed  stop_asked  force_asked
  /* pending  */ {start, bug,         bug,          bug,          bug,            bug,          skip,       bug},
  /* starting */ {bug,   run,         end,          run_and_end,  bug,            bug,          terminate,  bug},
  /* running  */ {bug,   bug,         bug,          end,          expire,         bug,          terminate,  bug},
  /* stopping */ {bug,   note_start,  end,          end,          bug,            force,        nothing,    force},
  /* killing  */ {bug,   note_start,  end,          end,          bug,            bug,          nothing,    nothing},
  /* ended    */ {bug,   bug,         bug,          bug,          bug,            bug,          nothing,    nothing},
}};
// clang-format on

}  // namespace table

/// What follows when `input` happens to a step in `phase`.
[[nodiscard]] constexpr Reaction reaction_to(Phase phase, Input input) noexcept {
  return table::reactions[static_cast<std::size_t>(phase)][static_cast<std::size_t>(input)];
}

/// Where a reaction leads a step that is in `phase`.
[[nodiscard]] constexpr Phase phase_after(Phase phase, Reaction reaction) noexcept {
  switch (reaction) {
    case Reaction::start:
      return Phase::starting;
    case Reaction::run:
      return Phase::running;
    case Reaction::terminate:
      return Phase::stopping;
    case Reaction::force:
      return Phase::killing;
    case Reaction::skip:
    case Reaction::run_and_end:
    case Reaction::end:
      return Phase::ended;
    case Reaction::bug:
    case Reaction::nothing:
    case Reaction::note_start:
    case Reaction::expire:
      break;
  }
  return phase;
}

}  // namespace dream::engine
