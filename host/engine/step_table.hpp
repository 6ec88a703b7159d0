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
  backoff,   ///< an attempt is over, and the next one comes after a pause
  held,      ///< an attempt is over, and the next one comes when somebody asks for it
  ended,     ///< or never to be started; it comes back only when somebody asks for it
};

/// What can happen to a step.
enum class Input : std::uint8_t {
  due,                    ///< its turn has come, or the pause before its next attempt is over
  barred,                 ///< its turn has come, but what it needs has failed
  started,                ///< the driver: its process runs
  start_failed,           ///< the driver: there is no process
  exited,                 ///< the driver: it is over, or was withdrawn
  start_failed_restarts,  ///< as start_failed, and another attempt follows
  exited_restarts,        ///< as exited, and another attempt follows
  exited_held,            ///< as exited or start_failed, and it is to be held
  ready,                  ///< the driver: all its probes have passed
  never_ready,            ///< the driver: they can't
  ready_timeout,          ///< they have not for its `readyTimeout`
  unhealthy,              ///< the driver: it is unhealthy
  timeout_passed,         ///< it has run for its `timeout`
  grace_passed,           ///< it was asked to end `stop.graceMs` ago
  kill_grace_passed,      ///< it was asked to end by force Limits::unkillable ago
  hold_asked,             ///< by a person
  start_asked,            ///< by a person
  restart_asked,          ///< by a person
  stop_asked,             ///< by the end of the run, of its use as a service, or of its timeout
  force_asked,            ///< by a second signal, or the loss of the guardian
};

/// What is done about an input in a phase.
enum class Reaction : std::uint8_t {
  bug,               ///< can't happen: an assertion fails
  nothing,           ///< it is done, or under way, already
  skip,              ///< it will never be started
  start,             ///< issue Start
  run,               ///< its timeout and its delay begin
  note_start,        ///< it is being ended, and that goes on; record only that it ran
  run_and_end,       ///< nobody heard of its start: it counts as started and ended now
  become_ready,      ///< whoever waits for that is released
  fail_to_ready,     ///< it has failed, and is asked to stop, if somebody waits; else its probes end
  become_unhealthy,  ///< it has failed, and is asked to stop, if it may be restarted
  expire,            ///< it has failed, and is asked to stop
  terminate,         ///< issue Terminate{graceful}, its grace begins
  force,             ///< issue Terminate{force}
  back_off,          ///< an attempt is over; the pause before the next begins
  run_and_back_off,  ///< the same, and nobody heard of its start
  hold,              ///< it is asked to stop, and to be held
  restart,           ///< it is asked to stop, and another attempt follows
  stay_held,         ///< it is held now
  start_again,       ///< it starts again now
  end,               ///< its outcome is decided; a required failure stops the run
  give_up,           ///< issue GiveUp, and end
};

/// What follows from an input in a phase: what is done, and the phase that the step is in from then on. An
/// empty cell can't happen.
struct Cell {
  Reaction reaction = Reaction::bug;
  Phase to = Phase::pending;
};

namespace table {

using enum Reaction;
using enum Phase;

// clang-format off
inline constexpr std::array<std::array<Cell, 8>, 20> cells{{
  //                             pending             starting                     running                      stopping                killing                backoff                 held                    ended
  /* due                   */ {{{start, starting},  {},                          {},                          {},                     {},                    {start, starting},      {},                     {}}},
  /* barred                */ {{{skip, ended},      {},                          {},                          {},                     {},                    {},                     {},                     {}}},
  /* started               */ {{{},                 {run, running},              {},                          {note_start, stopping}, {note_start, killing}, {},                     {},                     {}}},
  /* start_failed          */ {{{},                 {end, ended},                {},                          {end, ended},           {end, ended},          {},                     {},                     {}}},
  /* exited                */ {{{},                 {run_and_end, ended},        {end, ended},                {end, ended},           {end, ended},          {},                     {},                     {}}},
  /* start_failed_restarts */ {{{},                 {back_off, backoff},         {},                          {},                     {},                    {},                     {},                     {}}},
  /* exited_restarts       */ {{{},                 {run_and_back_off, backoff}, {back_off, backoff},         {back_off, backoff},    {back_off, backoff},   {},                     {},                     {}}},
  /* exited_held           */ {{{},                 {},                          {},                          {stay_held, held},      {stay_held, held},     {},                     {},                     {}}},
  /* ready                 */ {{{},                 {},                          {become_ready, running},     {},                     {},                    {},                     {},                     {}}},
  /* never_ready           */ {{{},                 {},                          {fail_to_ready, running},    {},                     {},                    {},                     {},                     {}}},
  /* ready_timeout         */ {{{},                 {},                          {fail_to_ready, running},    {},                     {},                    {},                     {},                     {}}},
  /* unhealthy             */ {{{},                 {},                          {become_unhealthy, running}, {},                     {},                    {},                     {},                     {}}},
  /* timeout_passed        */ {{{},                 {},                          {expire, running},           {},                     {},                    {},                     {},                     {}}},
  /* grace_passed          */ {{{},                 {},                          {},                          {force, killing},       {},                    {},                     {},                     {}}},
  /* kill_grace_passed     */ {{{},                 {},                          {},                          {},                     {give_up, ended},      {},                     {},                     {}}},
  /* hold_asked            */ {{{nothing, pending}, {hold, stopping},            {hold, stopping},            {nothing, stopping},    {nothing, killing},    {stay_held, held},      {nothing, held},        {nothing, ended}}},
  /* start_asked           */ {{{nothing, pending}, {nothing, starting},         {nothing, running},          {nothing, stopping},    {nothing, killing},    {start_again, backoff}, {start_again, backoff}, {start_again, backoff}}},
  /* restart_asked         */ {{{nothing, pending}, {nothing, starting},         {restart, stopping},         {nothing, stopping},    {nothing, killing},    {start_again, backoff}, {start_again, backoff}, {start_again, backoff}}},
  /* stop_asked            */ {{{skip, ended},      {terminate, stopping},       {terminate, stopping},       {nothing, stopping},    {nothing, killing},    {end, ended},           {end, ended},           {nothing, ended}}},
  /* force_asked           */ {{{},                 {},                          {},                          {force, killing},       {nothing, killing},    {},                     {},                     {nothing, ended}}},
}};
// clang-format on

}  // namespace table

/// What follows when `input` happens to a step in `phase`.
[[nodiscard]] constexpr Cell cell_of(Phase phase, Input input) noexcept {
  return table::cells[static_cast<std::size_t>(input)][static_cast<std::size_t>(phase)];
}

/// An attempt of a step in this phase is under way: the driver may be heard of it.
[[nodiscard]] constexpr bool is_under_way(Phase phase) noexcept {
  return phase >= Phase::starting && phase <= Phase::killing;
}

}  // namespace dream::engine
