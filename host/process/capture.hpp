#pragma once

#include <string>
#include <vector>

#include "base/process.hpp"
#include "base/result.hpp"

namespace dream::process {

/// A program that is run to its end for what it writes. It reads nothing, shares this process's group (Ctrl-C
/// on the terminal reaches it too), and dies with the calling thread.
struct CaptureSpec {
  std::string executable;  ///< path of the program
  std::vector<std::string> argv;
  std::string directory;
  std::vector<std::string> environment;
};

/// What such a program has left, up to its own end: nobody waits for what it may have left running.
struct Captured {
  ExitStatus status;
  std::string output;     ///< its stdout
  std::string complaint;  ///< its stderr
};

/// At most 1 GiB of output. An Error: it could not be run, or wrote more.
[[nodiscard]] Result<Captured> capture(const CaptureSpec& spec);

}  // namespace dream::process
