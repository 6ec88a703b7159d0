#include "ports/offset.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

#include "base/hash.hpp"
#include "ports/held_ports.hpp"

namespace dream::ports {

namespace {

constexpr int first_port = 1024;
constexpr int last_port = 65535;
constexpr int step_width = 100;  ///< the ports of most runs lie within
constexpr int most_tries = 1000;

/// Ports that the kernel gives to whoever connects are left alone where there is room below them.
int last_port_above(int highest) {
  constexpr int enough_places = 10;
  int first_of_kernel = last_port + 1;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first_of_kernel;
  return first_of_kernel - highest > enough_places * step_width ? first_of_kernel - 1 : last_port;
}

}  // namespace

Result<int> offset_for(const Plan& plan, const std::filesystem::path& root) {
  int lowest = last_port;
  int highest = 0;
  for (const Step& step : plan.steps) {
    for (const Port& port : step.ports) {
      lowest = std::min<int>(lowest, port.number);
      highest = std::max<int>(highest, port.number);
    }
  }
  if (highest == 0) return 0;
  const int first =
      lowest + step_width < first_port ? (first_port - lowest + step_width - 1) / step_width : 1;
  const int places = (last_port_above(highest) - highest) / step_width - first + 1;
  const auto fits = [&](int offset) {
    return std::ranges::all_of(plan.steps, [&](const Step& step) {
      return std::ranges::all_of(step.ports, [&](const Port& port) {
        return is_free(static_cast<std::uint16_t>(port.number + offset));
      });
    });
  };
  for (int at = 0; at < std::min(places, most_tries); ++at) {
    const auto place =
        (hash_of(root.string()) + static_cast<std::uint64_t>(at)) % static_cast<std::uint64_t>(places);
    const int offset = (first + static_cast<int>(place)) * step_width;
    if (fits(offset)) return offset;
  }
  return Error{ErrorCode::plan,
               "--ports auto finds no offset: from " + std::to_string(lowest) + " to " +
                   std::to_string(highest) + " the ports lie too far apart, or too many are taken",
               {},
               "choose numbers in \"ports\" that lie closer together"};
}

}  // namespace dream::ports
