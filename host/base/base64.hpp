#pragma once

#include <string>
#include <string_view>

/// RFC 4648, with padding.
namespace dream {

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Up to what is no digit of it.
[[nodiscard]] std::string from_base64(std::string_view text);

}  // namespace dream
