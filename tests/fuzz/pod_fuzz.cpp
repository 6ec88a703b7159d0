// What an API server sends of a Pod: its log, read in two ways, must come to the same text, and events are
// anything.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "kubernetes/pod_log.hpp"
#include "kubernetes/pod_state.hpp"

using namespace dream::kubernetes;

namespace {

std::string read(std::string_view bytes, std::size_t size) {
  PodLog log;
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += size) text += log.take(bytes.substr(at, size));
  return text + log.finish();
}

}  // namespace

// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  DREAM_ASSERT(read(bytes, 1) == read(bytes, size + 1));
  PodLog again;
  static_cast<void>(again.take(bytes));
  static_cast<void>(again.begin_again());
  static_cast<void>(again.take(bytes));
  Watch watch([](const PodEvent& event) {
    static_cast<void>(doing(event.pod));
    static_cast<void>(never_runs(event.pod));
    static_cast<void>(end_of(event.pod));
  });
  watch.take(bytes);
  watch.take("\n");
  return 0;
}
