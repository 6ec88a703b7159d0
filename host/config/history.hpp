#pragma once

#include "config/document.hpp"

namespace dream::config {

/// Whether every run of this workspace is recorded: `history` at the top.
[[nodiscard]] bool wants_history(const Document& document);

}  // namespace dream::config
