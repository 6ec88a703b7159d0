#include "probe/notify_socket.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/local/datagram_protocol.hpp>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "base/descriptor.hpp"

namespace dream::probe {

namespace {

constexpr std::string_view variable = "NOTIFY_SOCKET=";
/// After so many the rest of the loop has its turn. More than the kernel keeps (net.unix.max_dgram_qlen).
constexpr int most_at_once = 1024;
/// The kernel passes no more with one message (SCM_MAX_FD). Where they find no room, later ones are lost.
constexpr std::size_t most_descriptors = 253;

/// Whoever sent them learns by that that the message was heard.
void close_descriptors(msghdr& header) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = 0; CMSG_LEN(at + sizeof(int)) <= part->cmsg_len; at += sizeof(int)) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part) + at, sizeof number);
      const Descriptor closed(number);
    }
  }
}

/// What stands behind NAME= of such a line.
std::optional<std::string_view> value_of(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  return line.substr(name.size());
}

std::optional<Duration> microseconds(std::string_view digits) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  constexpr std::uint64_t most =
      std::chrono::duration_cast<std::chrono::microseconds>(Duration::max()).count();
  return std::chrono::microseconds(std::min(count, most));
}

}  // namespace

NotifySocket::NotifySocket(boost::asio::io_context& context, Descriptor socket, std::string path,
                           Extend extend)
    : socket_(context, std::move(socket)), path_(std::move(path)), extend_(std::move(extend)) {
  wait();
}

NotifySocket::~NotifySocket() {
  ::unlink(path_.c_str());
}

Result<std::unique_ptr<NotifySocket>> NotifySocket::open(boost::asio::io_context& context,
                                                         const std::string& path, Extend extend) {
  const auto refused = [&](const char* what) {
    return Error{ErrorCode::io, fmt::format("no socket for NOTIFY_SOCKET can be made: {}", what), path,
                 "set XDG_RUNTIME_DIR to a folder of yours, or use another probe"};
  };
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return refused("its path is too long");
  const boost::asio::local::datagram_protocol::endpoint address(path);
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open() || ::bind(socket.get(), address.data(), static_cast<socklen_t>(address.size())) != 0)
    return refused(std::strerror(errno));
  return std::unique_ptr<NotifySocket>(new NotifySocket(context, std::move(socket), path, std::move(extend)));
}

SharedEnvironment NotifySocket::added_to(const std::vector<std::string>& environment,
                                         std::optional<Duration> lives) const {
  auto entries = std::make_shared<std::vector<std::string>>(environment);
  constexpr std::string_view interval = "WATCHDOG_USEC=";
  std::erase_if(*entries, [&](const std::string& entry) {
    return entry.starts_with(variable) || (lives && entry.starts_with(interval));
  });
  entries->push_back(std::string(variable) + path_);
  if (lives)
    entries->push_back(
        fmt::format("{}{}", interval, std::chrono::duration_cast<std::chrono::microseconds>(*lives).count()));
  return entries;
}

void NotifySocket::wait() {
  socket_.call_when_readable([this](const auto& error) {
    if (error) return;
    hear();
    wait();
  });
}

/// Who says the same over and over is told on once for all of it.
void NotifySocket::hear() {
  int count = 0;
  while (count < most_at_once && receive()) ++count;
  if (const auto time = std::exchange(asked_for_, std::nullopt)) extend_(*time);
  if (std::exchange(has_changed_, false) && changed) changed();
}

bool NotifySocket::receive() {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))>
      control;  // NOLINT(*-member-init)
  iovec place{message_.data(), message_.size()};
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return errno == EINTR;
  if ((header.msg_flags & MSG_TRUNC) == 0) take({message_.data(), static_cast<std::size_t>(size)});
  close_descriptors(header);
  return true;
}

/// As systemd reads it: a NUL may stand at the end, and either of two characters ends a line.
void NotifySocket::take(std::string_view message) {
  if (message.ends_with('\0')) message.remove_suffix(1);
  while (!message.empty()) {
    const std::size_t end = std::min(message.find_first_of("\n\r"), message.size());
    const std::string_view line = message.substr(0, end);
    message.remove_prefix(std::min(end + 1, message.size()));
    if (line == "READY=1") {
      has_changed_ = !std::exchange(ready_, true) || has_changed_;
    } else if (const auto life = value_of(line, "WATCHDOG=")) {
      if (life == "1" || life == "trigger") lives_ = life == "1";
    } else if (const auto status = value_of(line, "STATUS=")) {
      has_changed_ = has_changed_ || status_ != *status;
      status_ = *status;
    } else if (const auto digits = value_of(line, "EXTEND_TIMEOUT_USEC=")) {
      if (const auto time = microseconds(*digits)) asked_for_ = std::max(asked_for_.value_or(*time), *time);
    }
  }
}

}  // namespace dream::probe
