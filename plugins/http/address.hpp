#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dream::http {

/// HOST:PORT, [V6]:PORT or HOST.
struct HostAndPort {
  std::string host, port;
};

[[nodiscard]] inline HostAndPort split_port(std::string_view text) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  HostAndPort parts{std::string(text.substr(0, has_port ? colon : text.size())),
                    has_port ? std::string(text.substr(colon + 1)) : std::string()};
  if (parts.host.starts_with('[') && parts.host.ends_with(']')) {
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  }
  return parts;
}

}  // namespace dream::http
