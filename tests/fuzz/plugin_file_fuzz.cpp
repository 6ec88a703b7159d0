#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "base/assert.hpp"
#include "plugin/elf_check.hpp"
#include "support/temporary_folder.hpp"

using namespace dream;

/// Any bytes are a shared library that fits this machine, or one error that names the file.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TemporaryFolder folder;
  static const std::filesystem::path path = folder.write("libdream_x.so");
  static const int bytes = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  static FoundFile file = *std::move(*find_file(path));
  DREAM_ASSERT(::ftruncate(bytes, 0) == 0);
  DREAM_ASSERT(::pwrite(bytes, data, size, 0) == static_cast<ssize_t>(size));
  DREAM_ASSERT(::fstat(bytes, &file.status) == 0);
  const auto checked = plugin::check_shared_library(file, path);
  DREAM_ASSERT(checked || (!checked.error().message.empty() && checked.error().where == path.string()));
  static_cast<void>(plugin::has_search_path(file));
  return 0;
}
