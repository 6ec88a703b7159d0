#pragma once

#include <sys/types.h>
#include <termios.h>

#include <array>

namespace dream::process {

/// The terminal that this process group has in the foreground, as it was: its modes, that it was ours, and
/// which of the standard descriptors waited for it. Tasks change all of that (a shell, an editor, a password
/// prompt, node), and may be killed before they change it back.
class TerminalState {
 public:
  /// Remembers the state. Without a terminal, or in the background, there is nothing to remember: what is
  /// there may be the work of whoever has the terminal now.
  TerminalState() { remember(); }
  /// Again, if there was nothing to remember yet: a background job may have come to the foreground.
  void remember();

  /// Puts everything back, unless somebody else who is alive has the terminal now: the user's shell, after
  /// Ctrl-Z.
  void restore() const;

 private:
  int descriptor_ = -1;  ///< of the standard ones, the first that is the terminal
  termios modes_{};
  std::array<bool, 3> blocking_{};  ///< of the standard descriptors: a terminal, and without O_NONBLOCK
};

/// The first standard descriptor that is the terminal which controls this process's session, so that its keys
/// send signals to the processes here; -1: none is.
[[nodiscard]] int controlling_terminal();

/// Gives the terminal to a process group, even from the background.
void set_foreground_group(int terminal, pid_t group);

}  // namespace dream::process
