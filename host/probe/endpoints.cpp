#include "probe/endpoints.hpp"

#include <utility>

namespace dream::probe {

namespace ip = boost::asio::ip;
using Code = boost::system::error_code;

void find_endpoints(ip::tcp::resolver& resolver, const std::string& host, std::uint16_t port,
                    std::function<void(const Code&, const Endpoints&)> found) {
  Code no_address;
  const ip::address address = ip::make_address(host, no_address);
  if (host == "localhost")
    return found({}, {{ip::address_v4::loopback(), port}, {ip::address_v6::loopback(), port}});
  if (!no_address) return found({}, {{address, port}});
  resolver.async_resolve(host, std::to_string(port),
                         [found = std::move(found)](const Code& error, const auto& all) {
                           Endpoints endpoints;
                           for (const auto& one : all) endpoints.push_back(one.endpoint());
                           found(error, endpoints);
                         });
}

}  // namespace dream::probe
