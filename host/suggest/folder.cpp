#include "suggest/folder.hpp"

#include <sys/stat.h>

#include <system_error>

namespace dream::suggest {

Folder files_in(const std::filesystem::path& folder) {
  constexpr std::size_t most = 500;
  Folder files;
  std::error_code failure;
  std::size_t names = 0;
  for (std::filesystem::directory_iterator next(folder, failure), end; !failure && next != end;
       next.increment(failure)) {
    if (++names > most) return {};
    struct stat status {};
    if (::lstat(next->path().c_str(), &status) != 0) continue;
    if (!S_ISREG(status.st_mode) && !S_ISSOCK(status.st_mode)) continue;
    files[next->path().filename().string()] = {status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                                               S_ISSOCK(status.st_mode)};
  }
  return files;
}

}  // namespace dream::suggest
