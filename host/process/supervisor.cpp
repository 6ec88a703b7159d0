#include "process/supervisor.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>

namespace dream::process {

namespace {

constexpr std::size_t read_size = std::size_t{64} * 1024;

/// As child_mark_name has it; census.cpp reads it.
std::string mark_of_child(std::uint64_t id) {
  return std::to_string(::getpid()) + "." + std::to_string(id);
}

}  // namespace

Supervisor::Supervisor(boost::asio::io_context& context, std::function<void(const std::string&)> warn,
                       Inheritance inheritance, std::function<Instant()> clock)
    : loop_(context),
      warn_(std::move(warn)),
      timer_(context),
      clock_(std::move(clock)),
      scratch_(std::make_unique_for_overwrite<char[]>(read_size)),
      shared_{.executor = context.get_executor(),
              .scratch = {scratch_.get(), read_size},
              .file_limit = raise_file_limit(),
              .inheritance = std::move(inheritance),
              .nothing = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
              .on_change =
                  [this](std::uint64_t id) {
                    if (const auto child = children_.find(id); child != children_.end()) {
                      wanting_.emplace(id, child->second.get());
                    }
                    attend_at(read_clock());
                  },
              .beyond_reach = {},
              .interrupted = false} {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no plugin is loaded yet, and no thread of ours reads it
  ::setenv(child_mark_name, mark_of_child(plugins_number).c_str(), 1);
  watch_orphans();
}

Supervisor::~Supervisor() {
  let_go();
  ::setrlimit(RLIMIT_NOFILE, &shared_.file_limit);
}

void Supervisor::let_go() {
  for (const auto& [id, child] : children_) {
    if (!warn_ || child->forced()) continue;  // the guardian tells what can't be killed
    const std::string process = child->pid() == 0 ? "" : " (process " + std::to_string(child->pid()) + ")";
    warn_(child->program() + process +
          " has not ended, and is left to the guardian, which kills what it may");
  }
  wanting_.clear();
  by_root_.clear();
  in_front_.clear();
  kept_.clear();
  children_.clear();
}

Result<ChildId> Supervisor::start(ChildSpec spec) {
  const std::uint64_t id = next_id_++;
  spec.variables.push_back(std::string(child_mark_name) + "=" + mark_of_child(id));
  auto child = std::make_unique<Child>(shared_, id, std::move(spec));
  if (Result<void> started = child->start(); !started) return started.error();
  by_root_[child->pid()] = child.get();
  if (child->foreground()) in_front_.insert(id);
  children_.emplace(id, std::move(child));
  return ChildId{id};
}

Child* Supervisor::find(ChildId id) const {
  const auto found = children_.find(static_cast<std::uint64_t>(id));
  return found == children_.end() ? nullptr : found->second.get();
}

void Supervisor::terminate(ChildId id, Urgency urgency) {
  if (Child* const child = find(id)) child->terminate(urgency);
}

void Supervisor::resume_output(ChildId id, Stream stream) {
  if (Child* const child = find(id)) child->resume_output(stream);
}

pid_t Supervisor::pid(ChildId id) const {
  const Child* const child = find(id);
  return child == nullptr ? 0 : child->pid();
}

void Supervisor::heard_from_terminal(int signal, bool left_to_it) {
  for (const auto& [id, child] : children_) child->heard_from_terminal(signal, left_to_it);
  // A root that died of it has left what it had started to this process by now, whose own are read after
  // that.
  orphan_may_have_ended_ = true;  // a reason to look
  const Census census = take_census();
  for (const auto& [id, child] : children_)
    child->left_heard_from_terminal(signal, census.left_of(child.get()));
  // What is to follow from this look is left to one that was due already, or comes now.
  orphan_may_have_ended_ = true;
  attend_at(read_clock());
}

/// The end of an orphan sends SIGCHLD to the first thread (first_thread.hpp), which blocks it; so does this
/// one with that of its roots, and all that it starts. So it waits to be read here.
void Supervisor::watch_orphans() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  Descriptor signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  boost::asio::posix::stream_descriptor watched(loop_);
  boost::system::error_code error;
  if (signals.is_open()) watched.assign(signals.get(), error);
  if (!signals.is_open() || error) return;  // then they are reaped when a child ends
  static_cast<void>(signals.release());
  child_signals_.emplace(std::move(watched));
  child_changed();
}

void Supervisor::child_changed() {
  child_signals_->call_when_readable([this](const boost::system::error_code& error) {
    if (error) return;
    signalfd_siginfo info{};
    if (::read(child_signals_->get(), &info, sizeof info) != sizeof info) return child_changed();
    for (const std::uint64_t id : in_front_) children_.at(id)->root_may_be_stopped();
    // The end of a root is a reason to look by itself: then it finds those that have ended before it, too.
    const bool is_end = info.ssi_code != CLD_STOPPED && info.ssi_code != CLD_CONTINUED;
    if (!is_end || child_with_root(static_cast<pid_t>(info.ssi_pid)) == nullptr) {
      orphan_may_have_ended_ = true;
      attend_at(read_clock());
    }
    child_changed();
  });
}

