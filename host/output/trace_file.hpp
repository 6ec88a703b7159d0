#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "output/reporter.hpp"
#include "plan/plan.hpp"

namespace dream::output {

/// Writes the run as a trace for chrome://tracing and ui.perfetto.dev: a line for each step, with its delay,
/// its life and its end (docs/events.md). Every event is in the file as soon as it has happened, so that what
/// there is can be read however the run ends. begin() makes the file, in place of an earlier one, and fails
/// when it can't; if it can't be written later, `say` is told so once, and the run goes on.
[[nodiscard]] std::unique_ptr<Reporter> make_trace_file(std::filesystem::path file, const Plan& plan,
                                                        std::function<void(std::string_view line)> say);

}  // namespace dream::output
