#include "base/read_all.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/open_file.hpp"

namespace dream {

Result<std::string> read_all(int file, std::size_t most) {
  constexpr std::size_t block = std::size_t{16} << 10U;
  std::string text;
  for (std::size_t size = 0; size <= most;) {
    text.resize(size + std::max(block, size));
    const ssize_t count = ::pread(file, text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      return Error{
          ErrorCode::io, fmt::format("can't be read: {}", std::strerror(errno)), {}, system_remedy(errno)};
    size += static_cast<std::size_t>(count);
    if (count > 0) continue;
    text.resize(size);
    return text;
  }
  return Error{ErrorCode::io, fmt::format("can't be read: it is larger than {} MiB", most >> 20U), {}, {}};
}

std::string file_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace dream
