#pragma once

#include <string>
#include <string_view>

#include "asio.hpp"

namespace dream::docker {

/// The registry of an image as docker's configuration names it.
[[nodiscard]] std::string registry_of(std::string_view image);

/// The header X-Registry-Auth for pulling `image`: what `docker login` has stored in `folder`, or in the
/// credential helper that it names. Empty: nothing is stored.
[[nodiscard]] Async<std::string> pull_authorization(const asio::any_io_executor& executor, std::string folder,
                                                    std::string image);

/// The header X-Registry-Config for a build: everything that `folder` itself has stored.
[[nodiscard]] std::string build_authorization(const std::string& folder);

/// With the alphabet of URLs, as the engines' headers have it.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Of either alphabet; stops at what is neither.
[[nodiscard]] std::string base64_decode(std::string_view text);

}  // namespace dream::docker
