#pragma once

#include <cstddef>
#include <string>

namespace dream::init {

/// JSON text as a person would write it: what fits into a line on one line, else a member a line, with a
/// comma behind the last. `indentation` is that of its first line, of which `column` bytes are written
/// already.
[[nodiscard]] std::string laid_out(const std::string& json, std::size_t indentation, std::size_t column);

}  // namespace dream::init
