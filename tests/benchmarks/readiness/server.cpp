/// server KIND MS PLACE: becomes ready so many milliseconds after its begin, as a probe of this kind finds
/// out: it listens on the port PLACE, makes the file PLACE, writes a line, or says READY=1. Says when it
/// began, and when it was ready, in nanoseconds of the monotonic clock, and is there until it is ended, but
/// for two minutes at most.

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t ns_per_s = 1'000'000'000;

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * ns_per_s + time.tv_nsec;
}

void sleep_until(std::int64_t moment) {
  const timespec due{moment / ns_per_s, moment % ns_per_s};
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
}

void say(const char* what, std::int64_t moment) {
  ::dprintf(STDOUT_FILENO, "%s %lld\n", what, static_cast<long long>(moment));
}

/// A socket with this port, on which nobody listens yet.
int take_port(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::exit(1);
  return listener;
}

void notify() {
  const char* const place = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string_view(place == nullptr ? "" : place).copy(address.sun_path, sizeof address.sun_path - 1);
  constexpr std::string_view state = "READY=1";
  const int client = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ::sendto(client, state.data(), state.size(), 0, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::close(client);
}

[[noreturn]] void serve(int listener, bool answers) {
  constexpr std::string_view answer = "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n";
  std::array<char, 4096> request{};
  for (;;) {
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (answers && ::recv(connection, request.data(), request.size(), 0) > 0)
      ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::close(connection);
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::int64_t began = now();
  if (argument_count != 4) return 2;
  ::alarm(120);
  const std::string_view kind = arguments[1];
  const std::string place = arguments[3];
  const bool listens = kind == "port" || kind == "tcp" || kind == "http";
  const int listener = listens ? take_port(std::stoi(place)) : -1;
  say("began", began);
  sleep_until(began + std::stoll(arguments[2]) * ns_per_ms);
  say("ready", now());  // first: once it is ready, it may soon be ended
  if (listens) ::listen(listener, 64);
  if (kind == "file" || kind == "exec") std::ofstream{place};
  if (kind == "notify") notify();
  if (listens) serve(listener, kind == "http");
  for (;;) ::pause();
}
