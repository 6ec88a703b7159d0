#include <algorithm>
#include <csignal>
#include <utility>

#include "process/child.hpp"
#include "process/pipe_readers.hpp"
#include "process/relay.hpp"
#include "process/signals.hpp"

// How a child is asked to end, and killed.

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

/// How long a task may act on its stop signal before its stdin ends, too: a program that takes that end for a
/// request to exit at once (a server below node) would else lose its way to end if it came to see it first.
constexpr Duration input_patience = std::chrono::milliseconds(250);

/// It wouldn't die of the signal.
bool handles(const ProcessStatus& process, int signal) {
  return process.alive() && contains(handled_signals(process.identity.pid), signal);
}

/// A bash that has a trap on EXIT catches all that ends programs, and dies of it after that.
bool knows_signal(const ProcessStatus& process, int signal) {
  return handles(process, signal) && !(process.named_shell && handles(process, SIGVTALRM));
}

bool lives(const ProcessIdentity& identity) {
  const std::optional<ProcessStatus> status = process_status(identity.pid);
  return status && status->identity == identity && status->alive();
}

/// `tree`, and the orphans with everything below them.
std::vector<ProcessStatus> with_all_below(std::vector<ProcessStatus> tree, const Child::Left& orphans) {
  for (const ProcessStatus& orphan : orphans) {
    const std::vector<ProcessStatus> below = tree_below(orphan.identity.pid);
    tree.insert(tree.end(), below.begin(), below.end());
  }
  return tree;
}

}  // namespace

void Child::terminate(Urgency urgency) {
  if (urgency_ == Urgency::force || urgency_ == urgency) return;
  urgency_ = urgency;
  if (std::exchange(key_, 0) != 0) asked_.clear();
  if (forced() || root_exit_) {
    static_cast<void>(input_.close());
    changed();
    return;
  }
  std::vector<ProcessStatus> tree = root_tree();
  // One look alone may miss a process that was forked meanwhile. One that was orphaned is in the list of this
  // process's own by now, which is read after this.
  for (int look = 1; look < most_looks && !is_unchanged(tree); ++look) tree = root_tree();
  if (spec_.root_only && tree.size() > 1) tree.resize(1);
  ask(tree);
  asks_orphans_ = !spec_.root_only;
  changed();
}

void Child::heard_from_terminal(int signal, bool left_to_it) {
  if (!foreground()) return;
  key_ = left_to_it ? signal : 0;
  heard(root_tree(), signal);
}

void Child::left_heard_from_terminal(int signal, const Left& left) {
  if (foreground()) heard(with_all_below({}, left), signal);
}

/// Those that ignore it are still to be asked by the stop signal: the background jobs of a plain shell ignore
/// Ctrl-C. One that is stopped hears it once it goes on.
void Child::heard(const std::vector<ProcessStatus>& processes, int signal) {
  for (const ProcessStatus& process : processes) {
    if (process.group != ::getpgrp() || process.ignores(signal)) continue;
    asked_.insert(process.identity);
    if (key_ == 0 && process.stopped()) send(process, SIGCONT);
  }
}

/// Nothing once the root's pid may be another process's: that is told by the pidfd after the look, not by a
/// look at the process as it starts, which the kernel would let wait for the whole exec.
std::vector<ProcessStatus> Child::root_tree() {
  if (root_exit_) return {};
  std::vector<ProcessStatus> tree = tree_below(root_);
  if (send_signal(root_, end_->get(), no_signal) == Delivery::gone) tree.clear();
  return tree;
}

/// A process that was asked to end may start others in order to end: those aren't asked.
Child::Left Child::not_asked(const Left& orphans) const {
  Left rest;
  for (const ProcessStatus& orphan : orphans) {
    if (!asked_.contains(orphan.identity)) rest.push_back(orphan);
  }
  return rest;
}

void Child::ask_all_below(const Left& orphans) {
  ask(with_all_below({}, orphans));
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
      const bool hears = spec_.stop_signal == 0 || !process.ignores(spec_.stop_signal);
      if (!hears && spec_.on_ignored)
        std::exchange(spec_.on_ignored, {})(describe_process(process.identity.pid),
                                            process.identity.pid == root_);
      // As when a window is closed: a shell at its prompt ignores the other.
      if (reads_terminal() && spec_.stop_signal == 0) send(process, SIGHUP);
    }
  }
}

/// A background job of a plain shell ignores Ctrl-C.
int Child::stop_signal_for(const ProcessStatus& process) const {
  if (spec_.stop_signal != 0) return spec_.stop_signal;
  return context_.interrupted && !process.ignores(SIGINT) ? SIGINT : SIGTERM;
}

/// Those nearest to the root, without the relays, that are `meant`: what stands below one of them isn't
/// looked at.
std::vector<ProcessStatus> Child::topmost(const std::vector<ProcessStatus>& tree,
                                          bool (*meant)(const ProcessStatus&, int), int signal) const {
  std::vector<ProcessStatus> found;
  std::set<pid_t> passed_over;
  for (const ProcessStatus& process : tree) {
    if (process.identity.pid != root_ && !passed_over.contains(process.parent)) continue;
    if (!relays_to_others(process, tree) && meant(process, signal))
      found.push_back(process);
    else
      passed_over.insert(process.identity.pid);
  }
  return found;
}

