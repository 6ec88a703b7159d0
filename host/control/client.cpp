#include "control/client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <cerrno>
#include <string_view>
#include <utility>

#include "control/json.hpp"
#include "control/place.hpp"
#include "process/process_tree.hpp"

namespace dream::control {

std::optional<Connection> Connection::connect(const std::filesystem::path& socket) {
  if (socket.native().size() >= sizeof(sockaddr_un::sun_path)) return std::nullopt;
  const boost::asio::local::stream_protocol::endpoint address(socket.string());
  Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(descriptor.get(), address.data(), static_cast<socklen_t>(address.size())) != 0) {
    if (errno == ECONNREFUSED) ::unlink(socket.c_str());  // its run was killed
    if (errno != EAGAIN) return std::nullopt;
  }
  ::fcntl(descriptor.get(), F_SETFL, 0);  // only the connect must not wait for a run that is stopped
  return Connection(std::move(descriptor));
}

std::optional<Connection> Connection::open(const std::filesystem::path& socket) {
  std::optional<Connection> connection = connect(socket);
  if (connection && !connection->take_hello(read_clock() + usual_patience)) return std::nullopt;
  return connection;
}

bool Connection::take_hello(Instant until) {
  const auto hello = line(until);
  if (!hello) return false;
  auto info = run_info_in(parse_line(*hello));
  if (!info) return false;
  info_ = *std::move(info);
  return true;
}

std::optional<bool> Connection::take_hello(const std::string& id, Instant connected, const Waiting& waiting) {
  constexpr Duration first_look = std::chrono::milliseconds(100);  // one that is well says it at once
  constexpr Duration before_it_is_told = std::chrono::seconds(1);
  const bool stopped = is_stopped();
  if (!stopped && take_hello(connected + std::min(first_look, waiting.most))) return true;
  if (waiting.can_be_meant && pid() != 0 && !waiting.can_be_meant(pid())) return std::nullopt;
  if (stopped || !timed_out()) return false;
  if (take_hello(connected + std::min(before_it_is_told, waiting.most))) return true;
  const bool goes_on = timed_out() && read_clock() < connected + waiting.most;
  if (goes_on && waiting.on_long_wait) waiting.on_long_wait({id, pid()});
  return goes_on && take_hello(connected + waiting.most);
}

std::string Connection::refusal() const {
  const rapidjson::Document line =
      parse_line(std::string_view(kept_).substr(at_, kept_.find('\n', at_) - at_));
  const Json* error = member_of(line, "error");
  return error == nullptr ? std::string() : text_at(*error, "message");
}

Result<void> Connection::send(const Request& request) {
  const std::string text = to_line(request);
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return Error{ErrorCode::io, "the run has gone", {}, {}};
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

/// Where it can't be sent, a run that has gone may have said why.
std::optional<std::string> Connection::ask(const Request& request, std::optional<Instant> until) {
  static_cast<void>(send(request));
  while (true) {
    auto answer = line(until);
    if (!answer) return answer;
    const rapidjson::Document document = parse_line(*answer);
    const std::int64_t id = number_at(document, "id");
    if (member_of(document, "id") != nullptr && (id == request.id || id == 0)) return answer;
  }
}

std::optional<std::string> Connection::line(std::optional<Instant> until) {
  timed_out_ = false;
  std::size_t looked = at_;
  while (true) {
    if (const std::size_t end = kept_.find('\n', looked); end != std::string::npos) {
      std::string line = kept_.substr(at_, end - at_);
      at_ = end + 1;
      return line;
    }
    kept_.erase(0, std::exchange(at_, 0));
    looked = kept_.size();
    int wait = -1;
    if (until) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - read_clock()).count();
      wait = static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
    }
    std::array<pollfd, 2> sources{{{socket_.get(), POLLIN, 0}, {output_, 0, 0}}};
    const int ready = ::poll(sources.data(), sources.size(), wait);
    if (ready < 0 && errno == EINTR) continue;
    if (ready > 0 && (sources[1].revents & (POLLERR | POLLHUP)) != 0) {
      lost_reader_ = true;
      return std::nullopt;
    }
    if (ready == 0 && until && read_clock() >= *until) {
      timed_out_ = true;
      return std::nullopt;
    }
    if (ready == 0) continue;
    std::array<char, 65536> buffer{};
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    hung_up_ = size == 0 || (size < 0 && errno == ECONNRESET);
    if (size <= 0) return std::nullopt;
    kept_.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

pid_t Connection::pid() const {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

bool Connection::is_stopped() const {
  const auto status = process::process_status(pid());
  return status && status->stopped();
}

OpenRuns open_runs(const std::vector<std::filesystem::path>& sockets,
                   const std::function<bool(const RunInfo&)>& is_meant, const Waiting& waiting) {
  OpenRuns runs;
  std::vector<std::pair<std::string, Connection>> greeted;
  for (const std::filesystem::path& socket : sockets)
    if (auto run = Connection::connect(socket)) greeted.emplace_back(run_of(socket), std::move(*run));
  const Instant connected = read_clock();
  for (auto& [id, run] : greeted) {
    const std::optional<bool> greets = run.take_hello(id, connected, waiting);
    if (!greets || (!*greets && run.hung_up_)) continue;  // it hangs up at its end
    if (!*greets)
      runs.silent.push_back({id, run.pid(), run.is_stopped()});
    else if (!is_meant(run.info()))
      continue;
    else if (std::string refused = run.refusal(); !refused.empty())
      runs.silent.push_back({id, run.pid(), false, std::move(refused)});
    else
      runs.meant.push_back(std::move(run));
  }
  std::ranges::sort(runs.meant, {}, [](const Connection& run) { return run.info().started_ms; });
  return runs;
}

}  // namespace dream::control
