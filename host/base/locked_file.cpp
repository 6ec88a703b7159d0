#include "base/locked_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

namespace dream {

bool lock_file(const Descriptor& file, int how) {
  while (::flock(file.get(), how) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

Descriptor create_locked(const Descriptor& folder, const std::string& name) {
  while (true) {
    Descriptor file(
        ::openat(folder.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    struct stat status {};
    if (!file.is_open() || !lock_file(file, LOCK_EX) || ::fstat(file.get(), &status) != 0) return {};
    if (status.st_nlink > 0) return file;
  }
}

}  // namespace dream
