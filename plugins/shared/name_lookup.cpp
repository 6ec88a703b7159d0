#include "name_lookup.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "start_thread.hpp"

namespace dream::plugins {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// What one thread looks up.
struct Query {
  Query(std::string its_host, std::string its_port)
      : host(std::move(its_host)), port(std::move(its_port)), over(::eventfd(0, EFD_CLOEXEC)) {}
  ~Query() {
    if (over >= 0) ::close(over);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  const std::string host, port;
  const int over;  ///< can be read when the answer is there
  std::mutex mutex;
  error_code error;
  Endpoints found;
};

using QueryPtr = std::shared_ptr<Query>;

/// Those that are under way. Never destroyed: a thread may come back when the process ends.
struct Queries {
  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, QueryPtr> all;
};

Queries& queries() {
  static auto& queries = *new Queries;
  return queries;
}

error_code error_of_lookup(int failure, int system) {
  switch (failure) {
    case 0:
      return {};
    case EAI_AGAIN:
      return asio::error::host_not_found_try_again;
    case EAI_FAIL:
      return asio::error::no_recovery;
    case EAI_MEMORY:
      return asio::error::no_memory;
    case EAI_SERVICE:
      return asio::error::service_not_found;
    case EAI_SYSTEM:
      return {system, boost::system::system_category()};
    default:
      return asio::error::host_not_found;
  }
}

void answer(const QueryPtr& query) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failure = ::getaddrinfo(query->host.c_str(), query->port.c_str(), &wanted, &list);
  const error_code error = error_of_lookup(failure, errno);
  {
    const std::scoped_lock lock(query->mutex);
    query->error = error;
    for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
      tcp::endpoint& endpoint = query->found.emplace_back();
      endpoint.resize(one->ai_addrlen);
      std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
    }
  }
  if (list != nullptr) ::freeaddrinfo(list);
  {
    const std::scoped_lock lock(queries().mutex);
    queries().all.erase({query->host, query->port});
  }
  ::eventfd_write(query->over, 1);
}

/// The thread that looks this up, a new one if there is none. An error: the system has none.
error_code find_query(const std::string& host, const std::string& port, QueryPtr& query) {
  const std::scoped_lock lock(queries().mutex);
  QueryPtr& one = queries().all[{host, port}];
  if (one == nullptr) {
    auto made = std::make_shared<Query>(host, port);
    std::thread thread;
    std::error_code error;
    if (made->over < 0) {
      error = {errno, std::system_category()};
    } else {
      error = start_thread(thread, [made] { answer(made); });
    }
    if (error) {
      queries().all.erase({host, port});
      return error;
    }
    thread.detach();
    one = std::move(made);
  }
  query = one;
  return {};
}

}  // namespace

/// One who waits for an answer; shared with what the executor will call.
struct NameLookup::Waiting {
  explicit Waiting(const asio::any_io_executor& executor) : over(executor), limit(executor) {}

  error_code watch(int event) {
    const int copy = ::fcntl(event, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return {errno, boost::system::system_category()};
    error_code error;
    over.assign(copy, error);
    if (error) ::close(copy);
    return error;
  }

  void stop() {
    error_code ignored;
    over.close(ignored);
    limit.cancel();
  }

  asio::posix::stream_descriptor over;
  asio::steady_timer limit;
  bool late = false;
};

std::optional<Endpoints> known_endpoints(const std::string& host, const std::string& port) {
  std::uint16_t number = 0;
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (failure != std::errc() || end != port.data() + port.size()) return std::nullopt;
  if (host == "localhost")
    return Endpoints{{asio::ip::address_v6::loopback(), number}, {asio::ip::address_v4::loopback(), number}};
  error_code no_number;
  const asio::ip::address address = asio::ip::make_address(host, no_number);
  if (no_number) return std::nullopt;
  return Endpoints{{address, number}};
}

NameLookup::NameLookup(asio::any_io_executor executor) : executor_(std::move(executor)) {}

NameLookup::~NameLookup() {
  cancel();
}

void NameLookup::cancel() {
  if (waiting_) waiting_->stop();
  waiting_.reset();
}

void NameLookup::begin(const std::string& host, const std::string& port, Limit limit, Found found) {
  QueryPtr query;
  error_code error = find_query(host, port, query);
  const auto waiting = waiting_ = std::make_shared<Waiting>(executor_);
  if (!error) error = waiting->watch(query->over);
  if (error) {
    asio::post(executor_, [error, found = std::move(found)] { found(error, {}); });
    return;
  }
  if (limit) {
    waiting->limit.expires_after(*limit);
    waiting->limit.async_wait([waiting](const error_code& cancelled) {
      if (cancelled) return;
      waiting->late = true;
      waiting->stop();
    });
  }
  waiting->over.async_wait(asio::posix::stream_descriptor::wait_read,
                           [waiting, query, found = std::move(found)](error_code stopped) {
                             waiting->stop();
                             if (waiting->late) stopped = asio::error::timed_out;
                             if (stopped) return found(stopped, {});
                             std::unique_lock lock(query->mutex);  // its thread has done with it
                             lock.unlock();
                             found(query->error, query->found);
                           });
}

}  // namespace dream::plugins
