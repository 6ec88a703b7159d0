#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// read_seeds FOLDER: in place of libFuzzer, each file once.
int main(int argument_count, char** arguments) {
  std::size_t count = 0;
  for (int at = 1; at < argument_count; ++at) {
    for (const auto& seed : std::filesystem::recursive_directory_iterator(arguments[at])) {
      if (!seed.is_regular_file()) continue;
      std::ifstream file(seed.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++count;
    }
  }
  std::printf("%zu seeds\n", count);
  return count == 0 ? 1 : 0;
}
