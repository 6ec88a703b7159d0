#pragma once

#include <optional>

#include "base/time.hpp"

namespace dream::process {

/// Decides whether a host that was asked to stop hangs in a plugin's function. It is told the time, and does
/// nothing but decide.
///
/// A function may take any time as long as nobody wants the host to stop. From the first signal on, each has
/// the limit, from its own begin or from the signal, whichever is later. A host that runs no foreign code
/// never counts as hung, whatever it does.
class HangWatch {
 public:
  explicit HangWatch(Duration limit) : limit_(limit) {}

  /// The host was sent a signal that asks it to stop. Only the first one changes anything.
  void asked(Instant now);

  /// When hangs() may next give another answer; none: not before somebody asks.
  [[nodiscard]] std::optional<Instant> next_look() const { return next_look_; }

  /// `foreign_since`: when the foreign code that the host runs now began; none: it runs none. `stopped`: the
  /// host is, by SIGSTOP or by a debugger.
  [[nodiscard]] bool hangs(Instant now, std::optional<Instant> foreign_since, bool stopped);

 private:
  Duration limit_;
  std::optional<Instant> counts_from_;
  std::optional<Instant> next_look_;
};

}  // namespace dream::process
