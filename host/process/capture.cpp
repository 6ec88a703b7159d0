#include "process/capture.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/descriptor.hpp"
#include "base/read_all.hpp"
#include "process/launch.hpp"
#include "process/wait_for_end.hpp"

namespace dream::process {

namespace {

constexpr std::size_t most_output = std::size_t{1} << 30U;

Error system_error(const std::string& what, const std::string& where) {
  return {ErrorCode::io, what + ": " + std::strerror(errno), where, {}};
}

/// All that was written to a file in memory. A file, not a pipe: the program never waits for its reader, and
/// what it has left running holds nobody up.
Result<std::string> content_of(const Descriptor& file, const std::string& program) {
  Result<std::string> content = read_all(file.get(), most_output);
  if (!content) return Error{ErrorCode::io, "its output " + content.error().message, program, {}};
  return content;
}

}  // namespace

Result<Captured> capture(const CaptureSpec& spec) {
  const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptor output(::memfd_create("output", MFD_CLOEXEC));
  const Descriptor complaint(::memfd_create("complaint", MFD_CLOEXEC));
  if (!nothing.is_open() || !output.is_open() || !complaint.is_open()) {
    return system_error("the system refused a file for its output", spec.executable);
  }
  rlimit file_limit{};
  ::getrlimit(RLIMIT_NOFILE, &file_limit);
  const Inheritance none;
  const Executable executable{spec.executable, spec.executable};
  boost::asio::io_context context;
  Result<Launched> launched = launch(context.get_executor(), {.executable = executable,
                                                              .argv = spec.argv,
                                                              .directory = spec.directory,
                                                              .environment = spec.environment,
                                                              .variables = {},
                                                              .inheritance = none,
                                                              .standard_input = nothing.get(),
                                                              .standard_output = output.get(),
                                                              .standard_error = complaint.get(),
                                                              .file_limit = file_limit,
                                                              .own_session = false});
  if (!launched) return launched.error();
  boost::system::error_code error;
  launched->handle->wait(error);
  Captured captured{.status = Lost{error.message()}, .output = {}, .complaint = {}};
  if (!error) captured.status = exit_status_of(launched->handle->native_exit_code());
  launched->handle->detach();  // the pid is free now: the handle must not act on it any more
  Result<std::string> written = content_of(output, spec.executable);
  if (!written) return written.error();
  captured.output = std::move(*written);
  Result<std::string> complained = content_of(complaint, spec.executable);
  if (!complained) return complained.error();
  captured.complaint = std::move(*complained);
  return captured;
}

}  // namespace dream::process
