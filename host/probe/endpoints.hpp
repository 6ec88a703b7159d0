#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

#include "shared/name_lookup.hpp"

namespace dream::probe {

using plugins::Endpoints;
using plugins::NameLookup;

/// A port at every address of a host; `localhost` is 127.0.0.1 and ::1. Calls at once, or later from the
/// loop.
void find_endpoints(NameLookup& lookup, const std::string& host, std::uint16_t port, NameLookup::Found found);

/// Where nobody listens on a port that the kernel hands out itself, a connection to it may meet itself.
[[nodiscard]] bool is_connected_to_itself(const boost::asio::ip::tcp::socket& socket);

}  // namespace dream::probe
