#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/log.hpp"

namespace dream::output {

/// dream's own words through spdlog: one line each, with `dream: ` before it, given to `write_line` with its
/// newline.
[[nodiscard]] std::unique_ptr<Log> make_log(LogLevel lowest, bool color,
                                            std::function<void(std::string_view line)> write_line);

/// The same, straight to stderr: where nothing is run whose output it could get in the way of.
[[nodiscard]] std::unique_ptr<Log> make_stderr_log(LogLevel lowest);

}  // namespace dream::output
