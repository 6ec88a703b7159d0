#pragma once

#include <string_view>

namespace dream {

/// Writes all bytes to a descriptor that blocks. 0, or the errno of what went wrong.
[[nodiscard]] int write_all(int descriptor, std::string_view bytes);

}  // namespace dream
