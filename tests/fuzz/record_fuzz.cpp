#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "record/record_text.hpp"

using namespace dream;

namespace {

bool same(const record::RecordedPlugin& a, const record::RecordedPlugin& b) {
  return a.id == b.id && a.file == b.file && a.options == b.options && a.sha256 == b.sha256;
}

}  // namespace

/// Any bytes are the record of a run, which is the same when it is written again, or none.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = record::read_record({reinterpret_cast<const char*>(data), size});
  if (!record) return 0;
  DREAM_ASSERT(!record->session.empty());
  const auto again = record::read_record(record::record_text(*record));
  DREAM_ASSERT(again && again->session == record->session && again->root == record->root);
  DREAM_ASSERT(std::ranges::equal(again->plugins, record->plugins, same));
  return 0;
}
