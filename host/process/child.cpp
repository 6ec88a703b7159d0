#include "process/child.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "process/executable.hpp"
#include "process/pipe_readers.hpp"
#include "process/relay.hpp"

namespace dream::process {

namespace {

/// Sent, it tells whether the process is there.
constexpr int no_signal = 0;

/// How long a helper that outlives the task (a `tee` of its own output) may take to write the rest.
constexpr Duration leftover_patience = std::chrono::milliseconds(200);

/// How often leftovers are looked at while they may still end by themselves; more often at first, as most are
/// about to.
constexpr Duration patient_interval = std::chrono::milliseconds(10);
constexpr Duration shortest_patient_pause = std::chrono::microseconds(500);

/// The pause between looks at what is being killed: doubled each time that nothing new was found, for a
/// process that hangs in the kernel may take its time.
constexpr Duration shortest_kill_pause = std::chrono::microseconds(300);
constexpr Duration longest_kill_pause = std::chrono::milliseconds(50);

/// How often it is looked whether filters are still fed, and how long they may take to go by themselves then.
constexpr Duration reader_interval = std::chrono::milliseconds(25);
constexpr Duration reader_patience = std::chrono::milliseconds(250);

/// Looks at a tree until two in a row saw the same, but no more than this.
constexpr int most_looks = 8;

/// Descriptors that must stay free: without them no process can be looked at or killed.
constexpr rlim_t reserved_descriptors = 16;

ExitStatus decode(int status) {
  if (WIFSIGNALED(status)) return KilledBy{WTERMSIG(status)};
  return ExitedWith{WEXITSTATUS(status)};
}

/// A new descriptor has the lowest free number, so a low one tells that there is room above it.
bool room_above(int descriptor) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
         static_cast<rlim_t>(descriptor) + reserved_descriptors < limit.rlim_cur;
}

Error too_many_files(const std::string& what) {
  return {ErrorCode::io, what + ": too many open files", {}, "raise the limit on open files (ulimit -n)"};
}

}  // namespace

Child::~Child() {
  for (const std::shared_ptr<OutputPipe>& pipe : {out_, err_}) {
    if (pipe) pipe->abandon();
  }
  if (suspension_) suspension_->cancel();
  if (handle_ && !root_exit_) handle_->detach();  // else it would be killed and waited for
}

Result<void> Child::start() {
  const auto make_reader = [this](Stream stream) {
    return std::make_shared<OutputPipe>(
        context_.executor, context_.scratch,
        [this, stream] { return !spec_.has_room || spec_.has_room(stream); },
        [this, stream](std::string_view bytes) { return spec_.on_output(stream, bytes); },
        [this] {
          if (root_exit_) changed();
        });
  };
  ChildStreams& streams = spec_.streams;
  // Asked first: if the host has none, one of the pipes may get its number.
  const bool has_stdin = streams.inherit_stdin && ::fcntl(STDIN_FILENO, F_GETFD) >= 0;
  out_ = make_reader(Stream::out);
  err_ = make_reader(Stream::err);
  const Result<Descriptor> out = open_outlet(*out_, streams.out, STDOUT_FILENO);
  if (!out) return out.error();
  const bool joined = streams.joined && streams.out == Outlet::terminal && streams.err == Outlet::terminal;
  const Result<Descriptor> err = joined ? open_outlet(*err_, streams.err = Outlet::ours, out->get())
                                        : open_outlet(*err_, streams.err, STDERR_FILENO);
  if (!err) return err.error();
  if (!room_above(err->get())) return too_many_files("no pipe for a task's output");
  if (!has_stdin && context_.nothing.get() < 0)
    return Error{ErrorCode::io, "can't be opened", "/dev/null", {}};
  return start_with(has_stdin ? STDIN_FILENO : context_.nothing.get(), out->get(), err->get());
}