/// What is being started at this moment turns up when one looks again. What had been stopped before stays so.
void Supervisor::suspend(int signal, bool to_group) {
  std::vector<ProcessStatus> tree;
  for (int look = 0; look < most_looks && (look == 0 || !is_unchanged(tree)); ++look) {
    tree = tree_below(::getpid());
    for (const ProcessStatus& process : tree) {
      if (process.identity.pid == ::getpid() || process.stopped() || !process.alive()) continue;
      const bool in_own_group = process.group == ::getpgrp();
      if (in_own_group && to_group) continue;
      if (!suspended_.insert(process.identity).second) continue;
      send_signal(process.identity, in_own_group ? signal : SIGSTOP);
    }
  }
}

void Supervisor::resume(Duration stopped) {
  for (const ProcessIdentity& process : suspended_) send_signal(process, SIGCONT);
  suspended_.clear();
  for (const auto& [id, child] : children_) child->resume(stopped);
}

bool Supervisor::hand_on(int signal, bool to_group) {
  bool any = false;
  for (const auto& [id, child] : children_) any = child->hand_on(signal, to_group) || any;
  return any;
}

void Supervisor::resize(const winsize& window) {
  for (const auto& [id, child] : children_) child->resize(window);
}

bool Supervisor::takes_typing(ChildId id) const {
  const Child* const child = find(id);
  return child != nullptr && child->takes_typing();
}

bool Supervisor::type(ChildId id, std::string_view bytes, std::function<void()> on_taken) {
  Child* const child = find(id);
  return child != nullptr && child->type(bytes, std::move(on_taken));
}

bool Supervisor::resize_for_typist(ChildId id, const winsize& window) {
  Child* const child = find(id);
  return child != nullptr && child->resize_for_typist(window);
}

void Supervisor::redraw_all(ChildId id) {
  if (Child* const child = find(id)) child->redraw_all();
}

void Supervisor::attend_at(Instant time) {
  // What is being killed may fork all the time, and is only caught by not giving it any.
  if (!any_wanting(&Child::forced)) time = pace_.next(time);
  if (attends_at_ && *attends_at_ <= time)
    return;  // many ends in one turn of the loop are looked at together
  attends_at_ = time;
  timer_.call_at(time, [this] { attend(); });
}

void Supervisor::attend() {
  attends_at_.reset();
  const Instant now = read_clock();
  const Census census = take_census();
  std::optional<Duration> again = census.again;
  const std::map<std::uint64_t, Child*> wanting = wanting_;  // on_output may start children
  std::vector<std::unique_ptr<Child>> over;
  std::vector<Child*> kept;
  for (const auto& [id, child] : wanting) {
    const Child::Left left = census.left_of(child);
    const bool complete = is_complete(census, id);
    if (!complete && !again) again = Duration::zero();
    const std::optional<Duration> pause = child->attend(now, left, complete);
    if (pause) again = std::min(again.value_or(*pause), *pause);
    if (!child->wants_attention()) wanting_.erase(id);
    if (child->keeps_what_is_left() && !left.empty()) {
      if (!complete || !child->keep(left)) continue;
      wanting_.erase(id);
      kept_.insert(id);
      kept.push_back(child);
      continue;
    }
    const bool alone = child->lingers() && left.empty() && complete;
    if (alone && is_last_owner(*child)) again = Duration::zero();  // the others have just ended
    if (!alone || is_last_owner(*child) || !child->take_rest()) continue;
    over.push_back(release(id));
  }
  take_kept_that_have_nothing_left(census, over);
  if (again) attend_at(now + *again);
  for (Child* child : kept) child->finish();
  for (const auto& child : over) child->finish();
}

void Supervisor::end_kept(Urgency urgency) {
  for (const std::uint64_t id : kept_) children_.at(id)->end_kept(urgency);
}

void Supervisor::end_kept(ChildId id, Urgency urgency) {
  if (Child* const child = find(id)) child->end_kept(urgency);
}

bool Supervisor::keeps_anything() const {
  return !kept_.empty();
}

void Supervisor::take_kept_that_have_nothing_left(const Census& census,
                                                  std::vector<std::unique_ptr<Child>>& over) {
  if (!census.taken || census.again || census.unsure) return;
  std::vector<std::uint64_t> alone;
  for (const std::uint64_t id : kept_) {
    const Child* child = children_.at(id).get();
    if (child->kept() && !census.left.contains(child)) alone.push_back(id);
  }
  for (const std::uint64_t id : alone) over.push_back(release(id));
}

std::unique_ptr<Child> Supervisor::release(std::uint64_t id) {
  auto child = std::move(children_.extract(id).mapped());
  wanting_.erase(id);
  in_front_.erase(id);
  kept_.erase(id);
  orphaning_.erase(id);
  unsure_looks_.erase(id);
  const auto by_root = by_root_.find(child->root_pid());
  if (by_root != by_root_.end() && by_root->second == child.get()) by_root_.erase(by_root);
  return child;
}

const Child* Supervisor::child_with_root(pid_t pid) const {
  const auto found = by_root_.find(pid);
  return found == by_root_.end() ? nullptr : found->second;
}

bool Supervisor::any_wanting(bool (Child::*quality)() const noexcept) const {
  return std::any_of(wanting_.begin(), wanting_.end(),
                     [&](const auto& child) { return (child.second->*quality)(); });
}

}  // namespace dream::process
