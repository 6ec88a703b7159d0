#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace dream {

/// Almost 25 days. A longer time that somebody writes is a mistake.
inline constexpr std::chrono::milliseconds longest_written_duration{std::numeric_limits<std::int32_t>::max()};

/// A time as people write it: "500ms", "2s", "1m30s", "1.5h"; digits alone are milliseconds. The units go
/// from the largest to the smallest. It has whole milliseconds, and no more than `longest_written_duration`.
/// The message of the error (ErrorCode::usage) quotes `text`, the hint shows times that are taken.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

}  // namespace dream
