#pragma once

#include <sys/ioctl.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "output/renderer.hpp"
#include "plan/plan.hpp"
#include "process/child.hpp"
#include "process/terminal_state.hpp"

namespace dream::runtime {

/// What tasks have of the user's terminal. In raw mode the foreground step has it as if it had been started
/// by hand; every other step that is shown there writes to a terminal of its own; an interactive one reads
/// from it, too.
class Terminals {
 public:
  struct Settings {
    output::OutputMode mode = output::OutputMode::prefix;
    bool keeps_bytes = false;          ///< all bytes must come by here
    bool keeps_apart = false;          ///< stdout's and stderr's apart
    unsigned short label_columns = 0;  ///< stand before each line
    bool alone = false;                ///< the plan has one step
  };

  /// `state`, remembered when dream was started, and `log` must outlive this.
  Terminals(const Settings& settings, process::TerminalState& state, Log& log);

  /// How a child of this step is wired up. `allowed`: a terminal is.
  [[nodiscard]] process::ChildStreams streams_of(const Step& step, bool allowed);
  /// What a child with these streams finds in its environment in place of what the user has there: on a
  /// terminal of its own nobody could operate a pager, and the window's width in COLUMNS is another one.
  /// `own`, NAME=VALUE and may be null, is what dream.json gives, and stays.
  [[nodiscard]] static std::vector<std::string> variables_for(const process::ChildStreams& streams,
                                                              const std::vector<std::string>& environment,
                                                              const std::vector<std::string>* own);
  /// A child that may have changed the user's terminal has ended.
  void restore() const { state_.restore(); }

  /// The size that terminals of tasks should have, if it is not what it was when this was last asked.
  [[nodiscard]] std::optional<winsize> new_window();

 private:
  [[nodiscard]] winsize window() const;
  [[nodiscard]] process::Outlet foreground_outlet(int descriptor) const;
  [[nodiscard]] bool is_in_front(const Step& step) const;
  [[nodiscard]] process::ChildStreams interactive();
  void tell_where_to_type(const Step& step);
  void warn(const Error& error);

  Settings settings_;
  process::TerminalState& state_;
  Log& log_;
  winsize window_;
  bool joins_pipes_;  ///< what a task writes keeps its order, where both streams lead to the same reader
  bool warned_ = false;
  std::set<std::string> told_;  ///< steps whose user knows where to type, or to pipe
};

}  // namespace dream::runtime
