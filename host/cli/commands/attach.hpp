#pragma once

#include <string>

#include "control/client.hpp"
#include "control/request.hpp"

namespace dream::cli {

/// The window of dream's own terminal into the request; without one nothing changes.
void add_window(control::Request& request);

/// Shows the terminal of a step and, unless the request only looks, types there what comes from stdin: until
/// Ctrl-], the end of stdin, or the end of the step. `answer` is what `run` has said to the request. An exit
/// code.
[[nodiscard]] int show_terminal(control::Connection& run, const control::Request& request,
                                const std::string& answer);

}  // namespace dream::cli
