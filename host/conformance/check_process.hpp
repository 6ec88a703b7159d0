#pragma once

#include "conformance/check.hpp"

namespace dream::conformance {

/// Checks one rule in a process of its own.
[[nodiscard]] Checked check_in_process(const Rule& rule, const Subject& subject,
                                       std::chrono::milliseconds limit);

}  // namespace dream::conformance
