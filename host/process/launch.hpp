#pragma once

#include <sys/resource.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/executable.hpp"
#include "base/result.hpp"
#include "process/boost_process.hpp"
#include "process/inheritance.hpp"

namespace dream::process {

/// Everything that exec needs, borrowed. The descriptors stay the caller's.
struct LaunchSpec {
  const Executable& executable;
  const std::vector<std::string>& argv;
  const std::string& directory;
  const std::vector<std::string>& environment;
  const std::vector<std::string>& variables;  ///< as in ChildSpec
  const Inheritance& inheritance;
  int standard_input = 0;
  int standard_output = 1;
  int standard_error = 2;
  rlimit file_limit;               ///< what raise_file_limit() returned
  bool own_session = true;         ///< else it shares this process's session, group, and terminal
  bool controls_terminal = false;  ///< its standard input is a terminal, which is its session's
};

/// Raises this process's soft limit of open files to the hard one (four descriptors a task add up) and
/// returns the old limit, which each child gets back.
rlimit raise_file_limit();

/// A process that runs.
struct Launched {
  std::unique_ptr<ProcessHandle> handle;
  /// A pidfd, readable when the process has ended. An event loop may call too early, for an older descriptor
  /// that had the same number. So whoever is called asks the kernel whether the process has really ended; the
  /// handle's async_wait is not used, as it would then block.
  boost::asio::posix::stream_descriptor end;
};

/// Starts a process: leader of a session of its own (unless told otherwise), the signal dispositions and mask
/// that this program was started with, no descriptor but 0 to 2 and the inherited; it dies with the calling
/// thread. Returns after exec succeeded. A failure names the stage that failed and has left no process
/// behind.
[[nodiscard]] Result<Launched> launch(const boost::asio::any_io_executor& executor, const LaunchSpec& spec);

}  // namespace dream::process
