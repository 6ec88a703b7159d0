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

/// For the hello of runs: one that is busy says nothing.
inline constexpr Duration usual_patience = std::chrono::seconds(5);

struct OpenRuns;
struct Waiting;

/// A run that could not be asked.
struct SilentRun {
  std::string run;           ///< its id
  pid_t pid = 0;             ///< 0: not known
  bool stopped = false;      ///< as by Ctrl-Z
  std::string refused = {};  ///< what it said instead of an answer; empty: nothing
  bool unheard = false;      ///< its record says that it goes on, and it has no socket (any more)
};

/// How long runs that say nothing are waited for, all together.
struct Waiting {
  Duration most = usual_patience;
  /// Whether a silent run can be meant, by its process, which isn't 0; where it can't, it costs next to
  /// nothing and is passed over. Empty: each can.
  std::function<bool(pid_t)> can_be_meant = {};
  /// Is told of a run that is still waited for after a second.
  std::function<void(const SilentRun&)> on_long_wait = {};
};

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
  /// Sends a request: the answer to it, or to anything of this connection. None: the run has gone, or the
  /// moment has come.
  [[nodiscard]] std::optional<std::string> ask(const Request& request, std::optional<Instant> until = {});
  /// The next line, without its newline; none: the run has gone, or the moment has come.
  [[nodiscard]] std::optional<std::string> line(std::optional<Instant> until = {});
  /// Whether line() gave none since the moment had come.
  [[nodiscard]] bool timed_out() const { return timed_out_; }
  /// From now on line() gives none, too, once nobody reads any more what is written to this descriptor.
  void write_to(int output) { output_ = output; }
  [[nodiscard]] bool lost_reader() const { return lost_reader_; }
  /// The process of the run, which may be stopped.
  [[nodiscard]] pid_t pid() const;
  [[nodiscard]] bool is_stopped() const;

 private:
  friend OpenRuns open_runs(const std::vector<std::filesystem::path>& sockets,
                            const std::function<bool(const RunInfo&)>& is_meant, const Waiting& waiting);
  explicit Connection(Descriptor socket) : socket_(std::move(socket)) {}
  /// Without its hello; where no more can wait for that, without a connection.
  [[nodiscard]] static std::optional<Connection> connect(const std::filesystem::path& socket);
  [[nodiscard]] bool take_hello(Instant until);
  /// The same of one of many runs that were connected to at this moment. None: it says nothing and can't be
  /// meant.
  [[nodiscard]] std::optional<bool> take_hello(const std::string& id, Instant connected,
                                               const Waiting& waiting);
  /// What came with the hello: why nothing may be asked. Empty: it may.
  [[nodiscard]] std::string refusal() const;

  Descriptor socket_;
  RunInfo info_;
  std::string kept_;
  std::size_t at_ = 0;  ///< of what was received and not yet read
  bool timed_out_ = false;
  bool hung_up_ = false;
  int output_ = -1;  ///< -1, which poll passes over: none
  bool lost_reader_ = false;
};

struct OpenRuns {
  std::vector<Connection> meant;  ///< the oldest first
  std::vector<SilentRun> silent;  ///< whether they are meant isn't known
};

/// Connections to the runs among these sockets that are meant. All are connected to first: those that say
/// nothing are waited for together, and those that are stopped not at all.
[[nodiscard]] OpenRuns open_runs(const std::vector<std::filesystem::path>& sockets,
                                 const std::function<bool(const RunInfo&)>& is_meant,
                                 const Waiting& waiting = {});

}  // namespace dream::control