/// By hand it would be sent to the program, not to the shell that stands above it and would die of it. Where
/// nobody knows it, it is as if it had been sent to the step itself.
bool Child::hand_on(int signal, bool to_group) {
  if (root_exit_ || !spec_.takes_signals) return false;
  if (foreground() && to_group) return true;
  const std::vector<ProcessStatus> tree = root_tree();
  std::vector<ProcessStatus> takers = topmost(tree, knows_signal, signal);
  if (takers.empty()) takers = topmost(tree, handles, signal);
  if (takers.empty())
    takers = topmost(
        tree, [](const ProcessStatus&, int) { return true; }, signal);
  for (const ProcessStatus& process : takers) send(process, signal);
  return !tree.empty();
}

Delivery Child::send(const ProcessStatus& process, int signal, int follow_up) {
  const bool is_root = !root_exit_ && process.identity.pid == root_;
  return is_root ? send_signal(root_, end_->get(), signal, follow_up)
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
  const std::vector<ProcessStatus> tree = with_all_below(root_tree(), left);
  const std::set<ProcessIdentity> fed = fed_by_others(tree);
  for (auto reader = readers_.begin(); reader != readers_.end();) {
    const auto at = reader++;
    const auto process = std::ranges::find(tree, at->first, &ProcessStatus::identity);
    std::optional<Instant>& unfed_since = at->second;
    if (process == tree.end()) {
      // It is in no tree while its parent has ended, and it isn't known as an orphan yet.
      if (!lives(at->first)) readers_.erase(at);
    } else if (!process->alive()) {
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

void Child::look_after_input(Instant now) {
  if (!urgency_ || !input_.is_open()) return;
  if (!input_ends_at_) input_ends_at_ = now + std::min(input_patience, spec_.leftover_grace / 2);
  if (now >= *input_ends_at_) static_cast<void>(input_.close());
}

std::optional<Duration> Child::pause_while_asked(Instant now) const {
  if (passes_over_some()) return patient_interval;
  if (input_.is_open() && input_ends_at_) return *input_ends_at_ - now;
  return std::nullopt;
}

void Child::press_leftovers(Instant now, const Left& left) {
  const bool by_itself = !urgency_;
  if (by_itself && !leftovers_force_at_) {
    // A helper that waits for the reader of its output can't be expected to get on.
    if (!patience_until_ || output_paused()) patience_until_ = now + leftover_patience;
    if (now < *patience_until_ && !was_kept()) return;
    leftovers_force_at_ = now + spec_.leftover_grace;
  }
  const Left to_ask = not_asked(left);
  if (by_itself && !to_ask.empty()) tell_left_behind(to_ask, false);
  // With stop.to "root", the root has passed the request on by itself.
  if (by_itself || !spec_.root_only) ask_all_below(to_ask);
  if (by_itself && now >= *leftovers_force_at_) urgency_ = Urgency::force;
}

void Child::tell_left_behind(const Left& left, bool kept) const {
  constexpr std::size_t most_named = 5;
  if (!spec_.on_left_behind) return;
  std::vector<std::string> names;
  const std::vector<ProcessStatus> all = with_all_below({}, left);
  for (const ProcessStatus& process : all) {
    if (process.alive() && names.size() < most_named) names.push_back(describe_process(process.identity.pid));
  }
  if (all.size() > most_named) names.push_back(std::to_string(all.size() - most_named) + " more");
  if (!names.empty()) spec_.on_left_behind(std::move(names), kept);
}

void Child::end_kept(Urgency urgency) {
  if (!was_kept()) return;
  kept_ = Kept::until_a_while_ago;
  if (urgency == Urgency::force) urgency_ = urgency;
  changed();
}

/// SIGKILL to those that have not got it yet. True: there were some, so there may be more.
bool Child::kill_new(const Left& left) {
  bool any = false;
  for (const ProcessStatus& process : with_all_below(root_tree(), left)) {
    if (!process.alive() || killed_.contains(process.identity)) continue;
    kill_group_of(process);
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

std::optional<Duration> Child::attend(Instant now, const Left& left, bool complete) {
  if (forced()) return kill(left);
  if (asks_orphans_ && !root_exit_) ask_all_below(not_asked(left));
  if (complete || root_exit_) asks_orphans_ = false;
  look_after_relays();
  look_after_readers(now, left);
  look_after_input(now);
  // What forks all the time may be gone at every look, and is left all the same.
  if (!root_exit_ || (left.empty() && complete)) return pause_while_asked(now);
  if (!left.empty() && !urgency_ && !std::exchange(told_lingering_, true) && spec_.on_lingering)
    spec_.on_lingering();
  if (keeps_what_is_left()) return std::nullopt;
  press_leftovers(now, left);
  patient_pause_ = std::clamp(2 * patient_pause_, shortest_patient_pause, patient_interval);
  return forced() ? Duration::zero() : patient_pause_;
}

}  // namespace dream::process
