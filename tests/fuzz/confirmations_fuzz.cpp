#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "plugin/confirmations.hpp"

using namespace dream;

/// Any bytes are confirmations, which are the same when they are written again, or damaged.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto confirmations = plugin::read_confirmations({reinterpret_cast<const char*>(data), size});
  if (!confirmations) return 0;
  const auto again = plugin::read_confirmations(plugin::confirmations_text(*confirmations));
  DREAM_ASSERT(again && again->plugins == confirmations->plugins && again->folders == confirmations->folders);
  return 0;
}
