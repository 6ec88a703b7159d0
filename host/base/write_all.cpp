#include "base/write_all.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/descriptor.hpp"

namespace dream {

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return errno;
    if (count == 0) return EIO;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

int write_new_file(const std::filesystem::path& file, std::string_view bytes) {
  Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!descriptor.is_open()) return errno;
  int problem = write_all(descriptor.get(), bytes);
  if (const int closing = descriptor.close(); problem == 0) problem = closing;
  if (problem != 0) ::unlink(file.c_str());
  return problem;
}

}  // namespace dream
