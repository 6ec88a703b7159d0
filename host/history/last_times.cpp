#include "history/last_times.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "history/record.hpp"
#include "history/times.hpp"

namespace dream::history {

namespace {

using Places = std::map<std::string, std::size_t, std::less<>>;

/// What newer records have told stays.
void take_times(const Record& record, const Places& places, std::vector<LastTimes>& last) {
  const std::vector<StepTimes> times = times_of(record);
  for (std::size_t at = 0; at < times.size(); ++at) {
    const auto place = places.find(to_string(record.plan().steps[at].id));
    if (place == places.end()) continue;
    LastTimes& step = last[place->second];
    if (!step.ready) step.ready = times[at].ready;
    if (!step.ran && times[at].outcome == "succeeded") step.ran = times[at].ran;
  }
}

bool is_known(const Step& step, const LastTimes& last) {
  if (step.gathers || step.finally) return true;
  return step.background ? last.ready || step.ready.empty() : last.ran.has_value();
}

}  // namespace

std::vector<LastTimes> last_times(const Archive& archive, const std::filesystem::path& root, const Plan& plan,
                                  std::size_t most_bytes) {
  std::vector<LastTimes> last(plan.steps.size());
  Places places;
  for (std::size_t at = 0; at < plan.steps.size(); ++at) places.emplace(to_string(plan.steps[at].id), at);
  std::size_t bytes = 0;
  for (const Entry& entry : archive.entries_of(root)) {
    if (bytes >= most_bytes || std::ranges::equal(plan.steps, last, is_known)) break;
    Result<std::string> text = archive.read(entry);
    if (!text) continue;
    bytes += text->size();
    const Result<Record> record = Record::read(std::move(*text));
    // Two workspaces may have the same mark.
    if (record && record->header().run.root == control::real_root(root)) take_times(*record, places, last);
  }
  return last;
}

}  // namespace dream::history
