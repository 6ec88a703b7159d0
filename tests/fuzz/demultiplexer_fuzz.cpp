#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "demultiplexer.hpp"

using namespace dream;

namespace {

/// Both streams, of bytes that come in pieces of `step`.
std::array<std::string, 2> taken(std::string_view bytes, std::size_t step) {
  docker::Demultiplexer demultiplexer;
  std::array<std::string, 2> streams;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    for (const docker::Piece& piece : demultiplexer.take(bytes.substr(at, step)))
      streams.at(piece.stream == DREAM_STDOUT ? 0 : 1) += piece.bytes;
  }
  return streams;
}

}  // namespace

/// However an engine's bytes are cut, they have the same streams, which are no longer than the bytes.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::array<std::string, 2> whole = taken(bytes, size + 1);
  DREAM_ASSERT(whole[0].size() + whole[1].size() <= size);
  for (const std::size_t step : {1U, 3U, 7U, 8U, 9U}) DREAM_ASSERT(taken(bytes, step) == whole);
  return 0;
}
