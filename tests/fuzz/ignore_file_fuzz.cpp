#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ignore_file.hpp"

using namespace dream;

/// Any text is a .dockerignore that judges any path, in a time that doesn't explode. What stands before the
/// first NUL is the file, what follows is the path.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = bytes.find('\0');
  const docker::IgnoreFile file(bytes.substr(0, end));
  static_cast<void>(file.ignores(end == std::string_view::npos ? "src/main.c" : bytes.substr(end + 1)));
  return 0;
}
