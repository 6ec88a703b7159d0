#pragma once

#include <sys/ioctl.h>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace dream::process {

/// A new terminal: what is written to `slave` is read from `master`. Both are closed on exec.
struct Pty {
  Descriptor master;
  Descriptor slave;
};

/// A terminal of that size for a task to write to. It changes no byte and echoes nothing. The slave can only
/// be written: nobody types there, so a program that would ask is told at once that it can't. It is not meant
/// to control a session: the end of the session would be a SIGHUP to what it leaves behind.
[[nodiscard]] Result<Pty> open_pty(const winsize& size);

}  // namespace dream::process
