#pragma once

#include <optional>
#include <string>
#include <string_view>

/// RFC 4648, with padding.
namespace dream {

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Also without its padding; nothing: it is none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace dream
