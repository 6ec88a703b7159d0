#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dream {

/// The begin of `text`, with a `…` behind it when it has more than `limit` bytes; no character is torn apart.
[[nodiscard]] std::string cut_off(std::string_view text, std::size_t limit);

}  // namespace dream
