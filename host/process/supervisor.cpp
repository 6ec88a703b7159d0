#include "process/supervisor.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>

namespace dream::process {

namespace {

constexpr std::size_t read_size = std::size_t{64} * 1024;

/// The next look at the processes when the system was out of descriptors or memory.
constexpr Duration retry_interval = std::chrono::milliseconds(10);

const Child::Left none;

/// As DREAM_CHILD has it; all that this process starts has its begin.
std::string mark_begin() {
  return std::to_string(::getpid()) + ".";
}

std::string mark_of_child(std::uint64_t id) {
  return mark_begin() + std::to_string(id);
}

}  // namespace

Supervisor::Supervisor(boost::asio::io_context& context, std::function<void(const std::string&)> warn)
    : loop_(context),
      warn_(std::move(warn)),
      timer_(context),
      scratch_(std::make_unique_for_overwrite<char[]>(read_size)),
      shared_{.executor = context.get_executor(),
              .scratch = {scratch_.get(), read_size},
              .file_limit = raise_file_limit(),
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
  FollowSuspension::block_signal();
}

Supervisor::~Supervisor() {
  let_go();
  ::setrlimit(RLIMIT_NOFILE, &shared_.file_limit);
}

void Supervisor::let_go() {
  for (const auto& [id, child] : children_) {
    if (!warn_) break;
    const std::string process = child->pid() == 0 ? "" : " (process " + std::to_string(child->pid()) + ")";
    warn_(child->program() + process +
          " has not ended, and is left to the guardian, which kills what it may");
  }
  wanting_.clear();
  by_root_.clear();
  children_.clear();
}

Result<ChildId> Supervisor::start(ChildSpec spec) {
  const std::uint64_t id = next_id_++;
  spec.mark = std::string(child_mark_name) + "=" + mark_of_child(id);
  auto child = std::make_unique<Child>(shared_, id, std::move(spec));
  if (Result<void> started = child->start(); !started) return started.error();
  by_root_[child->pid()] = child.get();
  children_.emplace(id, std::move(child));
  return ChildId{id};
}

void Supervisor::terminate(ChildId id, Urgency urgency) {
  const auto found = children_.find(static_cast<std::uint64_t>(id));
  if (found != children_.end()) found->second->terminate(urgency);
}

void Supervisor::resume_output(ChildId id, Stream stream) {
  const auto found = children_.find(static_cast<std::uint64_t>(id));
  if (found != children_.end()) found->second->resume_output(stream);
}

pid_t Supervisor::pid(ChildId id) const {
  const auto found = children_.find(static_cast<std::uint64_t>(id));
  return found == children_.end() ? 0 : found->second->pid();
}

void Supervisor::heard_from_terminal(int signal) {
  for (const auto& [id, child] : children_) child->heard_from_terminal(signal);
}

/// What is being started at this moment turns up when one looks again. What had been stopped before stays so.
void Supervisor::suspend(int signal, bool to_group) {
  constexpr int most_looks = 8;
  std::vector<ProcessStatus> tree;
  for (int look = 0; look < most_looks && (look == 0 || !is_unchanged(tree)); ++look) {
    tree = tree_below(::getpid());
    for (const ProcessStatus& process : tree) {
      const bool stopped = process.state == 'T' || process.state == 't';
      if (process.identity.pid == ::getpid() || stopped || !process.alive()) continue;
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

void Supervisor::attend_at(Instant time) {
  // What is being killed may fork all the time, and is only caught by not giving it any.
  if (!any_wanting(&Child::forced)) time = pace_.next(time);
  if (attends_at_ && *attends_at_ <= time)
    return;  // many ends in one turn of the loop are looked at together
  attends_at_ = time;
  timer_.expires_at(time);
  auto act = [this, exists = std::weak_ptr<const bool>(exists_)](const boost::system::error_code& error) {
    if (!error && !exists.expired()) attend();
  };
  if (time > read_clock()) {
    timer_.async_wait(std::move(act));
  } else {  // without a detour through the kernel
    boost::asio::post(loop_, [act = std::move(act)] { act({}); });
  }
}

void Supervisor::attend() {
  attends_at_.reset();
  const Instant now = read_clock();
  const Census census = take_census();
  std::optional<Duration> again = census.again;
  const std::map<std::uint64_t, Child*> wanting = wanting_;  // on_output may start children
  std::vector<std::unique_ptr<Child>> over;
  for (const auto& [id, child] : wanting) {
    const auto found = census.left.find(child);
    const Child::Left& left = found == census.left.end() ? none : found->second;
    const std::optional<Duration> pause = child->attend(now, left);
    if (pause) again = std::min(again.value_or(*pause), *pause);
    if (!child->wants_attention()) wanting_.erase(id);
    const bool alone = child->lingers() && left.empty() && !census.again;
    if (!alone || !child->take_rest()) continue;
    over.push_back(release(id));
  }
  if (again) attend_at(now + *again);
  for (const auto& child : over) child->finish();
}

std::unique_ptr<Child> Supervisor::release(std::uint64_t id) {
  auto child = std::move(children_.extract(id).mapped());
  wanting_.erase(id);
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

/// The orphans of this process are what tasks left behind. The dead are reaped, the living given to the child
/// they come from.
Supervisor::Census Supervisor::take_census() {
  Census census;
  if (!any_wanting(&Child::lingers)) return census;
  const Instant begin = read_clock();
  const Orphans orphans = own_orphans();
  if (orphans.known == Orphans::Known::busy) census.again = retry_interval;
  if (orphans.known == Orphans::Known::never) warn_that_nothing_is_known();
  for (const pid_t pid : orphans.pids) take_orphan(pid, census);
  pace_.worked(begin, read_clock());
  return census;
}

void Supervisor::take_orphan(pid_t pid, Census& census) {
  if (const Child* child = child_with_root(pid); child != nullptr && child->pid() == pid) return;
  if (::waitpid(pid, nullptr, WNOHANG) == pid) {
    census.again = Duration::zero();  // its children may have become ours after the list was read
    return;
  }
  const std::optional<ProcessStatus> status = process_status(pid);
  if (!status) {  // nobody else reaps it: it could not be looked at
    census.again = retry_interval;
  } else if (!status->alive()) {  // it has just died, or a debugger has to let go of it first
    census.again = ::waitpid(pid, nullptr, WNOHANG) == pid ? Duration::zero() : retry_interval;
  } else if (const Child* owner =
                 shared_.beyond_reach.contains(status->identity) ? nullptr : owner_of(*status)) {
    census.left[owner].push_back(*status);
  }
}

void Supervisor::warn_that_nothing_is_known() {
  if (!warn_) return;
  warn_(
      "this kernel doesn't tell the children of a process (CONFIG_PROC_CHILDREN): what a task leaves running "
      "lives on until dream ends");
  warn_ = {};
}

/// None: of no child of this process's, and of no plugin.
const Child* Supervisor::owner_of(const ProcessStatus& orphan) const {
  const Child* leader = child_with_root(orphan.session);
  if (leader != nullptr && leader->root_session() == orphan.session) return leader;
  if (const std::optional<std::uint64_t> number = mark_of(orphan)) {
    if (number == plugins_number) return nullptr;
    if (const auto marked = children_.find(*number); marked != children_.end()) return marked->second.get();
  }
  for (const auto& [id, child] : wanting_) {
    if (child->lingers()) return child;  // it hid where it came from: from a root that has just ended
  }
  return nullptr;
}

/// The number of the child that the environment of a process names.
std::optional<std::uint64_t> Supervisor::mark_of(const ProcessStatus& process) const {
  const std::optional<std::string> mark = environment_value(process.identity.pid, child_mark_name);
  const std::string mine = mark_begin();
  if (!mark || !mark->starts_with(mine)) return std::nullopt;
  std::uint64_t number = plugins_number;
  std::from_chars(mark->data() + mine.size(), mark->data() + mark->size(), number);
  return number;
}

}  // namespace dream::process
