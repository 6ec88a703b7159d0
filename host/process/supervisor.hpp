#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/child_id.hpp"
#include "base/loop_timer.hpp"
#include "base/loop_watch.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "process/child.hpp"
#include "process/pace.hpp"

namespace dream::process {

/// In the mark of what plugins start by themselves: no child has it.
inline constexpr std::uint64_t plugins_number = 0;

/// All supervised children of this program. Makes this process the subreaper of what they leave behind and
/// raises its limit of open files; so there is one at a time, used on the loop's thread only, which should
/// not be the process's first (first_thread.hpp). To be made before there are other threads, which have to
/// block SIGCHLD as it does. Costs nothing while its children run quietly, and the end of one costs the same
/// however many run.
///
/// Callbacks of children are called from the loop, never from within a call to the supervisor; they may call
/// everything here.
class Supervisor {
 public:
  /// `warn` is told, in a sentence, what the user should know. `inheritance` goes to each child. `clock`
  /// tells what a look at the processes costs.
  explicit Supervisor(boost::asio::io_context& context, std::function<void(const std::string&)> warn = {},
                      Inheritance inheritance = {}, std::function<Instant()> clock = read_clock);
  ~Supervisor();  ///< as let_go()
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Returns when the process runs. A failure has left nothing behind; its spec's callbacks are never called.
  [[nodiscard]] Result<ChildId> start(ChildSpec spec);
  /// Graceful: the stop signal, once, to each process of the tree. Force: SIGKILL to whatever of it turns up
  /// until nothing is left. Harmless for a child that has ended.
  void terminate(ChildId id, Urgency urgency);
  /// After has_room or on_output returned false for this stream.
  void resume_output(ChildId id, Stream stream);
  /// From now on a child without a stop signal of its own is asked by SIGINT, which is what stopped the run;
  /// what ignores that, by SIGTERM.
  void ask_by_interrupt() { shared_.interrupted = true; }
  /// `look` is called before a child that has ended is reaped: what it has sent before has come by then, and
  /// whose it was can still be seen.
  void before_reaping(std::function<void()> look) { shared_.before_reaping = std::move(look); }
  /// Sends a signal that has no meaning here to those processes of each child that know it. `to_group`: this
  /// process's group got it, and so has a child that is in it. False: there is nobody.
  bool hand_on(int signal, bool to_group);
  /// A key of the terminal (Ctrl-C), its end, or somebody has sent this signal to all of this process's
  /// group: those that heard it there need not be asked again. `left_to_it`: unless the child in front, whose
  /// affair it is, doesn't end by it.
  void heard_from_terminal(int signal, bool left_to_it = false);
  /// Ctrl-Z: stops all that children have started. What is in this process's own group gets `signal`, unless
  /// the whole group has it already (`to_group`).
  void suspend(int signal, bool to_group);
  /// Continues what suspend() has stopped, so long ago.
  void resume(Duration stopped);
  /// Leaves all children that still run to the guardian, and tells of them. Their callbacks are never called.
  void let_go();
  /// What children have left behind, and may keep, is asked to end and killed after their grace, or killed.
  void end_kept(Urgency urgency);
  /// The same of one child.
  void end_kept(ChildId id, Urgency urgency);
  /// There is such.
  [[nodiscard]] bool keeps_anything() const;
  /// The user's window has another size: terminals of children get this one.
  void resize(const winsize& window);
  /// This child reads from a terminal of its own, into which somebody can type.
  [[nodiscard]] bool takes_typing(ChildId id) const;
  /// What somebody types into the terminal of this child, not empty; `on_taken` is called, now or later, when
  /// that has taken all, unless the child ends before. False: it reads from none.
  [[nodiscard]] bool type(ChildId id, std::string_view bytes, std::function<void()> on_taken);
  /// The window of who types there, in place of the user's. False: it had that size.
  bool resize_for_typist(ChildId id, const winsize& window);
  /// Who comes to look at its terminal is to see all of it.
  void redraw_all(ChildId id);
  /// The root's pid, for display; 0 when it has ended.
  [[nodiscard]] pid_t pid(ChildId id) const;
  /// The process `root` and all below it, and, where a child began with it, what of that was orphaned to this
  /// process and is known to be the child's.
  [[nodiscard]] std::vector<ProcessStatus> tree_of(pid_t root) const;
  /// The same of many at once, each orphan looked at once; of 0 there is none.
  [[nodiscard]] std::vector<std::vector<ProcessStatus>> trees_of(std::span<const pid_t> roots) const;
  [[nodiscard]] std::size_t size() const noexcept { return children_.size(); }

