#pragma once

#include <sys/types.h>

#include <compare>
#include <ctime>
#include <filesystem>
#include <map>
#include <string>

namespace dream::suggest {

/// What tells a file from the one that had its name before.
struct FileMark {
  ino_t inode = 0;
  std::time_t seconds = 0;  ///< when it was changed last
  long nanoseconds = 0;
  bool is_socket = false;

  auto operator<=>(const FileMark&) const = default;
};

/// The files and sockets in a folder, by name, without what lies in folders below. Empty where it can't be
/// read, or has too many to look at again and again.
using Folder = std::map<std::string, FileMark>;
[[nodiscard]] Folder files_in(const std::filesystem::path& folder);

}  // namespace dream::suggest
