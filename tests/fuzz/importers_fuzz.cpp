#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/assert.hpp"
#include "init/init.hpp"
#include "support/temporary_folder.hpp"

using namespace dream;

/// Any bytes in a file that `dream init` reads are a sound dream.json of a bounded size, or one error. The
/// first byte chooses the file.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TemporaryFolder folder;
  static constexpr std::array names{"compose.yaml",   "Procfile",    "Makefile",
                                    "package.json",   "deno.json",   "pnpm-workspace.yaml",
                                    "mise.toml",      "justfile",    "process-compose.yaml",
                                    "Taskfile.yml",   "mprocs.yaml", "composer.json",
                                    "pyproject.toml", "rush.json",   "devbox.json",
                                    "pixi.toml",      "lerna.json"};
  if (size == 0) return 0;
  const std::filesystem::path file = folder.path() / names.at(data[0] % names.size());
  std::ofstream(file, std::ios::binary)
      << std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Result<std::string> made = init::make_configuration(folder.path(), {});
  std::filesystem::remove(file);
  constexpr std::size_t most_bytes_made = std::size_t{64} << 20U;
  DREAM_ASSERT(made ? !made->empty() && made->size() < most_bytes_made : !made.error().message.empty());
  return 0;
}
