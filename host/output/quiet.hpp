#pragma once

#include "output/renderer.hpp"

namespace dream::output {

/// The mode quiet: dream's own words, and of what a step wrote the last lines when it has failed. Nothing
/// that tasks write is held back for it, and no more is kept than the begin of these lines.
[[nodiscard]] std::unique_ptr<Renderer> make_quiet_renderer(Console& console, const Plan& plan);

}  // namespace dream::output
