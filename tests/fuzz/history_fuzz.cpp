#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.hpp"
#include "history/record.hpp"
#include "history/times.hpp"

using namespace dream;

/// Any bytes are the record of a run, whose events are understood or passed over, or none.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto overview = history::overview_of(text);
  const auto record = history::Record::read(text);
  if (!record) return 0;
  DREAM_ASSERT(overview && !record->plan().steps.empty());
  std::size_t seen = 0;
  record->for_each([&](const history::Event& event) {
    ++seen;
    DREAM_ASSERT(!event.name.empty() && event.at >= Duration{});
    DREAM_ASSERT(!event.step || position(*event.step) < record->plan().steps.size());
    static_cast<void>(record->outcome_in(event.members));
    return true;
  });
  DREAM_ASSERT(seen > 0);
  DREAM_ASSERT(history::compare(*record, *record).size() == record->plan().steps.size());
  return 0;
}
