#include "process/pty.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace dream::process {

namespace {

/// Nothing on the way changes a byte: the user's terminal does what is to be done, once. Nobody types here:
/// opening the terminal by its name to read is refused, and where nothing is refused, to root, a read ends at
/// once.
bool stop_changing_bytes(int slave) {
  termios modes{};
  if (::tcgetattr(slave, &modes) != 0) return false;
  modes.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  modes.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
  modes.c_cc[VMIN] = 0;
  modes.c_cc[VTIME] = 0;
  ::fchmod(slave, S_IWUSR);
  return ::tcsetattr(slave, TCSANOW, &modes) == 0;
}

/// A program that waits until its output can be read (vim does) would wait for ever. So there is a byte, at
/// which its read fails, as the output was opened to write. Root could read it by the terminal's name.
void end_waits_for_keys(int master) {
  constexpr char end_of_transmission = '\4';
  if (::geteuid() != 0) static_cast<void>(::write(master, &end_of_transmission, 1));
}

}  // namespace

Result<Pty> open_pty(const winsize& size, PtyUse use) {
  const int access = use == PtyUse::interactive ? O_RDWR : O_WRONLY;
  Pty pty{Descriptor(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), {}};
  if (pty.master.is_open() && ::unlockpt(pty.master.get()) == 0) {
    pty.slave = Descriptor(::ioctl(pty.master.get(), TIOCGPTPEER, access | O_NOCTTY | O_CLOEXEC));
  }
  const bool has_size = pty.slave.is_open() && ::ioctl(pty.slave.get(), TIOCSWINSZ, &size) == 0;
  if (has_size && use == PtyUse::interactive) return pty;
  if (has_size && stop_changing_bytes(pty.slave.get())) {
    end_waits_for_keys(pty.master.get());
    return pty;
  }
  const std::string reason = std::strerror(errno);
  return Error{ErrorCode::io,
               "no terminal for a task's output: " + reason,
               {},
               "/dev/ptmx may be missing, or its limit reached (kernel.pty.max)"};
}

}  // namespace dream::process