/// What the child writes to; `reader` is what reads it. `ours` is the descriptor for Outlet::ours.
Result<Descriptor> Child::open_outlet(OutputPipe& reader, Outlet& outlet, int ours) const {
  if (outlet == Outlet::ours) {
    Descriptor copy(::fcntl(ours, F_DUPFD_CLOEXEC, 3));
    if (copy.get() < 0) return too_many_files("no descriptor for a task's output");
    reader.leave_out();
    return copy;
  }
  if (outlet == Outlet::terminal) {
    Result<Descriptor> terminal = reader.open_terminal(spec_.streams.window);
    if (terminal) return terminal;
    outlet = Outlet::pipe;
    if (spec_.streams.on_no_terminal) spec_.streams.on_no_terminal(terminal.error());
  }
  return reader.open();
}

Result<void> Child::start_with(int standard_input, int standard_output, int standard_error) {
  if (spec_.argv.empty()) return Error{ErrorCode::not_found, "no program is named", {}, {}};
  Result<std::string> executable = find_executable(spec_.argv.front(), spec_.directory, *spec_.environment);
  if (!executable) {
    const Result<void> usable = check_directory(spec_.directory);  // it may be the reason
    return usable ? executable.error() : usable.error();
  }
  const LaunchSpec launch_spec{.executable = *executable,
                               .argv = spec_.argv,
                               .directory = spec_.directory,
                               .environment = *spec_.environment,
                               .mark = spec_.mark,
                               .standard_input = standard_input,
                               .standard_output = standard_output,
                               .standard_error = standard_error,
                               .file_limit = context_.file_limit,
                               .own_session = !foreground()};
  Result<Launched> launched = launch(context_.executor, launch_spec);
  if (!launched) return launched.error();
  handle_ = std::move(launched->handle);
  end_.emplace(std::move(launched->end));
  root_ = handle_->id();
  out_->start();
  err_->start();
  if (foreground()) {
    suspension_ = std::make_shared<FollowSuspension>(context_.executor, root_);
    suspension_->start();
  }
  wait_for_root();
  return {};
}

void Child::wait_for_root() {
  end_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [this](const boost::system::error_code& failure) {
                     if (failure == boost::asio::error::operation_aborted) return;  // this child is gone
                     boost::system::error_code error = failure;
                     if (!error && handle_->running(error)) {
                       wait_for_root();
                       return;
                     }
                     const int status = handle_->native_exit_code();
                     handle_->detach();  // the pid is free now: the handle must not act on it any more
                     end_->close();
                     if (suspension_) suspension_->cancel();
                     root_exit_ = error ? ExitStatus(Lost{error.message()}) : decode(status);
                     changed();
                   });
}

void Child::terminate(Urgency urgency) {
  if (urgency_ == Urgency::force || urgency_ == urgency) return;
  urgency_ = urgency;
  if (forced() || root_exit_) {
    changed();
    return;
  }
  std::vector<ProcessStatus> tree = root_tree();
  // One look alone may miss a process that is being re-parented.
  for (int look = 1; look < most_looks && !is_unchanged(tree); ++look) tree = root_tree();
  if (spec_.root_only && tree.size() > 1) tree.resize(1);
  ask(tree);
  if (passes_over_some()) changed();
}

void Child::resume_output(Stream stream) {
  (stream == Stream::out ? out_ : err_)->resume();
  if (root_exit_) changed();  // its end may have waited for the reader
}

/// Those that ignore it are still to be asked by the stop signal: the background jobs of a plain shell ignore
/// Ctrl-C.
void Child::heard_from_terminal(int signal) {
  if (!foreground()) return;
  for (const ProcessStatus& process : root_tree()) {
    if (process.group == ::getpgrp() && !process.ignores(signal)) asked_.insert(process.identity);
  }
}

void Child::resume(Duration stopped) {
  for (std::optional<Instant>* moment : {&patience_until_, &leftovers_force_at_})
    if (*moment) **moment += stopped;
  if (suspension_) suspension_->resume();
}

/// The kernel tells the processes that a terminal controls; those of ours control none.
void Child::resize(const winsize& window) {
  const Outlet terminal = Outlet::terminal;
  if (root_exit_ || (spec_.streams.out != terminal && spec_.streams.err != terminal)) return;
  out_->resize(window);
  err_->resize(window);
  ::kill(foreground() ? root_ : -root_, SIGWINCH);
}

