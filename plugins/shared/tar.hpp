#pragma once

#include <sys/types.h>

#include <cstdint>
#include <dream/sdk/result.hpp>
#include <filesystem>
#include <optional>
#include <string>

/// Archives of tar: for each entry a header, its bytes and their padding; at last an end.
namespace dream::plugins {

/// What a header says.
struct TarEntry {
  std::string name;  ///< of a folder, with a slash at its end
  std::string link = {};
  char type = '0';  ///< '0' a file, '2' a link, '5' a folder, '6' a pipe (mkfifo)
  std::uint64_t size = 0;
  mode_t mode = 0;
  std::int64_t time = 0;
};

/// A file, folder, link or pipe as an entry of this name, with a slash behind a folder's; nothing: a socket
/// or device. A failure says only why.
[[nodiscard]] sdk::Result<std::optional<TarEntry>> find_tar_entry(const std::filesystem::path& file,
                                                                  const std::string& name);
[[nodiscard]] std::string tar_header(const TarEntry& entry);
/// How many zeros stand behind so many bytes.
[[nodiscard]] std::uint64_t tar_padding(std::uint64_t size);
[[nodiscard]] std::string tar_end();

}  // namespace dream::plugins
