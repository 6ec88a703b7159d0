#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "process/launch.hpp"
#include "process/output_pipe.hpp"
#include "process/process_tree.hpp"

namespace dream::process {

/// A local process to start and watch.
struct ChildSpec {
  std::vector<std::string> argv;  ///< argv[0] as for find_executable
  std::string directory;
  std::vector<std::string> environment;
  bool inherit_stdin = false;  ///< else it reads /dev/null
  int stop_signal = 15;
  /// What the child left running when it ended by itself is asked to end, and killed after this long.
  Duration leftover_grace = std::chrono::seconds(5);
  /// Takes all of the bytes. False: no more of this stream until Supervisor::resume_output.
  std::function<bool(Stream, std::string_view)> on_output;
  /// Once, after the last byte: the child is reaped and nothing that it started lives.
  std::function<void(ExitStatus)> on_end;
};

/// One supervised child with everything below it. Its Supervisor calls attend() when there may be something
/// to do.
class Child {
 public:
  /// `on_change` asks the supervisor to attend soon.
  Child(ChildSpec spec, std::function<void()> on_change);

  [[nodiscard]] Result<void> start(const boost::asio::any_io_executor& executor, std::span<char> scratch,
                                   const rlimit& file_limit);

  void terminate(Urgency urgency);
  void resume_output(Stream stream);

  /// The root's pid; 0 once it has ended.
  [[nodiscard]] pid_t pid() const noexcept { return root_exit_ ? 0 : root_.pid; }
  [[nodiscard]] pid_t root_session() const noexcept { return root_.pid; }
  /// The root has ended, the child has not: orphans that turn up may be its.
  [[nodiscard]] bool lingers() const noexcept { return root_exit_.has_value(); }
  /// Whether attend() must be called again without a change: something is to be killed or waited for.
  [[nodiscard]] bool needs_attention() const noexcept;
  [[nodiscard]] bool forced() const noexcept { return urgency_ == Urgency::force; }

  /// One look: `orphans` are this process's own children that belong to this child. Returns true when all is
  /// over.
  bool attend(Instant now, const std::vector<ProcessStatus>& orphans);
  /// Calls on_end. The child is done with.
  void finish();

 private:
  void wait_for_root();
  void signal_new(const std::vector<ProcessStatus>& processes, int signal);
  std::vector<ProcessStatus> members(const std::vector<ProcessStatus>& orphans) const;
  void press_leftovers(Instant now, const std::vector<ProcessStatus>& leftovers);
  bool output_is_over(Instant now);

  ChildSpec spec_;
  std::function<void()> on_change_;
  std::unique_ptr<ProcessHandle> handle_;
  ProcessIdentity root_;
  std::shared_ptr<OutputPipe> out_;
  std::shared_ptr<OutputPipe> err_;
  std::optional<ExitStatus> root_exit_;
  std::optional<Urgency> urgency_;
  std::set<ProcessIdentity> signalled_;
  std::optional<Instant> lingers_since_;
  std::optional<Instant> leftovers_force_at_;
  std::optional<Instant> alone_since_;  ///< nothing of the tree lives since then
};

}  // namespace dream::process
