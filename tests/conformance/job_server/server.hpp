#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace dream::conformance {

/// The job server that jobs.cpp talks to. Its jobs: `hello` says hello and ends, `fail` ends with 3, `wait`
/// and `dev` go on until they are asked to stop, `deaf` until its client goes, `flood` writes a lot, `leave`
/// hangs up in the middle.
class JobServer {
 public:
  explicit JobServer(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        ::listen(listener_, 128) != 0) {
      throw std::runtime_error("no socket at " + path.string());
    }
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~JobServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (std::thread& client : clients_) client.join();
  }
  JobServer(const JobServer&) = delete;
  JobServer& operator=(const JobServer&) = delete;

  /// Blocks until a client said or did this: "run hello", "stop", "gone".
  void await(const std::string& event) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::ranges::find(events_, event) != events_.end(); });
  }

 private:
  void accept_all() {
    for (int client = 0; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      clients_.emplace_back([this, client] { serve(client); });
    }
  }

  void note(const std::string& event) {
    const std::scoped_lock lock(mutex_);
    events_.push_back(event);
    changed_.notify_all();
  }

  static void say(int client, std::string text) {
    text += '\n';
    static_cast<void>(::send(client, text.data(), text.size(), MSG_NOSIGNAL));
  }

  void serve(int client) {
    std::string heard;
    std::array<char, 256> block{};
    ssize_t size = 0;
    bool over = false;
    while (!over && (size = ::recv(client, block.data(), block.size(), 0)) > 0) {
      heard.append(block.data(), static_cast<std::size_t>(size));
      for (auto end = heard.find('\n'); !over && end != std::string::npos; end = heard.find('\n')) {
        const std::string line = heard.substr(0, end);
        heard.erase(0, end + 1);
        note(line);
        over = !answer(client, line);
      }
    }
    ::close(client);
    note("gone");
  }

  /// Whether the job goes on.
  bool answer(int client, const std::string& line) {
    if (line == "run hello") return say(client, "out hello from the server\nexit 0"), false;
    if (line == "run fail") return say(client, "exit 3"), false;
    if (line == "run leave") return false;
    if (line == "run wait" || line == "run dev") return say(client, "out waiting"), wait_ = true;
    if (line == "run deaf") return say(client, "out deaf"), true;
    if (line == "run flood") return flood(client), false;
    if (line == "stop" && wait_) return say(client, "out stopping\nexit 5"), false;
    return true;
  }

  static void flood(int client) {
    for (int at = 0; at < 20'000; ++at) say(client, "out line " + std::to_string(at));
    say(client, "exit 0");
  }

  int listener_ = -1;
  std::thread acceptor_;
  std::deque<std::thread> clients_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;
  std::atomic<bool> wait_ = false;
};

}  // namespace dream::conformance
