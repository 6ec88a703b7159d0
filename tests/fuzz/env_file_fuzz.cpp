#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.hpp"
#include "config/env_file.hpp"

using namespace dream;

/// Any bytes are variables that a process can be given, or one error with a place.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto environment =
      config::parse_env_file(".env", std::string(reinterpret_cast<const char*>(data), size));
  if (!environment) {
    DREAM_ASSERT(environment.error().where.starts_with(".env:"));
    return 0;
  }
  for (const auto& [name, value] : environment->variables) {
    DREAM_ASSERT(!name.empty() && name.find_first_of(std::string("=\0", 2)) == std::string::npos);
    DREAM_ASSERT(value.find('\0') == std::string::npos);
  }
  return 0;
}
