#pragma once

#include <cstddef>
#include <functional>

#include "base/log.hpp"
#include "history/record.hpp"
#include "output/renderer.hpp"

namespace dream::history {

/// What came of telling a run again.
struct Replayed {
  std::size_t damaged = 0;  ///< lines that could not be understood
  bool has_end = false;     ///< the run's
};

/// Tells a run again as it was told: what its steps wrote to `renderer`, which was made for the record's
/// plan, dream's words to `log`, which leads there, too. `go_on` is asked after each event; no: the rest
/// isn't told.
Replayed replay(const Record& record, output::Renderer& renderer, Log& log,
                const std::function<bool()>& go_on);

/// The same in the mode events: the lines themselves, without dream's words, which are none of the events.
Replayed replay_lines(const Record& record, const std::function<bool(std::string_view line)>& take);

}  // namespace dream::history