/// Nothing once the root's pid may be another process's: that is told by the pidfd after the look, not by a
/// look at the process as it starts, which the kernel would let wait for the whole exec.
std::vector<ProcessStatus> Child::root_tree() {
  if (root_exit_) return {};
  std::vector<ProcessStatus> tree = tree_below(root_);
  if (send_signal(end_->native_handle(), no_signal) == Delivery::gone) tree.clear();
  return tree;
}

/// The stop signal, once, to each process.
void Child::ask(const std::vector<ProcessStatus>& tree) {
  const std::vector<ProcessStatus> own = without_inner_runs(tree);
  const std::set<ProcessIdentity> fed = fed_from_outside_of_a_circle(own);
  for (const ProcessStatus& process : own) {
    if (!process.alive() || !asked_.insert(process.identity).second) continue;
    if (fed.contains(process.identity)) {
      readers_.emplace(process.identity, std::nullopt);
      send(process, SIGCONT);
    } else if (relays_to_others(process, tree)) {
      relays_.insert(process.identity);
      send(process, SIGCONT);
    } else {
      send(process, stop_signal_for(process), SIGCONT);  // a stopped process could not hear it
    }
  }
}

/// A background job of a plain shell ignores Ctrl-C.
int Child::stop_signal_for(const ProcessStatus& process) const {
  if (spec_.stop_signal != 0) return spec_.stop_signal;
  return context_.interrupted && !process.ignores(SIGINT) ? SIGINT : SIGTERM;
}

/// As if it had been sent to the step itself: to the process that was started, or to those which that runs
/// for others.
bool Child::hand_on(int signal, bool to_group) {
  if (root_exit_) return false;
  if (foreground() && to_group) return true;
  const std::vector<ProcessStatus> tree = root_tree();
  std::set<pid_t> passed_over;
  for (const ProcessStatus& process : tree) {
    if (process.identity.pid != root_ && !passed_over.contains(process.parent)) continue;
    if (relays_to_others(process, tree))
      passed_over.insert(process.identity.pid);
    else
      send(process, signal);
  }
  return !tree.empty();
}

Delivery Child::send(const ProcessStatus& process, int signal, int follow_up) {
  const bool is_root = !root_exit_ && process.identity.pid == root_;
  return is_root ? send_signal(end_->native_handle(), signal, follow_up)
                 : send_signal(process.identity, signal, follow_up);
}

bool Child::relays_to_others(const ProcessStatus& process, const std::vector<ProcessStatus>& tree) const {
  if (spec_.relays.empty() || process.named_shell) return false;
  const bool has_others = std::any_of(tree.begin(), tree.end(), [&](const ProcessStatus& other) {
    return other.parent == process.identity.pid && other.alive();
  });
  return has_others && is_relay(command_line(process.identity.pid), spec_.relays);
}

/// A relay that was passed over and has nothing below it any more is asked itself. What it starts after all
/// that, the next script of several, is not its way to end, and is asked too.
void Child::look_after_relays() {
  const std::set<ProcessIdentity> relays = relays_;
  for (const ProcessIdentity& relay : relays) {
    const std::vector<ProcessStatus> tree = tree_below(relay.pid);
    bool has_others = false;
    for (const ProcessStatus& process : tree) {
      if (tree.front().identity != relay) break;  // it has ended, and its pid is another's
      if (process.parent != relay.pid || !process.alive()) continue;
      has_others = true;
      if (!asked_.contains(process.identity)) ask(tree_below(process.identity.pid));
    }
    if (has_others) continue;
    relays_.erase(relay);
    if (!tree.empty() && tree.front().identity == relay)
      send_signal(relay, stop_signal_for(tree.front()), SIGCONT);
  }
}

