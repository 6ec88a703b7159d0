#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dream::plugins {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// A port at every address of a host that is a number or `localhost`; nullopt: it has to be looked up.
[[nodiscard]] std::optional<Endpoints> known_endpoints(const std::string& host, const std::string& port);

/// Looks up the addresses of a host. Where no name server answers, getaddrinfo(3) blocks for up to some
/// minutes, and can't be broken off. So each name has a thread of its own, which nobody waits for, not even
/// the end of the process. Who asks for a name that is being looked up gets the answer of the same thread.
class NameLookup {
 public:
  using Limit = std::optional<std::chrono::milliseconds>;
  using Found = std::function<void(const boost::system::error_code&, const Endpoints&)>;

  explicit NameLookup(boost::asio::any_io_executor executor);
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  /// One at a time. Calls `found` once, later from the executor: with timed_out after `limit`, and with
  /// operation_aborted after cancel().
  void begin(const std::string& host, const std::string& port, Limit limit, Found found);
  void cancel();

 private:
  struct Waiting;

  boost::asio::any_io_executor executor_;
  std::shared_ptr<Waiting> waiting_;
};

}  // namespace dream::plugins
