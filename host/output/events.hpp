#pragma once

#include "output/renderer.hpp"

namespace dream::output {

/// The mode events: all that happens and all that the steps write as JSON lines on stdout (docs/events.md).
/// `clock` tells when bytes came.
[[nodiscard]] std::unique_ptr<Renderer> make_events_renderer(Console& console, const Plan& plan,
                                                             std::function<Instant()> clock);

}  // namespace dream::output
