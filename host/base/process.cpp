#include "base/process.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

#include "base/overloaded.hpp"

namespace dream {

bool is_success(const ExitStatus& status, const SuccessCodes& codes) {
  const auto* exited = std::get_if<ExitedWith>(&status);
  const auto* killed = std::get_if<KilledBy>(&status);
  if (exited == nullptr && killed == nullptr) return false;
  const int code = exited != nullptr ? exited->code : 128 + killed->signal;
  return codes.empty() ? code == 0 : std::ranges::find(codes, code) != codes.end();
}

bool is_end_by(const ExitStatus& status, int signal) {
  return status == ExitStatus(KilledBy{signal}) || status == ExitStatus(ExitedWith{128 + signal});
}

std::string to_string(const ExitStatus& status) {
  return std::visit(Overloaded{
                        [](const ExitedWith& exited) { return "exit code " + std::to_string(exited.code); },
                        [](const KilledBy& killed) {
                          return "signal " + std::to_string(killed.signal) + " (" +
                                 signal_name(killed.signal) + ")";
                        },
                        [](const Lost& lost) { return "lost: " + lost.reason; },
                    },
                    status);
}

std::string signal_name(int number) {
  constexpr int counted_from_below = 15;  // as `kill -l` does
  if (number == SIGRTMIN) return "SIGRTMIN";
  if (number == SIGRTMAX) return "SIGRTMAX";
  if (number > SIGRTMIN && number <= SIGRTMIN + counted_from_below)
    return "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
  if (number > SIGRTMIN && number < SIGRTMAX) return "SIGRTMAX-" + std::to_string(SIGRTMAX - number);
  const char* abbreviation = sigabbrev_np(number);
  if (abbreviation == nullptr) return "signal " + std::to_string(number);
  return std::string("SIG") + abbreviation;
}

int signal_number(const std::string& name) {
  const std::string whole = name.starts_with("SIG") ? name : "SIG" + name;
  for (int number = 1; number < NSIG; ++number) {
    if (whole == signal_name(number)) return number;
    if (number <= SIGRTMIN || number >= SIGRTMAX) continue;
    if (whole == "SIGRTMIN+" + std::to_string(number - SIGRTMIN) ||
        whole == "SIGRTMAX-" + std::to_string(SIGRTMAX - number))
      return number;
  }
  return 0;
}

}  // namespace dream