 private:
  /// A living process that was orphaned to this one, and whose it may be: its child's where that can be
  /// known; else that of each child which there was when it was first seen. It is then the last of these that
  /// ends it. Nobody's: a plugin's.
  struct Orphan {
    ProcessStatus status;
    std::vector<std::uint64_t> owners;
  };
  /// Whose orphans there are, as far as it is known.
  struct Census {
    std::unordered_map<const Child*, Child::Left> left;
    /// Set when the list may be incomplete: a process was reaped, and its children came only after the list
    /// was read; or it could not be read. Look again after this time; no child may count as ended before.
    std::optional<Duration> again;
    bool unsure = false;  ///< the same for all: it isn't known which child the reaped process came from
    bool taken = false;

    [[nodiscard]] Child::Left left_of(const Child* child) const {
      const auto found = left.find(child);
      return found == left.end() ? Child::Left{} : found->second;
    }
  };

  void attend_at(Instant time);
  void attend();
  std::unique_ptr<Child> release(std::uint64_t id);
  void take_kept_that_have_nothing_left(const Census& census, std::vector<std::unique_ptr<Child>>& over);
  /// Null: it is over.
  [[nodiscard]] Child* find(ChildId id) const;
  [[nodiscard]] const Child* child_with_root(pid_t pid) const;
  [[nodiscard]] bool any_wanting(bool (Child::*quality)() const noexcept) const;
  void watch_orphans();
  void child_changed();
  [[nodiscard]] Census take_census();
  void take_orphan(pid_t pid, Census& census);
  /// False: it lives.
  bool reap_orphan(pid_t pid, const std::vector<std::uint64_t>& owners, Census& census);
  [[nodiscard]] bool is_complete(const Census& census, std::uint64_t id);
  void forget_orphans_but(const std::vector<pid_t>& pids);
  /// It may be the child's, and of no other that still is.
  [[nodiscard]] bool is_last_owner(const Child& child) const;
  void warn_that_nothing_is_known();
  [[nodiscard]] std::optional<std::uint64_t> mark_of(const ProcessStatus& process) const;
  [[nodiscard]] std::optional<std::uint64_t> known_owner_of(const ProcessStatus& process) const;
  [[nodiscard]] std::optional<std::uint64_t> owner_of_orphan(pid_t pid) const;
  [[nodiscard]] std::vector<std::uint64_t> owners_of(const ProcessStatus& orphan) const;

  boost::asio::io_context& loop_;
  std::function<void(const std::string&)> warn_;
  LoopTimer timer_;
  std::optional<LoopWatch> child_signals_;  ///< a signalfd
  bool orphan_may_have_ended_ = false;
  std::optional<Instant> attends_at_;
  std::function<Instant()> clock_;
  Pace pace_;
  std::unique_ptr<char[]> scratch_;  ///< not initialised, so that it takes memory only when it is used
  ChildContext shared_;
  std::uint64_t next_id_ = plugins_number + 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<Child>> children_;
  std::set<ProcessIdentity> suspended_;
  std::map<std::uint64_t, Child*> wanting_;    ///< those of them that may want attention
  std::set<std::uint64_t> in_front_;           ///< those that have the terminal
  std::set<std::uint64_t> kept_;               ///< those whose end was told, while what they left lives
  std::set<std::uint64_t> orphaning_;          ///< those that a living orphan was known to come from
  std::map<std::uint64_t, int> unsure_looks_;  ///< in a row, of those of wanting_
  std::unordered_map<pid_t, Child*> by_root_;  ///< the latest child whose root had this pid
  std::unordered_map<pid_t, Orphan> orphans_;  ///< only this process frees their pids
};

}  // namespace dream::process
