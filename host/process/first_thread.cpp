#include "process/first_thread.hpp"

#include <csignal>
#include <exception>
#include <system_error>
#include <thread>

namespace dream::process {

int leave_first_thread_to_orphans(const std::function<int()>& body) {
  sigset_t all;
  sigset_t previous;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &previous);
  int answer = 0;
  std::exception_ptr failure;
  try {
    std::thread other([&] {
      ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
      try {
        answer = body();
      } catch (...) {
        failure = std::current_exception();
      }
    });
    other.join();
  } catch (const std::system_error&) {
    ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    return body();
  }
  if (failure) std::rethrow_exception(failure);
  return answer;
}

}  // namespace dream::process
