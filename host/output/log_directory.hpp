#pragma once

#include <filesystem>

#include "output/renderer.hpp"

namespace dream::output {

/// A tee before `next`: the bytes of every step and stream also go into a file of their own in `folder`, and
/// index.json there tells which file is whose and how the steps ended (docs/events.md). begin() makes the
/// folder and files, in place of those of an earlier run, and fails when it can't. If a file can't be written
/// later, that is said once and the run goes on.
[[nodiscard]] std::unique_ptr<Renderer> make_log_directory(std::filesystem::path folder, const Plan& plan,
                                                           std::unique_ptr<Renderer> next);

}  // namespace dream::output
