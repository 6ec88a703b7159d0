#pragma once

#include <string>

#include "e2e/workspace.hpp"

namespace dream::e2e {

/// Compares with tests/golden/e2e/NAME. What differs from machine to machine is replaced first: the
/// workspace's folder by <root>, that of the plugins by <plugins>. With DREAM_UPDATE_GOLDEN set, the file is
/// rewritten.
void expect_golden(const std::string& name, const std::string& text, const Workspace& workspace);

/// The text with <time> for all durations.
[[nodiscard]] std::string without_times(const std::string& text);

}  // namespace dream::e2e
