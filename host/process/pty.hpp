#pragma once

#include <sys/ioctl.h>

#include <cstdint>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace dream::process {

/// A new terminal: what is written to `slave` is read from `master`. Both are closed on exec.
struct Pty {
  Descriptor master;
  Descriptor slave;
};

/// What a task does with a terminal.
enum class PtyUse : std::uint8_t {
  /// It writes there. The terminal changes no byte and echoes nothing. The slave can only be written: nobody
  /// types there, so a program that would ask is told at once that it can't. It is not meant to control a
  /// session: the end of the session would be a SIGHUP to what it leaves behind.
  output,
  /// It reads, too: a terminal as a window has it, to control a session.
  interactive,
};

/// A terminal of that size.
[[nodiscard]] Result<Pty> open_pty(const winsize& size, PtyUse use = PtyUse::output);

}  // namespace dream::process
