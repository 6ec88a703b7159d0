#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.hpp"
#include "control/request.hpp"

using namespace dream;

/// Any line is a request or is refused with words, and a request is read again as it is written.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string line(reinterpret_cast<const char*>(data), size);
  const Result<control::Request> request = control::parse_request(line).request;
  if (!request) {
    DREAM_ASSERT(!request.error().message.empty());
    return 0;
  }
  DREAM_ASSERT(request->lines.value_or(0) <= control::most_lines && request->within_ms >= 0);
  // What is no UTF-8 is replaced when it is written.
  const Result<control::Request> clean = control::parse_request(control::to_line(*request)).request;
  DREAM_ASSERT(clean && clean->steps.size() == request->steps.size());
  const std::string written = control::to_line(*clean);
  DREAM_ASSERT(written.find('\n') == written.size() - 1);
  const Result<control::Request> again = control::parse_request(written).request;
  DREAM_ASSERT(again && again->steps == clean->steps && control::to_line(*again) == written);
  return 0;
}
