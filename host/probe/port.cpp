#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "probe/connect.hpp"
#include "probe/kind.hpp"
#include "probe/listeners.hpp"

namespace dream::probe {

namespace {

class Port : public Kind {
 public:
  Port(PortProbe probe, Subject subject) : probe_(std::move(probe)), subject_(std::move(subject)) {}

  void look(Found found) override {
    const int root = subject_.pid();
    if (root == 0) return connect(std::move(found), probe_.ports.front());
    const Sockets sockets = look_at(root);
    for (const std::uint16_t port : probe_.ports) {
      const auto of_port = [&](const Listener& listener) { return listener.port == port; };
      const auto first = std::ranges::find_if(sockets.listeners, of_port);
      if (first == sockets.listeners.end()) return found(not_yet(nobody_listens(root, port)));
      const auto owned = [&](const Sockets& tree) {
        return std::ranges::any_of(tree.listeners, [&](const Listener& listener) {
          return of_port(listener) && tree.own.contains(listener.inode) && !is_inherited(listener);
        });
      };
      if (owned(sockets)) continue;
      // A process may just have started another.
      const Sockets again = look_at(root);
      if (owned(again)) continue;
      if (!again.whole) return connect(std::move(found), probe_.ports.front());
      return found(stranger(*first));
    }
    found({});
  }

 private:
  /// One that dream's own caller has left open is in every task; none of them serves it, but one that is told
  /// to (LISTEN_FDS).
  [[nodiscard]] bool is_inherited(const Listener& listener) const {
    const auto tells = [](const std::string& variable) { return variable.starts_with("LISTEN_FDS="); };
    return subject_.pid() != ::getpid() && std::ranges::none_of(*subject_.environment, tells) &&
           has_socket(::getpid(), listener.inode);
  }

  [[nodiscard]] Sockets look_at(pid_t root) const {
    return sockets_of(subject_.supervisor.tree_of(root), probe_.ports);
  }

  /// Now and then it looks which ports the step listens on instead: one of them may be meant.
  [[nodiscard]] std::string nobody_listens(pid_t root, std::uint16_t port) {
    constexpr int now_and_then = 8;
    constexpr std::size_t most_named = 4;
    if (++misses_ % now_and_then == 0) {
      const Sockets all = sockets_of(subject_.supervisor.tree_of(root));
      std::set<std::uint16_t> ports;
      for (const Listener& listener : all.listeners)
        if (all.own.contains(listener.inode) && !is_inherited(listener)) ports.insert(listener.port);
      others_.clear();
      for (const std::uint16_t other : ports)
        if (others_.size() < most_named) others_.push_back(std::to_string(other));
    }
    const std::string missing = fmt::format("port {} isn't listened on", port);
    return others_.empty() ? missing : missing + "; the step listens on " + join_words(others_);
  }

  [[nodiscard]] Finding stranger(const Listener& listener) {
    if (std::exchange(stranger_, listener.inode) != listener.inode)
      strangers_words_ = describe_owner(listener);
    Finding finding = not_yet(fmt::format("port {} is listened on by {}, which isn't this step's",
                                          listener.port, strangers_words_));
    finding.warning =
        fmt::format(R"({}; if that is this step's doing (docker run, ssh -L), write "tcp": "localhost:{}")",
                    finding.error.message, listener.port);
    return finding;
  }

  /// Of a process that can't be looked into, or isn't on this machine.
  void connect(Found found, std::uint16_t port) {
    connection_ = std::make_unique<Connection>(
        subject_.context, subject_.clock, "localhost", port, Connected::if_it_stays,
        [this, port, found = std::move(found)](const std::string& why) {
          const Found tell = found;
          if (!why.empty()) return tell(not_yet(fmt::format("no connection to port {}: {}", port, why)));
          const auto next = std::ranges::find(probe_.ports, port) + 1;
          if (next != probe_.ports.end()) return connect(tell, *next);
          Finding passed;
          if (subject_.pid() != 0)
            passed.warning = fmt::format(
                "dream can't look into a process of this step, so a connection to port {} counts as ready",
                port);
          tell(std::move(passed));
        });
  }

  PortProbe probe_;
  Subject subject_;
  std::unique_ptr<Connection> connection_;
  std::uint64_t stranger_ = 0;  ///< the socket of the last one that was met
  std::string strangers_words_;
  int misses_ = 0;                   ///< tries that found nobody at the port
  std::vector<std::string> others_;  ///< ports that the step listened on when it was last looked at
};

}  // namespace

std::unique_ptr<Kind> make(const PortProbe& probe, const Subject& subject) {
  return std::make_unique<Port>(probe, subject);
}

}  // namespace dream::probe
