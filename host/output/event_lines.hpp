#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "output/reporter.hpp"
#include "plan/plan.hpp"

namespace dream::output {

/// All that happens in a run, and all that its steps write, as lines of JSON (docs/events.md).
class EventLines : public Reporter {
 public:
  /// As begin(), where nobody takes lines yet.
  virtual void begin_unheard(Instant now) = 0;
  virtual void write(StepIndex step, Stream stream, std::string_view bytes) = 0;
  /// After the step's last byte.
  virtual void end(StepIndex step) = 0;
  /// dream's own words, which are an event in records alone.
  virtual void words(LogLevel level, std::string_view text) = 0;
};

/// `clock` tells when bytes came; `take` gets each line, with its newline.
[[nodiscard]] std::unique_ptr<EventLines> make_event_lines(const Plan& plan, std::function<Instant()> clock,
                                                           std::function<void(std::string_view)> take);

}  // namespace dream::output
