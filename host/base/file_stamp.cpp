#include "base/file_stamp.hpp"

#include <sys/stat.h>

namespace dream {

bool FileStamp::is_settled(std::chrono::system_clock::time_point now) const {
  constexpr std::chrono::seconds coarsest(2);
  return now - std::chrono::system_clock::time_point(std::chrono::seconds(changed_s + 1)) > coarsest;
}

std::optional<FileStamp> stamp_of(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return std::nullopt;
  return FileStamp{found.st_dev,         found.st_ino,          found.st_mode,        found.st_size,
                   found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_ctim.tv_sec, found.st_ctim.tv_nsec};
}

}  // namespace dream
