#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <unordered_set>
#include <utility>

#include "process/supervisor.hpp"

// Whose the processes are that have lost their parent and are this one's now.

namespace dream::process {

namespace {

/// The next look at the processes when the system was out of descriptors or memory.
constexpr Duration retry_interval = std::chrono::milliseconds(10);

/// Whether a process has given up its memory, and with it its environment. It is dead in a moment.
bool is_ending(pid_t pid) {
  char first = 0;
  return ::readlink(("/proc/" + std::to_string(pid) + "/exe").c_str(), &first, 1) < 0 && errno == ENOENT;
}

}  // namespace

/// The dead are reaped, the living given to the child they come from.
Supervisor::Census Supervisor::take_census() {
  Census census;
  if (!std::exchange(orphan_may_have_ended_, false) && !any_wanting(&Child::wants_orphans)) return census;
  census.taken = true;
  const Instant begin = clock_();
  const Orphans orphans = own_orphans();
  if (orphans.known == Orphans::Known::busy) {
    census.again = retry_interval;
    orphan_may_have_ended_ = true;
  }
  if (orphans.known == Orphans::Known::never) warn_that_nothing_is_known();
  for (const pid_t pid : orphans.pids) take_orphan(pid, census);
  if (orphans.known == Orphans::Known::yes) forget_orphans_but(orphans.pids);
  pace_.worked(begin, clock_());
  return census;
}

void Supervisor::take_orphan(pid_t pid, Census& census) {
  if (const Child* child = child_with_root(pid); child != nullptr && child->pid() == pid) return;
  auto known = orphans_.find(pid);
  if (known == orphans_.end()) {
    // The dead at once, without a look at whose they were: what forks all the time must not be faster.
    if (::waitpid(pid, nullptr, WNOHANG) == pid) {
      census.unsure = census.unsure || any_wanting(&Child::wants_orphans);
      return;
    }
    const std::optional<ProcessStatus> status = process_status(pid);
    if (!status) {  // nobody else reaps it: it could not be looked at
      census.again = retry_interval;
      return;
    }
    std::vector<std::uint64_t> owners = owners_of(*status);
    // One that is just ending has lost its environment: nothing may be concluded from that.
    if (owners.size() != 1 && status->alive() && status->state != 'Z' && !status->hidden() &&
        is_ending(pid)) {
      census.again = Duration::zero();
      return;
    }
    known = orphans_.emplace(pid, Orphan{*status, std::move(owners)}).first;
  }
  std::vector<std::uint64_t>& owners = known->second.owners;
  if (reap_orphan(pid, owners, census)) {
    orphans_.erase(known);
    return;
  }
  if (owners.size() > 1) std::erase_if(owners, [&](std::uint64_t id) { return !children_.contains(id); });
  if (owners.size() != 1 || shared_.beyond_reach.contains(known->second.status.identity)) return;
  const auto owner = children_.find(owners.front());
  if (owner == children_.end()) return;
  census.left[owner->second.get()].push_back(known->second.status);
  orphaning_.insert(owner->first);
}

/// What was below it may have become this process's own only after the list of these was read.
bool Supervisor::reap_orphan(pid_t pid, const std::vector<std::uint64_t>& owners, Census& census) {
  if (::waitpid(pid, nullptr, WNOHANG) == 0) return false;
  const bool matters = std::any_of(owners.begin(), owners.end(), [&](std::uint64_t id) {
    const auto owner = children_.find(id);
    return owner != children_.end() && owner->second->wants_orphans();
  });
  if (matters && owners.size() == 1) census.again = Duration::zero();
  census.unsure = census.unsure || (matters && owners.size() > 1);
  return true;
}

/// Whether `census` has all that is left of the child. What forks all the time below another one is dead at
/// nearly every look, and nothing tells whose it was: that would keep all others from their end.
bool Supervisor::is_complete(const Census& census, std::uint64_t id) {
  if (!census.unsure) unsure_looks_.erase(id);
  if (census.again || !census.unsure) return !census.again;
  return ++unsure_looks_[id] > most_looks && !orphaning_.empty() && !orphaning_.contains(id);
}

void Supervisor::forget_orphans_but(const std::vector<pid_t>& pids) {
  if (orphans_.empty()) return;
  const std::unordered_set<pid_t> there(pids.begin(), pids.end());
  std::erase_if(orphans_, [&](const auto& orphan) { return !there.contains(orphan.first); });
}

bool Supervisor::is_last_owner(const Child& child) const {
  return std::any_of(orphans_.begin(), orphans_.end(), [&](const auto& orphan) {
    const std::vector<std::uint64_t>& owners = orphan.second.owners;
    if (owners.size() < 2) return false;
    const auto is_there = [&](std::uint64_t id) { return children_.contains(id); };
    return std::count_if(owners.begin(), owners.end(), is_there) == 1 &&
           std::find(owners.begin(), owners.end(), child.number()) != owners.end();
  });
}

void Supervisor::warn_that_nothing_is_known() {
  if (!warn_) return;
  warn_(
      "this kernel doesn't tell the children of a process (CONFIG_PROC_CHILDREN): what a task leaves running "
      "lives on until dream ends");
  warn_ = {};
}

std::vector<std::vector<ProcessStatus>> Supervisor::trees_of(std::span<const pid_t> roots) const {
  std::vector<std::vector<ProcessStatus>> trees;
  std::unordered_map<std::uint64_t, std::size_t> by_child;
  for (const pid_t root : roots) {
    if (const Child* child = child_with_root(root)) by_child.emplace(child->number(), trees.size());
    trees.push_back(root == 0 ? std::vector<ProcessStatus>() : tree_below(root));
  }
  if (by_child.empty()) return trees;
  for (const pid_t pid : own_orphans().pids) {
    if (child_with_root(pid) != nullptr) continue;
    const auto owner = by_child.find(owner_of_orphan(pid).value_or(plugins_number));
    if (owner == by_child.end()) continue;
    const std::vector<ProcessStatus> below = tree_below(pid);
    trees[owner->second].insert(trees[owner->second].end(), below.begin(), below.end());
  }
  return trees;
}

std::vector<ProcessStatus> Supervisor::tree_of(pid_t root) const {
  return trees_of({&root, 1}).front();
}

/// None: several children's, or nobody's.
std::optional<std::uint64_t> Supervisor::owner_of_orphan(pid_t pid) const {
  if (const auto known = orphans_.find(pid); known != orphans_.end()) {
    const std::vector<std::uint64_t>& owners = known->second.owners;
    return owners.size() == 1 ? std::optional(owners.front()) : std::nullopt;
  }
  const std::optional<ProcessStatus> orphan = process_status(pid);
  return orphan && orphan->alive() ? known_owner_of(*orphan) : std::nullopt;
}

/// plugins_number: of no child. None: nothing tells it.
std::optional<std::uint64_t> Supervisor::known_owner_of(const ProcessStatus& process) const {
  const Child* leader = child_with_root(process.session);
  if (leader != nullptr && leader->root_session() == process.session) return leader->number();
  // The dead have no environment any more.
  if (const std::optional<std::uint64_t> number = process.alive() ? mark_of(process) : std::nullopt) {
    if (*number == plugins_number || children_.contains(*number)) return number;
  }
  const Child* sharing = nullptr;
  for (const auto& [id, child] : children_) {
    if (child->knows(process.identity)) return id;
    if (child->foreground() && !child->was_kept()) sharing = child.get();
  }
  if (sharing != nullptr && process.session == ::getsid(0)) return sharing->number();
  return std::nullopt;
}

std::vector<std::uint64_t> Supervisor::owners_of(const ProcessStatus& orphan) const {
  const std::optional<std::uint64_t> owner = known_owner_of(orphan);
  if (owner == plugins_number) return {};
  if (owner) return {*owner};
  std::vector<std::uint64_t> all;
  all.reserve(children_.size());
  for (const auto& [id, child] : children_) all.push_back(id);
  return all;
}

/// The number of the child that the environment of a process names.
std::optional<std::uint64_t> Supervisor::mark_of(const ProcessStatus& process) const {
  const std::optional<std::string> mark = environment_value(process.identity.pid, child_mark_name);
  const std::string mine = std::to_string(::getpid()) + ".";
  if (!mark || !mark->starts_with(mine)) return std::nullopt;
  std::uint64_t number = plugins_number;
  std::from_chars(mark->data() + mine.size(), mark->data() + mark->size(), number);
  return number;
}

}  // namespace dream::process
