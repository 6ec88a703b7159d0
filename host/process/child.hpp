#pragma once

#include <sys/ioctl.h>

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/loop_watch.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "process/launch.hpp"
#include "process/output_pipe.hpp"
#include "process/process_tree.hpp"
#include "process/suspension.hpp"

namespace dream::process {

/// What a child's stdout or stderr is.
enum class Outlet : std::uint8_t {
  pipe,
  terminal,  ///< one of its own
  ours,      ///< the one of this process: the child writes there directly
};

/// What a child's stdin is.
enum class Inlet : std::uint8_t {
  empty,     ///< /dev/null
  open,      ///< a pipe that nobody writes to, and that ends when the child is asked to end
  ours,      ///< this process's; /dev/null where it has none
  terminal,  ///< that of its own which it writes to, and which controls its session; /dev/null where it has
             ///< none
};

/// How a child is wired up with this process and its terminal.
struct ChildStreams {
  Inlet in = Inlet::empty;
  Outlet out = Outlet::pipe;
  Outlet err = Outlet::pipe;
  bool joined = false;      ///< if both are terminals, or both pipes: one, whose bytes come as stdout
  winsize window{};         ///< of a terminal of its own
  bool foreground = false;  ///< in this process's session and process group: what the user types reaches it
  /// A terminal of its own could not be had, and it is a pipe instead.
  std::function<void(const Error&)> on_no_terminal;
};

/// A local process to start and watch.
struct ChildSpec {
  std::vector<std::string> argv;  ///< argv[0] as for find_executable
  std::string directory;
  SharedEnvironment environment;
  /// More of NAME=VALUE, each in place of what the environment has of that name. PWD is set to the folder
  /// where the environment has none.
  std::vector<std::string> variables = {};
  std::vector<int> descriptors = {};  ///< of this process; the child gets them under the same numbers
  ChildStreams streams;
  int stop_signal = 0;     ///< 0: none of its own
  bool root_only = false;  ///< only the process that was started gets it
  /// Programs of its tree that pass a signal on to their own children (is_relay). So that these don't get it
  /// twice, such a program is not sent the signal while it has children.
  std::vector<std::string> relays = {};
  /// A signal that dream hands on is for it. Not for what dream starts for itself, such as a probe.
  bool takes_signals = true;
  /// What the child leaves running when it ends by itself stays until Supervisor::end_kept.
  bool keeps_leftovers = false;
  /// Else it is asked to end, and killed after this long.
  Duration leftover_grace = std::chrono::seconds(5);
  /// Whether more of this stream may be read now; none: always. False: not until Supervisor::resume_output.
  std::function<bool(Stream)> has_room = {};
  /// Takes all of the bytes. False: no more of this stream until Supervisor::resume_output.
  std::function<bool(Stream, std::string_view)> on_output;
  /// The child has ended by itself, and something that it has started lives.
  std::function<void()> on_lingering = {};
  /// Some of that, with pid and command: it is asked to end now, or `kept`.
  std::function<void(std::vector<std::string> processes, bool kept)> on_left_behind = {};
  /// A process, with pid and command, ignores the stop signal that is the child's own. At most once, as it is
  /// asked to end.
  std::function<void(const std::string& process, bool is_root)> on_ignored = {};
  /// Once, after the last byte: the child is reaped and nothing that it started lives, unless it is kept.
  std::function<void(ExitStatus)> on_end;
  /// Once, after that: nothing that was kept lives any more.
  std::function<void()> on_kept_end = {};
};

/// What all children of a Supervisor share. Outlives them.
struct ChildContext {
  boost::asio::any_io_executor executor;
  std::span<char> scratch;  ///< for reading output
  rlimit file_limit;        ///< that children get
  Inheritance inheritance;  ///< and what else they get of this process's
  Descriptor nothing;       ///< what a child without a stdin reads: /dev/null; -1: it couldn't be opened
  /// This child has something to be attended to.
  std::function<void(std::uint64_t number)> on_change;
  /// A child has ended, and will be reaped next. May be empty.
  std::function<void()> before_reaping;
  /// Processes that can't be killed, for they are another user's: nobody waits for them.
  std::set<ProcessIdentity> beyond_reach;
  bool interrupted = false;  ///< SIGINT is what stopped the run
};

/// One supervised child with everything below it. Its Supervisor calls attend() when there may be something
/// to do.
class Child {
 public:
  /// `left`, everywhere below, are living orphans of this process that belong to the child.
  using Left = std::vector<ProcessStatus>;

