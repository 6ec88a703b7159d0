#include "process/pty.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace dream::process {

namespace {

/// Nothing on the way changes a byte: the user's terminal does what is to be done, once.
bool set_up(int slave, const winsize& size) {
  termios modes{};
  if (::tcgetattr(slave, &modes) != 0) return false;
  modes.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  modes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  return ::tcsetattr(slave, TCSANOW, &modes) == 0 && ::ioctl(slave, TIOCSWINSZ, &size) == 0;
}

}  // namespace

Result<Pty> open_pty(const winsize& size) {
  Pty pty{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), -1};
  if (pty.master >= 0 && ::unlockpt(pty.master) == 0) {
    pty.slave = ::ioctl(pty.master, TIOCGPTPEER, O_WRONLY | O_NOCTTY | O_CLOEXEC);
  }
  if (pty.slave >= 0 && set_up(pty.slave, size)) return pty;
  const std::string reason = std::strerror(errno);
  for (const int descriptor : {pty.master, pty.slave}) {
    if (descriptor >= 0) ::close(descriptor);
  }
  return Error{ErrorCode::io,
               "no terminal for a task's output: " + reason,
               {},
               "/dev/ptmx may be missing, or its limit reached (kernel.pty.max)"};
}

}  // namespace dream::process
