#include "probe/endpoints.hpp"

#include <utility>

namespace dream::probe {

void find_endpoints(NameLookup& lookup, const std::string& host, std::uint16_t port,
                    NameLookup::Found found) {
  const std::string number = std::to_string(port);
  if (const auto known = plugins::known_endpoints(host, number)) return found({}, *known);
  lookup.begin(host, number, {}, std::move(found));
}

bool is_connected_to_itself(const boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  const auto own = socket.local_endpoint(error);
  return !error && own == socket.remote_endpoint(error) && !error;
}

}  // namespace dream::probe
