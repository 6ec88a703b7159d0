#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dream::cli {

/// The machine's clock.
[[nodiscard]] std::int64_t milliseconds_since_1970();

/// A moment as people write it: how long ago ("5m"), or a local time ("2026-11-29T07:00", with seconds or
/// without, with Z: UTC). In milliseconds since 1970. Error{usage}.
[[nodiscard]] Result<std::int64_t> parse_since(std::string_view text, std::int64_t now_ms);

/// "2026-11-29 07:00:12", local time.
[[nodiscard]] std::string local_time(std::int64_t ms);

}  // namespace dream::cli
