#include "history/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace dream::history {

namespace {

using control::Json;
using control::text_at;

LogLevel level_of(std::string_view word) {
  if (word == "error") return LogLevel::error;
  return word == "warning" ? LogLevel::warning : LogLevel::info;
}

std::string words_of_gap(const Json& left_out) {
  const std::int64_t bytes = std::max<std::int64_t>(control::number_at(left_out, "bytes"), 0);
  const std::string error = text_at(left_out, "error");
  return fmt::format("about {} KiB of output are left out here: the record {}", bytes / 1024,
                     error.empty() ? "got too large" : "couldn't be written: " + printable(error));
}

/// One run, told again.
class Replay {
 public:
  Replay(const Record& record, output::Renderer& renderer, Log& log)
      : record_(record),
        renderer_(renderer),
        log_(log),
        outcomes_(record.plan().steps.size()),
        writes_(record.plan().steps.size()) {}

  void tell(const Event& event) {
    at_ = Instant{} + event.at;
    if (event.name == "words") {
      log_.write(level_of(text_at(event.members, "level")), text_at(event.members, "text"));
    } else if (event.name == "leftOut") {
      log_.write(LogLevel::warning, words_of_gap(event.members));
    } else if (event.name == "summary") {
      finish(event.members);
    } else if (event.step) {
      tell_of(*event.step, event);
    }
  }

  /// As far as it is known.
  bool end() {
    if (has_end_) return true;
    for (std::size_t at = 0; at < writes_.size(); ++at)
      if (writes_[at]) renderer_.end(StepIndex(at));
    renderer_.report(at_, engine::Finish{0}, outcomes_);
    return false;
  }

 private:
  void tell_of(StepIndex step, const Event& event) {
    if (event.name == "output") {
      const bool is_err = text_at(event.members, "stream") == "stderr";
      writes_[position(step)] = true;
      renderer_.write(step, is_err ? Stream::err : Stream::out, control::bytes_at(event.members));
      return;
    }
    const bool again = event.name == "attempt";
    if (!again && event.name != "ended") return;
    renderer_.end(step);
    writes_[position(step)] = false;
    outcomes_[position(step)] = record_.outcome_in(event.members);
    if (!again) return renderer_.report(at_, engine::StepEnded{step}, outcomes_);
    const auto number = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(control::number_at(event.members, "attempt"), 1, 0x7FFFFFFF));
    renderer_.report(at_, engine::AttemptEnded{{step, number}, {}}, outcomes_);
  }

  void finish(const Json& summary) {
    record_.for_each_summed(summary, [this](StepIndex step, const Json& entry) {
      outcomes_[position(step)] = record_.outcome_in(entry);
    });
    has_end_ = true;
    renderer_.report(at_, engine::Finish{static_cast<int>(control::number_at(summary, "exitCode"))},
                     outcomes_);
  }

  const Record& record_;
  output::Renderer& renderer_;
  Log& log_;
  std::vector<engine::Outcome> outcomes_;
  std::vector<bool> writes_;  ///< of each step: what it wrote has no end yet
  Instant at_;
  bool has_end_ = false;
};

}  // namespace

Replayed replay(const Record& record, output::Renderer& renderer, Log& log,
                const std::function<bool()>& go_on) {
  Replay told(record, renderer, log);
  Replayed replayed;
  replayed.damaged = record.for_each([&](const Event& event) {
    told.tell(event);
    return go_on();
  });
  replayed.has_end = told.end();
  return replayed;
}

Replayed replay_lines(const Record& record, const std::function<bool(std::string_view line)>& take) {
  Replayed replayed;
  replayed.damaged = record.for_each([&](const Event& event) {
    replayed.has_end = replayed.has_end || event.name == "summary";
    return event.name == "words" || take(event.line);
  });
  return replayed;
}

}  // namespace dream::history
