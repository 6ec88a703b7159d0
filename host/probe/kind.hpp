#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "plan/probe.hpp"
#include "probe/schedule.hpp"
#include "process/supervisor.hpp"

namespace dream::probe {

/// What one try has found.
struct Finding {
  enum class Verdict : std::uint8_t { passed, not_yet, never };
  Verdict verdict = Verdict::passed;
  Error error = {};          ///< of not_yet and never: its message is what is wrong
  std::string warning = {};  ///< what the user should know at once; may be empty
};

[[nodiscard]] inline Finding not_yet(std::string what) {
  return {Finding::Verdict::not_yet, Error{ErrorCode::io, std::move(what), {}, {}}, {}};
}

class NotifySocket;

/// Begins to run a command where the attempt lives. `end` is called at most once, later, from the loop.
using RunInside = std::function<Result<void>(const std::vector<std::string>& argv, Duration limit,
                                             std::function<void(CommandEnd)> end)>;

/// Asks whether the attempt is healthy. `tell` is called as `end` is: with what is wrong; empty: nothing.
using AskHealth = std::function<Result<void>(Duration limit, std::function<void(std::string why)> tell)>;

/// The attempt that is probed, and what probes do their work with. All of it outlives them.
struct Subject {
  boost::asio::io_context& context;
  Clock& clock;  ///< the run's: it stands still while dream is stopped
  process::Supervisor& supervisor;
  std::function<int()> pid;  ///< of its first process; 0: none on this machine that is known
  std::string directory;     ///< its folder, an absolute path
  SharedEnvironment environment;
  NotifySocket* notify = nullptr;  ///< of an attempt that has such a probe
  /// How its executor says that it is doing, in one line; may be empty.
  std::function<std::string()> detail = {};
  RunInside inside = {};  ///< empty: it lives on this machine, or commands can't be run where it does
  AskHealth health = {};  ///< of an attempt that has the probe `healthcheck` for its health
};

/// One probe of one attempt; made when that begins. Destroying it ends whatever it does.
class Kind {
 public:
  using Found = std::function<void(Finding)>;

  Kind() = default;
  virtual ~Kind() = default;
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;

  /// One try. Calls `found` once, at once or later from the loop. One at a time.
  virtual void look(Found found) = 0;
  /// What the attempt writes, from its first byte on.
  virtual void hear(Stream /*stream*/, std::string_view /*bytes*/) {}
  /// Its executor says that it is ready.
  virtual void become_healthy() {}
  [[nodiscard]] virtual Pace pace() const { return quick; }
  /// What a try that takes its time is waiting for.
  [[nodiscard]] virtual std::string awaited() const { return {}; }

  std::function<void()> wake;  ///< a try would find something new
};

[[nodiscard]] std::unique_ptr<Kind> make(const PortProbe& probe, const Subject& subject);
[[nodiscard]] std::unique_ptr<Kind> make(const TcpProbe& probe, const Subject& subject);
[[nodiscard]] std::unique_ptr<Kind> make(const LogProbe& probe, const Subject& subject);
[[nodiscard]] std::unique_ptr<Kind> make(const FileProbe& probe, const Subject& subject);
[[nodiscard]] std::unique_ptr<Kind> make(const ExecProbe& probe, const Subject& subject);
[[nodiscard]] std::unique_ptr<Kind> make(const NotifyProbe& probe, const Subject& subject);
[[nodiscard]] std::unique_ptr<Kind> make(const HttpProbe& probe, const Subject& subject);
[[nodiscard]] std::unique_ptr<Kind> make(const HealthcheckProbe& probe, const Subject& subject);

/// Those that are others for `health`, where each try tells of the time since the one before.
[[nodiscard]] std::unique_ptr<Kind> make_health(const NotifyProbe& probe, const Subject& subject);
[[nodiscard]] std::unique_ptr<Kind> make_health(const HealthcheckProbe& probe, const Subject& subject);

}  // namespace dream::probe
