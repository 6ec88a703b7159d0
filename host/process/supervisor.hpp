#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/child_id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "process/child.hpp"

namespace dream::process {

/// All supervised children of this program. Makes this process the subreaper of what they leave behind and
/// raises its limit of open files; so there is one at a time, used on the loop's thread only. Costs nothing
/// while its children run quietly.
///
/// Callbacks of children are called from the loop, never from within a call to the supervisor; they may call
/// everything here.
class Supervisor {
 public:
  explicit Supervisor(boost::asio::io_context& context);
  ~Supervisor();  ///< only when no child is left
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Returns when the process runs. A failure has left nothing behind; its spec's callbacks are never called.
  [[nodiscard]] Result<ChildId> start(ChildSpec spec);
  /// Graceful: the stop signal, once, to each process of the tree. Force: SIGKILL to whatever of it turns up
  /// until nothing is left. Harmless for a child that has ended.
  void terminate(ChildId id, Urgency urgency);
  /// After has_room or on_output returned false for this stream.
  void resume_output(ChildId id, Stream stream);
  /// A key of the terminal (Ctrl-C), or its end, has sent this signal to all of this process's group: those
  /// that heard it there need not be asked again.
  void heard_from_terminal(int signal);
  /// The user's window has another size: terminals of children get this one.
  void resize(const winsize& window);
  /// The root's pid, for display; 0 when it has ended.
  [[nodiscard]] pid_t pid(ChildId id) const;
  [[nodiscard]] std::size_t size() const noexcept { return children_.size(); }

 private:
  /// What ended children left behind, as far as it is known.
  struct Census {
    std::unordered_map<const Child*, Child::Orphans> orphans;
    /// When to look again, for there may be more; none: this is all.
    std::optional<Duration> again;
  };

  void attend_at(Instant time);
  void attend();
  static bool reap_if_dead(pid_t pid);
  std::unique_ptr<Child> release(std::uint64_t id);
  [[nodiscard]] const Child* child_with_root(pid_t pid) const;
  [[nodiscard]] Census take_census();
  [[nodiscard]] bool is_plugins_own(const ProcessStatus& process, Census& census);
  [[nodiscard]] const Child* marked_owner(const ProcessStatus& process) const;
  [[nodiscard]] const Child* owner_of(const ProcessStatus& orphan) const;

  boost::asio::io_context& loop_;
  boost::asio::steady_timer timer_;
  std::optional<Instant> attends_at_;
  std::unique_ptr<char[]> scratch_;  ///< not initialised: its pages are had when they are used
  ChildContext shared_;
  std::uint64_t next_id_ = 1;
  /// Of this process's own session: what a foreground child left there, and the dead that can't be told from
  /// a plugin's.
  std::set<ProcessIdentity> adopted_;
  std::set<ProcessIdentity> unknown_dead_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Child>> children_;
  std::unordered_map<pid_t, Child*> by_root_;  ///< the youngest that had this root
  std::shared_ptr<const bool> exists_ =
      std::make_shared<const bool>(true);  ///< what queued handlers ask first
};

}  // namespace dream::process
