#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace dream {

/// What changes when a file is made anew or written to, also by who then gives it its old time (`cp -p`).
struct FileStamp {
  dev_t device;
  ino_t inode;
  mode_t mode;
  off_t size;
  std::int64_t modified_s, modified_ns, changed_s, changed_ns;

  bool operator==(const FileStamp&) const = default;

  /// The next change gives it another stamp. One that comes in the same moment may not: file systems count in
  /// some milliseconds, and old ones in up to two seconds.
  [[nodiscard]] bool is_settled(std::chrono::system_clock::time_point now) const;
};

/// Links are followed. Nothing: nobody can look at it.
[[nodiscard]] std::optional<FileStamp> stamp_of(const std::filesystem::path& file);

}  // namespace dream
