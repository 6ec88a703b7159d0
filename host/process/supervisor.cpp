#include "process/supervisor.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>
#include <string>
#include <utility>

#include "base/assert.hpp"

namespace dream::process {

namespace {

constexpr std::size_t read_size = std::size_t{64} * 1024;

/// The next look at the processes when the system was out of descriptors or memory.
constexpr Duration retry_interval = std::chrono::milliseconds(10);

/// In the environment of every task: the child that a process belongs to, whatever it did to its parents and
/// session.
const std::string cookie_name = "DREAM_CHILD";

const Child::Orphans none;

std::string cookie(std::uint64_t id) {
  return std::to_string(::getpid()) + "." + std::to_string(id);
}

}  // namespace

Supervisor::Supervisor(boost::asio::io_context& context)
    : loop_(context),
      timer_(context),
      scratch_(std::make_unique_for_overwrite<char[]>(read_size)),
      shared_{.executor = context.get_executor(),
              .scratch = {scratch_.get(), read_size},
              .surroundings = {.file_limit = raise_file_limit()},
              .nothing = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
              .on_change = [this] { attend_at(read_clock()); },
              .beyond_reach = {}} {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  StopWatch::block_signal();
}

Supervisor::~Supervisor() {
  DREAM_ASSERT(children_.empty());
  ::setrlimit(RLIMIT_NOFILE, &shared_.surroundings.file_limit);
}

Result<ChildId> Supervisor::start(ChildSpec spec) {
  if (next_id_ == 1) shared_.surroundings.ignored = ignored_signals();  // from now on they stay the same
  const std::uint64_t id = next_id_++;
  spec.mark = cookie_name + "=" + cookie(id);
  auto child = std::make_unique<Child>(shared_, std::move(spec));
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

void Supervisor::resize(const winsize& window) {
  for (const auto& [id, child] : children_) child->resize(window);
}

void Supervisor::attend_at(Instant time) {
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
  std::vector<std::pair<std::uint64_t, Child*>> wanting;  // on_output may start children
  for (const auto& [id, child] : children_) {
    if (child->wants_attention()) wanting.emplace_back(id, child.get());
  }
  std::vector<std::unique_ptr<Child>> over;
  for (const auto& [id, child] : wanting) {
    const auto found = census.orphans.find(child);
    const Child::Orphans& orphans = found == census.orphans.end() ? none : found->second;
    const std::optional<Duration> pause = child->attend(now, orphans);
    if (pause) again = std::min(again.value_or(*pause), *pause);
    const bool alone = child->lingers() && orphans.empty() && !census.again;
    if (!alone || !child->take_rest()) continue;
    over.push_back(release(id));
  }
  if (again) attend_at(now + *again);
  for (const auto& child : over) child->finish();
}

/// Without a look at it, which costs more; but what may be a plugin's is left alone.
bool Supervisor::reap_if_dead(pid_t pid) {
  const pid_t session = ::getsid(pid);
  return session > 0 && session != ::getsid(0) && ::waitpid(pid, nullptr, WNOHANG) == pid;
}

std::unique_ptr<Child> Supervisor::release(std::uint64_t id) {
  auto child = std::move(children_.extract(id).mapped());
  const auto by_root = by_root_.find(child->root_pid());
  if (by_root != by_root_.end() && by_root->second == child.get()) by_root_.erase(by_root);
  return child;
}

const Child* Supervisor::child_with_root(pid_t pid) const {
  const auto found = by_root_.find(pid);
  return found == by_root_.end() ? nullptr : found->second;
}

/// This process's children that are not the root of a task are what tasks left behind. The dead are reaped,
/// the living given to the child they come from.
Supervisor::Census Supervisor::take_census() {
  Census census;
  const auto lingers = [](const auto& child) { return child.second->lingers(); };
  if (std::none_of(children_.begin(), children_.end(), lingers)) return census;
  const std::optional<std::vector<pid_t>> own = own_children();
  if (!own) census.again = retry_interval;
  for (const pid_t pid : own.value_or(std::vector<pid_t>{})) {
    if (const Child* child = child_with_root(pid); child != nullptr && child->pid() == pid) continue;
    if (reap_if_dead(pid)) {  // its children may have become ours after the list was read
      census.again = Duration::zero();
      continue;
    }
    const std::optional<ProcessStatus> status = process_status(pid);
    if (!status) {  // nobody else reaps it: it could not be looked at
      census.again = retry_interval;
    } else if (shared_.beyond_reach.contains(status->identity) || is_plugins_own(*status, census)) {
      continue;
    } else if (!status->alive()) {
      // Its children may have become ours after the list was read.
      const bool reaped = ::waitpid(pid, nullptr, WNOHANG) == pid;
      if (reaped) adopted_.erase(status->identity);
      census.again = reaped ? Duration::zero() : retry_interval;
    } else if (const Child* owner = owner_of(*status)) {
      census.orphans[owner].push_back(*status);
    }
  }
  return census;
}

/// A child of this process that is none of a task's, but the business of the plugin that started it: it is in
/// this process's session. So is what a foreground child leaves behind, which bears a mark.
bool Supervisor::is_plugins_own(const ProcessStatus& process, Census& census) {
  if (process.session != ::getsid(0)) return false;
  if (adopted_.contains(process.identity)) return false;
  const auto is_foreground = [](const auto& child) { return child.second->foreground(); };
  if (std::none_of(children_.begin(), children_.end(), is_foreground)) return true;
  if (process.alive()) {
    const bool marked = marked_owner(process) != nullptr;
    if (marked) adopted_.insert(process.identity);
    return !marked;
  }
  // The dead bear no mark. Its children may have become ours after the list was read.
  if (unknown_dead_.insert(process.identity).second) census.again = Duration::zero();
  return true;
}

const Child* Supervisor::owner_of(const ProcessStatus& orphan) const {
  const Child* leader = child_with_root(orphan.session);
  if (leader != nullptr && leader->root_session() == orphan.session) return leader;
  if (const Child* owner = marked_owner(orphan)) return owner;
  for (const auto& [id, child] : children_) {
    if (child->lingers()) return child.get();  // it hid where it came from: from a root that has just ended
  }
  return nullptr;
}

/// The child that the environment of a process names.
const Child* Supervisor::marked_owner(const ProcessStatus& process) const {
  const std::optional<std::string> mark = environment_value(process.identity.pid, cookie_name);
  const std::string mine = std::to_string(::getpid()) + ".";
  if (!mark || !mark->starts_with(mine)) return nullptr;
  std::uint64_t id = 0;
  std::from_chars(mark->data() + mine.size(), mark->data() + mark->size(), id);
  const auto found = children_.find(id);
  return found == children_.end() ? nullptr : found->second.get();
}

}  // namespace dream::process
