#include "process/descendants.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <set>

#include "process/wait_for_end.hpp"

namespace dream::process {

namespace {

/// Rounds without a living descendant after which there is none, where the kernel can't say so: one alone may
/// miss a process that is just being handed to a new parent.
constexpr int empty_rounds = 3;

/// The pause between rounds that found nothing new to kill: what was killed takes its time, and what can't be
/// killed has all of it.
constexpr Duration shortest_pause = std::chrono::microseconds(300);
constexpr Duration longest_pause = std::chrono::milliseconds(50);

void pause_for(Duration time) {
  const timespec pause{0, static_cast<long>(time.count())};
  ::ppoll(nullptr, 0, &pause, nullptr);
}

bool has_gone(pid_t pid) {
  return ::kill(pid, 0) != 0 && errno == ESRCH;
}

/// One round over all that is below this process.
struct Round {
  bool any = false;  ///< something is there, be it dead
  bool progress = false;
  std::vector<ProcessStatus> living;
};

Round kill_once(Strangers& strangers, std::set<ProcessIdentity>& killed) {
  Round round;
  for (const pid_t child : children_of(::getpid())) {
    // The dead first and at once: a thousand of them must not hide the one that forks on.
    if (::waitpid(child, nullptr, WNOHANG) == child) {
      round.any = round.progress = true;
      continue;
    }
    const std::vector<ProcessStatus> tree = tree_below(child);
    if (strangers.take(tree)) continue;
    for (const ProcessStatus& process : tree) {
      round.any = true;
      if (!process.alive()) continue;
      round.living.push_back(process);
      if (killed.contains(process.identity)) continue;
      kill_group_of(process);
      if (send_signal(process.identity, SIGKILL) == Delivery::failed) continue;
      killed.insert(process.identity);
      round.progress = true;
    }
  }
  return round;
}

}  // namespace

Strangers::Strangers() : own_mark_(environment_value(::getpid(), child_mark_name)) {
  if (!has_children()) return;
  std::vector<ProcessStatus> tree = tree_below(::getpid());
  // One look may miss a process that is being re-parented.
  for (int look = 1; look < most_looks && !is_unchanged(tree); ++look) tree = tree_below(::getpid());
  add(tree);
  std::erase_if(sessions_, [](const auto& one) { return one.first.pid == ::getpid(); });
}

void Strangers::look_again(pid_t host) {
  if (sessions_.empty()) return;
  std::vector<ProcessStatus> seen;
  for (const pid_t child : own_orphans().pids) {
    if (child == host) continue;
    const std::vector<ProcessStatus> tree = tree_below(child);
    seen.insert(seen.end(), tree.begin(), tree.end());
  }
  if (has_ended(host)) return;  // then some may be its
  add(seen);
  std::erase_if(sessions_, [](const auto& one) { return has_gone(one.first.pid); });
}

std::optional<Duration> Strangers::look_interval() const {
  constexpr Duration interval = std::chrono::seconds(1);
  return sessions_.empty() ? std::nullopt : std::optional(interval);
}

bool Strangers::take(const std::vector<ProcessStatus>& tree) {
  if (tree.empty() || !include(tree.front())) return false;
  add(tree);
  return true;
}

void Strangers::add(const std::vector<ProcessStatus>& tree) {
  for (const ProcessStatus& process : tree) sessions_.insert_or_assign(process.identity, process.session);
}

bool Strangers::include(const ProcessStatus& child) const {
  if (sessions_.empty()) return false;
  if (sessions_.contains(child.identity)) return true;
  // A foreground step shares the session of this process.
  const auto shares = [&](const auto& one) { return one.second == child.session; };
  if (child.session != ::getsid(0) && std::ranges::any_of(sessions_, shares)) return true;
  const pid_t pid = child.identity.pid;
  // A copy of the host that a plugin forked has the host's environment, which is this process's.
  return run_has_ended_ && has_environment(pid) && environment_value(pid, child_mark_name) == own_mark_ &&
         !runs_this_program(pid);
}

std::vector<ProcessStatus> end_descendants(Strangers strangers, Duration limit) {
  const Instant deadline = read_clock() + limit;
  std::set<ProcessIdentity> killed;
  Duration pause = shortest_pause;
  for (int empty = 0; empty < empty_rounds;) {
    // Whatever lives below this process lives below a child that was not waited for: no child, nothing.
    if (!has_children()) break;
    const Round round = kill_once(strangers, killed);
    if (!round.living.empty() && read_clock() >= deadline) return round.living;
    empty = round.any ? 0 : empty + 1;
    pause = round.progress ? Duration::zero() : std::clamp(2 * pause, shortest_pause, longest_pause);
    if (pause != Duration::zero()) pause_for(pause);
  }
  return {};
}

}  // namespace dream::process
