#include "process/terminal_state.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <initializer_list>

namespace dream::process {

namespace {

bool group_lives(pid_t group) {
  if (group <= 1) return group == 1;  // 0: nobody's; and kill(-1) means everyone
  return ::kill(-group, 0) == 0 || errno != ESRCH;
}

bool same_modes(const termios& one, const termios& other) {
  return one.c_iflag == other.c_iflag && one.c_oflag == other.c_oflag && one.c_cflag == other.c_cflag &&
         one.c_lflag == other.c_lflag && std::memcmp(&one.c_cc[0], &other.c_cc[0], sizeof one.c_cc) == 0;
}

/// The flag is shared with whoever has the same opened terminal: the next step, and the user's shell.
void clear_nonblocking(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) != 0) ::fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK);
}

/// While it lives, changing the terminal from the background stops nobody.
class Undisturbed {
 public:
  Undisturbed() {
    sigset_t stop;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTTOU);
    ::pthread_sigmask(SIG_BLOCK, &stop, &previous_);
  }
  ~Undisturbed() { ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr); }
  Undisturbed(const Undisturbed&) = delete;
  Undisturbed& operator=(const Undisturbed&) = delete;

 private:
  sigset_t previous_;
};

}  // namespace

void TerminalState::remember() {
  if (descriptor_ >= 0) return;
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::tcgetpgrp(descriptor) != ::getpgrp() || ::tcgetattr(descriptor, &modes_) != 0) continue;
    descriptor_ = descriptor;
    break;
  }
  if (descriptor_ < 0) return;
  for (std::size_t at = 0; at < blocking_.size(); ++at) {
    const int flags = ::fcntl(static_cast<int>(at), F_GETFL);
    blocking_[at] = flags >= 0 && (flags & O_NONBLOCK) == 0 && ::isatty(static_cast<int>(at)) == 1;
  }
}

void TerminalState::restore() const {
  if (descriptor_ < 0) return;
  const pid_t foreground = ::tcgetpgrp(descriptor_);
  const bool ours = foreground == ::getpgrp();
  if (foreground < 0 || (!ours && group_lives(foreground))) return;
  const Undisturbed undisturbed;
  if (!ours) ::tcsetpgrp(descriptor_, ::getpgrp());
  termios now{};
  if (::tcgetattr(descriptor_, &now) == 0 && !same_modes(now, modes_)) {
    ::tcsetattr(descriptor_, TCSANOW, &modes_);
  }
  for (std::size_t at = 0; at < blocking_.size(); ++at) {
    if (blocking_[at]) clear_nonblocking(static_cast<int>(at));
  }
}

int controlling_terminal() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::tcgetsid(descriptor) == ::getsid(0)) return descriptor;
  }
  return -1;
}

void set_foreground_group(int terminal, pid_t group) {
  const Undisturbed undisturbed;
  ::tcsetpgrp(terminal, group);
}

}  // namespace dream::process
