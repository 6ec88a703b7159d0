#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dream::probe {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// A port at every address of a host; `localhost` is 127.0.0.1 and ::1. Calls at once, or later from the loop
/// unless the resolver is gone by then.
void find_endpoints(boost::asio::ip::tcp::resolver& resolver, const std::string& host, std::uint16_t port,
                    std::function<void(const boost::system::error_code&, const Endpoints&)> found);

}  // namespace dream::probe
