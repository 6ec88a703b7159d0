#pragma once

#include <sys/timerfd.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>

namespace dream::benchmarks {

/// Lets time pass, which only a measurement may do.
inline void pause_for(std::chrono::nanoseconds duration) {
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  const itimerspec when{{}, {seconds.count(), (duration - seconds).count()}};
  ::timerfd_settime(timer, 0, &when, nullptr);
  std::uint64_t expirations = 0;
  if (::read(timer, &expirations, sizeof expirations) < 0) throw std::runtime_error("no timer");
  ::close(timer);
}

}  // namespace dream::benchmarks
