#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "benchmarks/survival/peers.hpp"

namespace dream::survival {

/// What tasks leave running: the shapes of survivor.cpp, and how many processes they are.
struct RowOfCells {
  const char* shape;
  int processes;
};
inline constexpr std::array rows{
    RowOfCells{"plain", 2},  RowOfCells{"grandchild", 3}, RowOfCells{"new_session", 3},
    RowOfCells{"daemon", 2}, RowOfCells{"ignores", 3},    RowOfCells{"stopped", 2},
    RowOfCells{"forks", 2},  RowOfCells{"holds_pipe", 3}, RowOfCells{"tree", 1000}};

/// How the end comes.
enum class End : unsigned char { a_task_fails, ctrl_c, term, hup, terminal_closes, killed };
inline constexpr std::array ends{End::a_task_fails, End::ctrl_c,          End::term,
                                 End::hup,          End::terminal_closes, End::killed};

/// What was seen in one cell.
struct Findings {
  bool ran = false;       ///< all tasks came up
  bool survived = false;  ///< a process of a task lived on 3 s after the runner's end
  bool hung = false;      ///< the runner was still there after 15 s
  bool asked = false;     ///< there should have been a graceful phase
  bool graceful = false;  ///< a task with 1.5 s of cleanup finished it, and its last line was shown
  bool repeated = false;  ///< a process got the same signal more than once
};

/// Runs one cell in a folder of its own. To be called in a process of its own, which ends all that is left.
[[nodiscard]] Findings run_cell(const Peer& peer, const std::filesystem::path& modules, const RowOfCells& row,
                                End end);

}  // namespace dream::survival
