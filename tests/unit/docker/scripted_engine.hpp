#pragma once

#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/temporary_folder.hpp"

namespace dream::docker {

/// An engine that answers what the test tells it to: by itself it is healthy, has every image, and its
/// containers end at once with 0. A route is a method and a path without version and query:
/// "POST /containers/create"; the container's id is c1.
class ScriptedEngine {
 public:
  ScriptedEngine();
  ~ScriptedEngine();
  ScriptedEngine(const ScriptedEngine&) = delete;
  ScriptedEngine& operator=(const ScriptedEngine&) = delete;

  /// What goes over the wire as an answer, before the connection is closed.
  void answer(const std::string& route, const std::string& raw);
  /// The connection is closed without an answer.
  void drop(const std::string& route) { answer(route, ""); }
  /// Answers of this route are held back until release().
  void hold(const std::string& route);
  void release(const std::string& route);
  /// Waits until a request of this route has come; its whole target.
  std::string await(const std::string& route);
  /// Waits until an answer of this route is out of our hands: read, or in the system's buffers.
  void await_sent(const std::string& route);

  [[nodiscard]] std::size_t count(const std::string& route) const;
  [[nodiscard]] std::string last_body(const std::string& route) const;
  /// Of all requests, as they came.
  [[nodiscard]] std::vector<std::string> routes() const;
  [[nodiscard]] std::string address() const { return "unix://" + path_; }

  static std::string reply(int status, const std::string& body);

 private:
  struct Seen {
    std::string route, target, body;
  };

  void serve();
  void talk(int connection);
  bool take_request(int connection, std::string& unread, Seen& seen) const;

  TemporaryFolder folder_;
  std::string path_;
  int listener_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> answers_;
  std::set<std::string> held_;
  std::vector<Seen> seen_;
  std::set<std::string> sent_;
  std::set<int> open_;
  bool ending_ = false;
  std::list<std::thread> talks_;
  std::thread server_;
};

}  // namespace dream::docker
