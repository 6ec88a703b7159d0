#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace dream {

/// A duration as people write it: "500ms", "2s", "1m30s", "1h", "2d"; a plain number is milliseconds. Units
/// go from the larger to the smaller, each once. Error{usage} without a place.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

}  // namespace dream