  /// `number` is its Supervisor's for it.
  Child(ChildContext& context, std::uint64_t number, ChildSpec spec)
      : context_(context), number_(number), spec_(std::move(spec)) {}
  /// Processes that still run are left alone.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Must be called once, first. After a failure the child is to be destroyed.
  [[nodiscard]] Result<void> start();
  void terminate(Urgency urgency);
  void resume_output(Stream stream);
  /// A key of the terminal, or its end, has sent this signal to all of this process's group. `left_to_it`: it
  /// is the task's own affair, and asks it to end only if it ends its root.
  void heard_from_terminal(int signal, bool left_to_it);
  /// And to what the child has left, which is looked for after that.
  void left_heard_from_terminal(int signal, const Left& left);
  /// SIGCHLD has come: the root may be stopped.
  void root_may_be_stopped();
  /// As Supervisor::hand_on().
  bool hand_on(int signal, bool to_group);
  /// This process was stopped, and this child with it, for so long.
  void resume(Duration stopped);
  /// The user's window has changed.
  void resize(const winsize& window);
  /// As OutputPipe's, of the terminal that it reads from.
  [[nodiscard]] bool takes_typing() const;
  [[nodiscard]] bool type(std::string_view bytes, std::function<void()> on_taken);
  /// The window of who types: from now on the user's doesn't count. False: it had that size.
  bool resize_for_typist(const winsize& window);
  /// As OutputPipe::redraw_all(): of the terminal that it reads from.
  void redraw_all();

  /// Its Supervisor's for it.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  /// The root's pid; 0 once it has ended.
  [[nodiscard]] pid_t pid() const noexcept { return root_exit_ ? 0 : root_; }
  [[nodiscard]] bool foreground() const noexcept { return spec_.streams.foreground; }
  /// The pid that its root has or had.
  [[nodiscard]] pid_t root_pid() const noexcept { return root_; }
  /// Its session, if that is its own.
  [[nodiscard]] pid_t root_session() const noexcept { return foreground() ? 0 : root_; }
  /// The root has ended, the child has not.
  [[nodiscard]] bool lingers() const noexcept { return root_exit_.has_value() && kept_ != Kept::now; }
  /// What it has left is to stay.
  [[nodiscard]] bool keeps_what_is_left() const noexcept {
    return spec_.keeps_leftovers && lingers() && !urgency_ && kept_ == Kept::no;
  }
  /// Its end was told, and what it has left lives.
  [[nodiscard]] bool kept() const noexcept { return kept_ == Kept::now; }
  [[nodiscard]] bool was_kept() const noexcept { return kept_ != Kept::no; }
  /// It is being killed.
  [[nodiscard]] bool forced() const noexcept { return urgency_ == Urgency::force; }
  [[nodiscard]] const std::string& program() const { return spec_.argv.front(); }
  /// It must know what of it is orphaned to this process.
  [[nodiscard]] bool wants_orphans() const noexcept { return lingers() || forced() || asks_orphans_; }
  /// Whether attend() would do anything.
  [[nodiscard]] bool wants_attention() const noexcept {
    return wants_orphans() || passes_over_some() || (urgency_ && input_.is_open());
  }
  /// A process of it that was sent a signal before.
  [[nodiscard]] bool knows(const ProcessIdentity& process) const {
    return asked_.contains(process) || killed_.contains(process);
  }

