#include "process/supervisor.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <charconv>
#include <string>
#include <unordered_set>

#include "base/assert.hpp"

namespace dream::process {

namespace {

constexpr std::size_t read_size = std::size_t{64} * 1024;

/// How often leftovers are looked at while they may still end by themselves, and while they are being killed.
constexpr auto patient_interval = std::chrono::milliseconds(10);
constexpr auto kill_interval = std::chrono::microseconds(300);

/// In the environment of every task: the child that a process belongs to, whatever it did to its parents and
/// session.
const std::string cookie_name = "DREAM_CHILD";

std::string cookie(std::uint64_t id) {
  return std::to_string(::getpid()) + "." + std::to_string(id);
}

}  // namespace

Supervisor::Supervisor(boost::asio::io_context& context)
    : context_(context), timer_(context), scratch_(read_size), file_limit_(raise_file_limit()) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Supervisor::~Supervisor() {
  DREAM_ASSERT(children_.empty());
}

Result<ChildId> Supervisor::start(ChildSpec spec) {
  const std::uint64_t id = next_id_++;
  std::erase_if(spec.environment,
                [](const std::string& entry) { return entry.starts_with(cookie_name + "="); });
  spec.environment.push_back(cookie_name + "=" + cookie(id));
  auto child = std::make_unique<Child>(std::move(spec), [this] { attend_soon(); });
  Result<void> started = child->start(context_.get_executor(), scratch_, file_limit_);
  if (!started) return started.error();
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

void Supervisor::attend_soon() {
  if (attending_soon_) return;
  attending_soon_ = true;  // many ends in one turn of the loop are looked at together
  boost::asio::post(context_, [this] {
    attending_soon_ = false;
    attend();
  });
}

void Supervisor::attend() {
  const Instant now = read_clock();
  const Orphans orphans = adopt_orphans();
  std::vector<std::unique_ptr<Child>> over;
  for (auto at = children_.begin(); at != children_.end();) {
    const auto its = orphans.find(at->second.get());
    const bool done =
        at->second->attend(now, its == orphans.end() ? std::vector<ProcessStatus>{} : its->second);
    if (done) {
      over.push_back(std::move(at->second));
      at = children_.erase(at);
    } else {
      ++at;
    }
  }
  attend_later();
  for (const auto& child : over) child->finish();
}

void Supervisor::attend_later() {
  bool any = false;
  bool killing = false;
  for (const auto& [id, child] : children_) {
    any = any || child->needs_attention();
    killing = killing || child->forced();
  }
  timer_.cancel();
  if (!any) return;
  timer_.expires_after(killing ? std::chrono::steady_clock::duration(kill_interval) : patient_interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) attend();
  });
}

/// This process's children that are not the root of a task: what tasks left behind. The dead are reaped, the
/// living given to the child they come from. The list is exact: entries leave it only when this process reaps
/// them.
Supervisor::Orphans Supervisor::adopt_orphans() const {
  Orphans orphans;
  std::unordered_set<pid_t> roots;
  bool any_lingers = false;
  for (const auto& [id, child] : children_) {
    if (child->pid() != 0) roots.insert(child->pid());
    any_lingers = any_lingers || child->lingers();
  }
  if (!any_lingers) return orphans;
  const pid_t own_session = ::getsid(0);
  for (const pid_t pid : children_of(::getpid())) {
    if (roots.contains(pid)) continue;
    const std::optional<ProcessStatus> status = process_status(pid);
    if (!status || status->session == own_session) continue;  // a plugin's own child is the plugin's business
    if (!status->alive()) {
      ::waitpid(pid, nullptr, WNOHANG);
    } else if (Child* owner = owner_of(*status)) {
      orphans[owner].push_back(*status);
    }
  }
  return orphans;
}

Child* Supervisor::owner_of(const ProcessStatus& orphan) const {
  Child* fallback = nullptr;
  for (const auto& [id, child] : children_) {
    if (child->root_session() == orphan.session) return child.get();
    if (child->lingers()) fallback = child.get();
  }
  const std::optional<std::string> mark = environment_value(orphan.identity.pid, cookie_name);
  const std::string mine = std::to_string(::getpid()) + ".";
  if (mark && mark->starts_with(mine)) {
    std::uint64_t id = 0;
    std::from_chars(mark->data() + mine.size(), mark->data() + mark->size(), id);
    const auto found = children_.find(id);
    if (found != children_.end()) return found->second.get();
  }
  return fallback;  // it hid where it came from: its root is one of those that have just ended
}

}  // namespace dream::process
