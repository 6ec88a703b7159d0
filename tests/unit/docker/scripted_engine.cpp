#include "scripted_engine.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace dream::docker {

namespace {

/// "POST /containers/create" of "POST /v1.41/containers/create?name=x HTTP/1.1".
std::string route_of(std::string_view line) {
  const std::size_t space = line.find(' ');
  std::string method(line.substr(0, space));
  std::string_view target = line.substr(space + 1);
  target = target.substr(0, target.find_first_of("? "));
  if (target.starts_with("/v1.")) target.remove_prefix(target.find('/', 1));
  return method + " " + std::string(target);
}

constexpr std::string_view head_end = "\r\n\r\n";

std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "Content-Length: ";
  const std::size_t at = head.find(name);
  return at == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(at + name.size(), 10)));
}

bool is_chunked(std::string_view head) {
  return head.find("Transfer-Encoding: chunked") != std::string_view::npos;
}

/// The size of the whole request that `text` begins with; nothing while it hasn't come.
std::optional<std::size_t> request_size(std::string_view text) {
  const std::size_t end = text.find(head_end);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view head = text.substr(0, end);
  std::size_t size = end + head_end.size() + content_length(head);
  if (is_chunked(head)) {
    const std::size_t last = text.find("\r\n0\r\n\r\n", end + 2);
    if (last == std::string_view::npos) return std::nullopt;
    size = last + 7;
  }
  return size <= text.size() ? std::optional(size) : std::nullopt;
}

std::string without_chunks(std::string_view body) {
  std::string whole;
  while (true) {
    const std::size_t line_end = body.find("\r\n");
    const std::size_t size = std::stoul(std::string(body.substr(0, line_end)), nullptr, 16);
    if (size == 0) return whole;
    whole += body.substr(line_end + 2, size);
    body.remove_prefix(line_end + 2 + size + 2);
  }
}

}  // namespace

std::string ScriptedEngine::reply(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Status\r\nApi-Version: 1.41\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

ScriptedEngine::ScriptedEngine() : path_((folder_.path() / "engine.sock").string()) {
  answers_ = {{"GET /_ping", reply(200, "OK")},
              {"GET /containers/json", reply(200, "[]")},
              {"GET /networks", reply(200, "[]")},
              {"POST /networks/create", reply(201, R"({"Id": "n1"})")},
              {"GET /images/box/json", reply(200, R"({"Id": "i1", "Config": {"Cmd": ["sh"]}})")},
              {"GET /info", reply(200, "{}")},
              {"POST /containers/create", reply(201, R"({"Id": "c1"})")},
              {"POST /containers/c1/attach", "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n"},
              {"POST /containers/c1/start", "HTTP/1.1 204 No Content\r\n\r\n"},
              {"POST /containers/c1/wait", reply(200, R"({"StatusCode": 0})")},
              {"POST /containers/c1/kill", "HTTP/1.1 204 No Content\r\n\r\n"},
              {"GET /containers/c1/json", reply(200, R"({"State": {"Status": "running"}})")},
              {"GET /containers/c1/logs", reply(200, "")},
              {"GET /containers/c1/stats", reply(200, "{}")},
              {"DELETE /containers/c1", "HTTP/1.1 204 No Content\r\n\r\n"}};
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::runtime_error("can't listen at " + path_);
  }
  server_ = std::thread([this] { serve(); });
}

ScriptedEngine::~ScriptedEngine() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    for (const int connection : open_) ::shutdown(connection, SHUT_RDWR);
  }
  changed_.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  server_.join();
  for (std::thread& talk : talks_) talk.join();
  ::close(listener_);
}

void ScriptedEngine::answer(const std::string& route, const std::string& raw) {
  const std::scoped_lock lock(mutex_);
  answers_[route] = raw;
}

void ScriptedEngine::hold(const std::string& route) {
  const std::scoped_lock lock(mutex_);
  held_.insert(route);
}

void ScriptedEngine::release(const std::string& route) {
  {
    const std::scoped_lock lock(mutex_);
    held_.erase(route);
  }
  changed_.notify_all();
}

std::string ScriptedEngine::await(const std::string& route) {
  std::unique_lock lock(mutex_);
  std::string target;
  const bool came = changed_.wait_for(lock, std::chrono::minutes(1), [&] {
    const auto found = std::ranges::find(seen_, route, &Seen::route);
    if (found != seen_.end()) target = found->target;
    return found != seen_.end();
  });
  if (!came) throw std::runtime_error("nobody asked for " + route);
  return target;
}

void ScriptedEngine::await_sent(const std::string& route) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, std::chrono::minutes(1), [&] { return sent_.contains(route); })) {
    throw std::runtime_error("nobody takes the answer of " + route);
  }
}

std::size_t ScriptedEngine::count(const std::string& route) const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count(seen_, route, &Seen::route));
}

std::string ScriptedEngine::last_body(const std::string& route) const {
  const std::scoped_lock lock(mutex_);
  std::string body;
  for (const Seen& seen : seen_) {
    if (seen.route == route) body = seen.body;
  }
  return body;
}

std::vector<std::string> ScriptedEngine::routes() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> all;
  for (const Seen& seen : seen_) all.push_back(seen.route);
  return all;
}

void ScriptedEngine::serve() {
  while (true) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::scoped_lock lock(mutex_);
    if (connection < 0 || ending_) {
      if (connection >= 0) ::close(connection);
      return;
    }
    open_.insert(connection);
    talks_.emplace_back([this, connection] { talk(connection); });
  }
}

bool ScriptedEngine::take_request(int connection, std::string& unread, Seen& seen) const {
  std::optional<std::size_t> size;
  while (!(size = request_size(unread))) {
    std::array<char, 65536> buffer{};
    const ssize_t got = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    unread.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const std::string line = unread.substr(0, unread.find('\r'));
  const std::size_t body_begin = unread.find(head_end) + head_end.size();
  std::string body = unread.substr(body_begin, *size - body_begin);
  if (is_chunked(unread.substr(0, body_begin))) body = without_chunks(body);
  seen = {route_of(line), line.substr(line.find(' ') + 1), body};
  unread.erase(0, *size);
  return true;
}

void ScriptedEngine::talk(int connection) {
  std::string unread;
  Seen seen;
  while (take_request(connection, unread, seen)) {
    std::string answer;
    {
      std::unique_lock lock(mutex_);
      seen_.push_back(seen);
      changed_.notify_all();
      changed_.wait(lock, [&] { return ending_ || !held_.contains(seen.route); });
      const auto found = answers_.find(seen.route);
      answer = found == answers_.end() ? reply(404, R"({"message": "No such thing"})") : found->second;
      if (ending_) answer.clear();
    }
    if (answer.empty()) break;
    ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    {
      const std::scoped_lock lock(mutex_);
      sent_.insert(seen.route);
    }
    changed_.notify_all();
    if (answer.starts_with("HTTP/1.1 101") || answer.find("Connection: close") != std::string::npos) break;
  }
  const std::scoped_lock lock(mutex_);
  open_.erase(connection);
  ::close(connection);
}

}  // namespace dream::docker