  /// Sends the signals that are due. Returns after what time to call it again even if nothing changes; none:
  /// not at all. `complete`: `left` has all that there is.
  std::optional<Duration> attend(Instant now, const Left& left, bool complete);
  /// Takes the rest of the output; to be called when the child lingers and nothing of it lives. False: the
  /// reader holds it back.
  bool take_rest();
  /// Calls on_end, or, if that was done, on_kept_end.
  void finish();
  /// Takes the rest of the output, and lets `left` stay: its end is to be told. False: the reader holds it
  /// back.
  bool keep(const Left& left);
  /// Graceful: as if it had just ended and left this behind, without patience.
  void end_kept(Urgency urgency);

 private:
  void changed() const { context_.on_change(number_); }
  [[nodiscard]] bool passes_over_some() const noexcept { return !relays_.empty() || !readers_.empty(); }
  [[nodiscard]] bool output_paused() const { return out_->paused() || err_->paused(); }
  Result<Descriptor> open_input();
  bool set_window(const winsize& window);
  [[nodiscard]] bool reads_terminal() const noexcept {
    return spec_.streams.in == Inlet::terminal && spec_.streams.out == Outlet::terminal;
  }
  [[nodiscard]] Result<Descriptor> open_outlet(OutputPipe& reader, Outlet& outlet, int ours) const;
  Result<void> start_with(int standard_input, int standard_output, int standard_error);
  void wait_for_root();
  void heard(const std::vector<ProcessStatus>& processes, int signal);
  [[nodiscard]] std::vector<ProcessStatus> root_tree();
  /// As send_signal(); the root is known by what it was started with.
  Delivery send(const ProcessStatus& process, int signal, int follow_up = 0);
  void ask(const std::vector<ProcessStatus>& tree);
  [[nodiscard]] int stop_signal_for(const ProcessStatus& process) const;
  [[nodiscard]] bool relays_to_others(const ProcessStatus& process,
                                      const std::vector<ProcessStatus>& tree) const;
  [[nodiscard]] std::vector<ProcessStatus> topmost(const std::vector<ProcessStatus>& tree,
                                                   bool (*meant)(const ProcessStatus&, int),
                                                   int signal) const;
  [[nodiscard]] Left not_asked(const Left& orphans) const;
  void ask_all_below(const Left& orphans);
  void look_after_relays();
  void look_after_readers(Instant now, const Left& left);
  void look_after_input(Instant now);
  [[nodiscard]] std::optional<Duration> pause_while_asked(Instant now) const;
  void press_leftovers(Instant now, const Left& left);
  void tell_left_behind(const Left& left, bool kept) const;
  std::optional<Duration> kill(const Left& left);
  bool kill_new(const Left& left);

  ChildContext& context_;
  std::uint64_t number_;
  ChildSpec spec_;
  std::unique_ptr<ProcessHandle> handle_;
  std::optional<LoopWatch> end_;  ///< of the root, as Launched has it; there while that lives
  pid_t root_ = 0;
  Descriptor input_;                      ///< the other end of an open stdin
  std::optional<Instant> input_ends_at_;  ///< once it was asked to end
  std::shared_ptr<OutputPipe> out_;
  std::shared_ptr<OutputPipe> err_;
  std::optional<FollowSuspension> suspension_;  ///< of a foreground child
  std::optional<ExitStatus> root_exit_;
  enum class Kept : std::uint8_t { no, now, until_a_while_ago };
  Kept kept_ = Kept::no;
  bool told_lingering_ = false;
  bool has_typist_ = false;
  std::optional<Urgency> urgency_;
  bool asks_orphans_ = false;        ///< the root lives and was asked to end: so are those below this process
  std::set<ProcessIdentity> asked_;  ///< got the stop signal
  int key_ = 0;                      ///< what those of asked_ got was left to them
  std::set<ProcessIdentity> relays_;  ///< in asked_, but passed over so far
  /// The same: they end by the end of file. And since when nobody feeds them.
  std::map<ProcessIdentity, std::optional<Instant>> readers_;
  Instant next_look_at_readers_ = Instant::min();
  std::set<ProcessIdentity> killed_;  ///< got SIGKILL
  std::optional<Instant> patience_until_;
  std::optional<Instant> leftovers_force_at_;
  Duration patient_pause_{};
  Duration kill_pause_{};
};

}  // namespace dream::process
