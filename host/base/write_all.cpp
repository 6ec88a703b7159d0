#include "base/write_all.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "base/descriptor.hpp"

namespace dream {

namespace {

int write_bytes(int descriptor, std::string_view bytes, bool waits) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EAGAIN && waits) {
      pollfd room{descriptor, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (count < 0 && errno != EINTR) {
      return errno;
    }
    if (count == 0) return EIO;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace

int write_all(int descriptor, std::string_view bytes) {
  return write_bytes(descriptor, bytes, true);
}

int write_unless_full(int descriptor, std::string_view bytes) {
  return write_bytes(descriptor, bytes, false);
}

int write_new_file(const std::filesystem::path& file, std::string_view bytes) {
  Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!descriptor.is_open()) return errno;
  int problem = write_all(descriptor.get(), bytes);
  if (const int closing = descriptor.close(); problem == 0) problem = closing;
  if (problem != 0) ::unlink(file.c_str());
  return problem;
}

int replace_file(const std::filesystem::path& file, std::string_view bytes) {
  std::error_code failure;
  const std::filesystem::path real = std::filesystem::canonical(file, failure);  // a link stays one
  struct stat status {};
  if (failure) return failure.value();
  if (::stat(real.c_str(), &status) != 0 || ::access(real.c_str(), W_OK) != 0) return errno;
  std::string beside = real.string() + ".XXXXXX";
  Descriptor descriptor(::mkostemp(beside.data(), O_CLOEXEC));
  if (!descriptor.is_open()) return errno;
  int problem = write_all(descriptor.get(), bytes);
  if (problem == 0 && ::fchown(descriptor.get(), status.st_uid, status.st_gid) != 0) problem = errno;
  if (problem == 0 && ::fchmod(descriptor.get(), status.st_mode & 07777U) != 0) problem = errno;
  if (problem == 0 && ::fsync(descriptor.get()) != 0) problem = errno;
  if (const int closing = descriptor.close(); problem == 0) problem = closing;
  if (problem == 0 && ::rename(beside.c_str(), real.c_str()) != 0) problem = errno;
  if (problem != 0) ::unlink(beside.c_str());
  return problem;
}

}  // namespace dream
