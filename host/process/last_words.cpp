#include "process/last_words.hpp"

#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>

#include "process/signals.hpp"

namespace dream::process {

namespace {

/// After the limit, as the signal may come when no write has begun yet.
constexpr suseconds_t again_us = 10'000;

void interrupt(int /*signal*/) {}

/// Or until the timer interrupts it, as it does a write.
void await_room(int descriptor) {
  pollfd room{descriptor, POLLOUT, 0};
  ::poll(&room, 1, -1);
}

}  // namespace

void say_last_words(int descriptor, std::string_view words, Duration limit) {
  const Instant deadline = read_clock() + limit;
  struct sigaction action {};
  action.sa_handler = interrupt;  // without SA_RESTART: it ends a write that waits
  ::sigaction(SIGALRM, &action, nullptr);
  set_blocked_signals(block_signals(0) & ~set_of(SIGALRM));
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(limit).count();
  const itimerval timer{{0, again_us}, {us / 1'000'000, us % 1'000'000}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
  while (!words.empty() && read_clock() < deadline) {
    const ssize_t count = ::write(descriptor, words.data(), words.size());
    if (count > 0) {
      words.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EAGAIN) {
      await_room(descriptor);
    } else if (count == 0 || errno != EINTR) {
      break;
    }
  }
  const itimerval none{};
  ::setitimer(ITIMER_REAL, &none, nullptr);
}

}  // namespace dream::process
