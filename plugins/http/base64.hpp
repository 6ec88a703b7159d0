#pragma once

#include <string>
#include <string_view>

namespace dream::http {

/// With the alphabet of URLs, as the engines' headers have it.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// With the common alphabet.
[[nodiscard]] std::string base64_standard(std::string_view bytes);
/// Of either alphabet; empty when it is none.
[[nodiscard]] std::string base64_decode(std::string text);

}  // namespace dream::http
