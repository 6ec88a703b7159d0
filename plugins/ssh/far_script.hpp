#pragma once

#include <string>
#include <vector>

namespace dream::ssh {

/// What runs on the other machine.
struct FarTask {
  std::string nonce;                     ///< hexadecimal digits that nothing else contains
  std::string directory = {};            ///< absolute, or from the home folder
  std::vector<std::string> environment;  ///< NAME=VALUE
  std::vector<std::string> argv;         ///< its program is looked for in the PATH over there
  int stop_signal = 15;                  ///< of what is left when the first process has ended
  unsigned grace_ms = 0;                 ///< and how long that may take
};

/// The command line for the login shell over there, whichever it is: it reads the rest from its stdin.
[[nodiscard]] std::string far_command(const std::string& nonce);

/// What is sent to its stdin first. From then on the stream is the life line: a line with a number sends this
/// signal to all of the step, 9 ends it, and so does the end of the stream. Once the step has started, the
/// line `is N` tells which session is its.
[[nodiscard]] std::string far_script(const FarTask& task);

}  // namespace dream::ssh
