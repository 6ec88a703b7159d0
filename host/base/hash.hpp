#pragma once

#include <cstdint>
#include <string_view>

namespace dream {

/// FNV-1a: the same in every version of dream and of the standard library.
[[nodiscard]] constexpr std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return hash;
}

}  // namespace dream
