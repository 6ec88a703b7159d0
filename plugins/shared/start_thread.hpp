#pragma once

#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

namespace dream::plugins {

/// Starts a thread with all signals blocked: they are the host's business. The error of a system that has no
/// more threads.
template <class Function>
[[nodiscard]] std::error_code start_thread(std::thread& thread, Function function) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::error_code error;
  try {
    thread = std::thread(std::move(function));
  } catch (const std::system_error& failure) {
    error = failure.code();
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error;
}

}  // namespace dream::plugins
