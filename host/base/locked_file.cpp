#include "base/locked_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/write_all.hpp"

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

bool has_name(const Descriptor& file, const Descriptor& folder, const std::string& name) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.get(), &opened) == 0 &&
         ::fstatat(folder.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

Descriptor publish_locked(const Descriptor& folder, const std::string& name, std::string_view text,
                          Sync sync) {
  const std::string unfinished = name + ".new";
  Descriptor file = create_locked(folder, unfinished);
  if (!file.is_open()) return {};
  int problem = write_all(file.get(), text);
  if (problem == 0 && sync == Sync::yes && ::fsync(file.get()) != 0) problem = errno;
  if (problem == 0 && ::renameat(folder.get(), unfinished.c_str(), folder.get(), name.c_str()) != 0)
    problem = errno;
  if (problem == 0) return file;
  ::unlinkat(folder.get(), unfinished.c_str(), 0);
  errno = problem;
  return {};
}

}  // namespace dream
