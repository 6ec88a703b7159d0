#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dream::http {

/// With the alphabet of URLs, as the engines' headers have it.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// With the common alphabet.
[[nodiscard]] std::string base64_standard(std::string_view bytes);
/// Of either alphabet; white space doesn't count. nullopt: it is none.
[[nodiscard]] std::optional<std::string> base64_decode(std::string text);

}  // namespace dream::http
