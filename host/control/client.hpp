#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "control/request.hpp"
#include "control/run_info.hpp"

namespace dream::control {

/// For the hello of runs: one that is busy, or stopped by Ctrl-Z, says nothing.
inline constexpr Duration usual_patience = std::chrono::seconds(5);

/// A connection to a run, for a program that has nothing else to do.
class Connection {
 public:
  /// None: no run listens there (any more); its socket is removed then.
  [[nodiscard]] static std::optional<Connection> open(const std::filesystem::path& socket);

  [[nodiscard]] const RunInfo& info() const { return info_; }
  /// Still its own: to be waited on.
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  /// Error{io}: the run has gone.
  [[nodiscard]] Result<void> send(const Request& request);
  /// The next line, without its newline; none: the run has gone, or the moment has come.
  [[nodiscard]] std::optional<std::string> line(std::optional<Instant> until = {});
  /// Whether line() gave none since the moment had come.
  [[nodiscard]] bool timed_out() const { return timed_out_; }

 private:
  friend std::vector<Connection> open_runs(const std::vector<std::filesystem::path>& sockets,
                                           const std::function<bool(const RunInfo&)>& is_meant,
                                           Duration patience);
  explicit Connection(Descriptor socket) : socket_(std::move(socket)) {}
  /// Without its hello.
  [[nodiscard]] static std::optional<Connection> connect(const std::filesystem::path& socket);
  [[nodiscard]] bool take_hello(Instant until);

  Descriptor socket_;
  RunInfo info_;
  std::string kept_;
  bool timed_out_ = false;
};

/// Connections to the runs among these sockets that are meant, the oldest first. All are connected to first:
/// those that say nothing cost `patience` together.
[[nodiscard]] std::vector<Connection> open_runs(const std::vector<std::filesystem::path>& sockets,
                                                const std::function<bool(const RunInfo&)>& is_meant,
                                                Duration patience = usual_patience);

}  // namespace dream::control
