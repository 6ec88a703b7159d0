#include "cutting_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

namespace dream::docker::testing {

namespace {

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

bool send_all(int socket, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(std::filesystem::path engine)
    : engine_(std::move(engine)),
      path_(folder_.path() / "proxy.sock"),
      listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_un address = address_of(path_);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0)
    throw std::runtime_error("can't listen at " + path_.string());
  server_ = std::thread([this] { serve(); });
}

CuttingProxy::~CuttingProxy() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  server_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

void CuttingProxy::cut(const std::string& word, std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  cuts_.push_back({word, bytes});
}

int CuttingProxy::count(const std::string& word) {
  const std::scoped_lock lock(mutex_);
  const auto has = [&](const std::string& request) { return request.find(word) != std::string::npos; };
  return static_cast<int>(std::ranges::count_if(requests_, has));
}

std::size_t CuttingProxy::limit_of(const std::string& request) {
  const std::scoped_lock lock(mutex_);
  requests_.push_back(request);
  const auto found = std::ranges::find_if(
      cuts_, [&](const Cut& cut) { return request.find(cut.word) != std::string::npos; });
  if (found == cuts_.end()) return std::numeric_limits<std::size_t>::max();
  const std::size_t limit = found->bytes;
  cuts_.erase(found);
  return limit;
}

void CuttingProxy::serve() {
  while (true) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    threads_.emplace_back([this, client] { pass_on(client); });
  }
}

void CuttingProxy::pass_on(int client) {
  const int engine = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(engine_);
  {
    const std::scoped_lock lock(mutex_);
    open_.insert(open_.end(), {client, engine});
    if (ending_) ::shutdown(client, SHUT_RDWR);
  }
  std::size_t left = std::numeric_limits<std::size_t>::max();
  bool goes_on = ::connect(engine, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::array<char, 16 * 1024> bytes{};
  while (goes_on && left > 0) {
    std::array<pollfd, 2> sides{{{client, POLLIN, 0}, {engine, POLLIN, 0}}};
    ::poll(sides.data(), sides.size(), -1);
    if (sides[0].revents != 0) {
      const ssize_t size = ::recv(client, bytes.data(), bytes.size(), 0);
      goes_on = size > 0 && send_all(engine, bytes.data(), static_cast<std::size_t>(size));
      if (goes_on) left = std::min(left, limit_of({bytes.data(), static_cast<std::size_t>(size)}));
    }
    if (goes_on && sides[1].revents != 0) {
      const ssize_t size = ::recv(engine, bytes.data(), std::min(left, bytes.size()), 0);
      goes_on = size > 0 && send_all(client, bytes.data(), static_cast<std::size_t>(size));
      if (goes_on && left != std::numeric_limits<std::size_t>::max()) left -= static_cast<std::size_t>(size);
    }
  }
  const std::scoped_lock lock(mutex_);
  for (const int socket : {client, engine}) {
    std::erase(open_, socket);
    ::close(socket);
  }
}

}  // namespace dream::docker::testing