/// One that nobody feeds any more has had its end of file, and doesn't go by it, is asked itself.
void Child::look_after_readers(Instant now, const Left& left) {
  if (readers_.empty() || now < next_look_at_readers_) return;
  next_look_at_readers_ = now + reader_interval;
  std::vector<ProcessStatus> tree = root_tree();
  for (const ProcessStatus& orphan : left) {
    const std::vector<ProcessStatus> below = tree_below(orphan.identity.pid);
    tree.insert(tree.end(), below.begin(), below.end());
  }
  const std::set<ProcessIdentity> fed = fed_by_others(tree);
  for (auto reader = readers_.begin(); reader != readers_.end();) {
    const auto at = reader++;
    const auto process = std::ranges::find(tree, at->first, &ProcessStatus::identity);
    std::optional<Instant>& unfed_since = at->second;
    if (process == tree.end() || !process->alive()) {
      readers_.erase(at);
    } else if (fed.contains(at->first)) {
      unfed_since.reset();
    } else if (!unfed_since) {
      unfed_since = now;
    } else if (now - *unfed_since >= reader_patience) {
      send(*process, stop_signal_for(*process), SIGCONT);
      readers_.erase(at);
    }
  }
}

void Child::press_leftovers(Instant now, const Left& left) {
  const bool by_itself = !urgency_;
  if (by_itself && !leftovers_force_at_) {
    // A helper that waits for the reader of its output can't be expected to get on.
    if (!patience_until_ || output_paused()) patience_until_ = now + leftover_patience;
    if (now < *patience_until_) return;
    leftovers_force_at_ = now + spec_.leftover_grace;
  }
  std::vector<ProcessStatus> all;
  for (const ProcessStatus& orphan : left) {
    // What one that was asked before has started since is its way to end.
    if (asked_.contains(orphan.identity)) continue;
    const std::vector<ProcessStatus> below = tree_below(orphan.identity.pid);
    all.insert(all.end(), below.begin(), below.end());
  }
  // The root that alone was asked has told its own what it wanted to.
  if (by_itself || !spec_.root_only) ask(all);
  if (by_itself && now >= *leftovers_force_at_) urgency_ = Urgency::force;
}

/// SIGKILL to those that have not got it yet. True: there were some, so there may be more.
bool Child::kill_new(const Left& left) {
  std::vector<ProcessStatus> all = root_tree();
  for (const ProcessStatus& orphan : left) {
    const std::vector<ProcessStatus> below = tree_below(orphan.identity.pid);
    all.insert(all.end(), below.begin(), below.end());
  }
  bool any = false;
  for (const ProcessStatus& process : all) {
    if (!process.alive() || killed_.contains(process.identity)) continue;
    const Delivery delivery = send(process, SIGKILL);
    any = any || delivery == Delivery::sent;
    if (delivery == Delivery::sent) killed_.insert(process.identity);
    if (delivery == Delivery::forbidden) context_.beyond_reach.insert(process.identity);
  }
  return any;
}

std::optional<Duration> Child::kill(const Left& left) {
  if (root_exit_ && left.empty()) return std::nullopt;
  // One that forks all the time is only caught by not giving it any.
  const Duration longer = std::clamp(2 * kill_pause_, shortest_kill_pause, longest_kill_pause);
  kill_pause_ = kill_new(left) ? Duration::zero() : longer;
  return kill_pause_;
}

std::optional<Duration> Child::attend(Instant now, const Left& left) {
  if (forced()) return kill(left);
  look_after_relays();
  look_after_readers(now, left);
  if (!root_exit_ || left.empty()) return passes_over_some() ? std::optional(patient_interval) : std::nullopt;
  press_leftovers(now, left);
  patient_pause_ = std::clamp(2 * patient_pause_, shortest_patient_pause, patient_interval);
  return forced() ? Duration::zero() : patient_pause_;
}

bool Child::take_rest() {
  const bool out_ended = out_->finish();
  const bool err_ended = err_->finish();
  return out_ended && err_ended;
}

void Child::finish() {
  DREAM_ASSERT(root_exit_.has_value());
  const auto on_end = std::exchange(spec_.on_end, nullptr);
  on_end(*root_exit_);
}

}  // namespace dream::process
