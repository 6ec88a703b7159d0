#include "plugin/host_side.hpp"

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace dream::plugin {

namespace {

// One sequence for all handles of the host, so that one can't be taken for another.
dream_run_id next_run_id() {
  static std::atomic<dream_run_id> last{0};
  return ++last;
}

const void* service(const dream_host* self, const char* id) noexcept {
  static_cast<void>(self);
  return id == nullptr ? nullptr : find_service(id);
}

void started(const dream_host* self, dream_run_id run) noexcept {
  HostSide::of(self).report_started(run);
}

LogLevel log_level(std::uint32_t level) {
  switch (level) {
    case DREAM_LOG_DEBUG:
      return LogLevel::debug;
    case DREAM_LOG_INFO:
      return LogLevel::info;
    case DREAM_LOG_WARNING:
      return LogLevel::warning;
    default:
      return LogLevel::error;
  }
}

}  // namespace

HostSide::HostSide(Calls& calls, Services& services)
    : table_{{sizeof(dream_host), DREAM_ABI_MINOR, DREAM_STR(DREAM_VERSION), &service, &plugin::started},
             this},
      loop_(std::this_thread::get_id()),
      services_(&services),
      calls_(&calls),
      place_(services.place()) {}

HostSide& HostSide::open(Calls& calls, Services& services) {
  // Kept on purpose, and reachable: a plugin's thread may report at any time, up to the end of the process.
  static std::mutex mutex;
  static auto& all = *new std::deque<std::unique_ptr<HostSide>>;
  const std::scoped_lock lock(mutex);
  return *all.emplace_back(new HostSide(calls, services));
}

HostSide& HostSide::of(const dream_host* table) {
  return *reinterpret_cast<const Table*>(table)->owner;
}

void HostSide::close() {
  for (const auto& [id, timer] : timers_) services_->cancel_timer(timer);
  timers_.clear();
  for (const auto& [id, child] : std::exchange(children_, {})) {
    static_cast<void>(services_->terminate_child(child.id, Urgency::force));
  }
  const std::scoped_lock lock(mutex_);
  services_ = nullptr;
  calls_ = nullptr;
}

bool HostSide::post(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  if (services_ == nullptr) return false;
  services_->post([this, work = std::move(work)] {
    if (services_ != nullptr) work();
  });
  return true;
}

void HostSide::deliver(std::function<void()> work) {
  if (services_ == nullptr) return;
  if (calls_->active()) {
    post(std::move(work));
  } else {
    work();
  }
}

// ---- runs
// ---------------------------------------------------------------------------------------------------

Ticket& HostSide::issue(StepIndex step, std::string subject, RunObserver& observer) {
  const dream_run_id id = next_run_id();
  Ticket& ticket = tickets_[id];
  ticket.host = this;
  ticket.id = id;
  ticket.step = step;
  ticket.subject = std::move(subject);
  ticket.observer = &observer;
  return ticket;
}

void HostSide::process_runs(Ticket& ticket) {
  ticket.state = Ticket::State::running;
  if (ticket.observer != nullptr) ticket.observer->run_started();
}

void HostSide::start_failed(Ticket& ticket) {
  ticket.state = Ticket::State::failed;
  if (ticket.children == 0) return;
  calls_->fault({"start", ticket.subject}, "failed and left a child behind, which is killed");
  kill_children(ticket);
}

void HostSide::lose(Ticket& ticket, std::string reason) {
  kill_children(ticket);
  post([this, &ticket, reason = std::move(reason)] { exited(ticket, {Lost{reason}, ""}, false); });
}

void HostSide::report_started(dream_run_id run) {
  post([this, run] { started(run); });
}

void HostSide::started(dream_run_id run) {
  const auto found = tickets_.find(run);
  if (found == tickets_.end()) {
    calls_->fault({"started"}, "was called for a run that doesn't exist");
    return;
  }
  Ticket& ticket = found->second;
  const CallName name{"started", ticket.subject};
  if (ticket.released) {
    calls_->fault(name, "was called after the run was released");
    return;
  }
  switch (ticket.state) {
    case Ticket::State::starting:
      process_runs(ticket);
      return;
    case Ticket::State::running:
      calls_->fault(name, "was called for a run that has started already");
      return;
    case Ticket::State::ended:
      calls_->fault(name, "was called for a run that has ended");
      return;
    case Ticket::State::failed:
      calls_->fault(name, "was called for a run whose start failed");
      return;
  }
}

void HostSide::report_exit(void* context, const dream_exit* exit) noexcept {
  Ticket& ticket = *static_cast<Ticket*>(context);
  // Whether it is late is decided by when it was called; what it says is borrowed, so it is read here, too.
  ticket.host->post([&ticket, exit = read_exit(exit), late = ticket.released.load()] {
    ticket.host->exited(ticket, exit, late);
  });
}

void HostSide::exited(Ticket& ticket, ReportedExit exit, bool late) {
  const CallName name{"on_exit", ticket.subject};
  if (late) {
    calls_->fault(name, "was called after the run was released");
    return;
  }
  if (ticket.state == Ticket::State::failed) {
    calls_->fault(name, "was called for a run whose start failed");
    return;
  }
  if (ticket.state == Ticket::State::ended || ticket.held_exit) {
    calls_->fault(name, "was called more than once; only the first counts");
    return;
  }
  if (!exit.sound) calls_->fault(name, "made no sense");
  if (!exit.text.empty()) {
    services_->log().write(is_success(exit.status) ? LogLevel::info : LogLevel::warning,
                           fmt::format("{}: {}", ticket.subject, printable(exit.text)));
  }
  if (ticket.children == 0) {
    end(ticket, std::move(exit.status));
    return;
  }
  calls_->fault(name, "was called while a child of the run still lives; it is killed");
  ticket.held_exit = std::move(exit.status);
  kill_children(ticket);
}

void HostSide::end(Ticket& ticket, ExitStatus status) {
  ticket.state = Ticket::State::ended;
  if (ticket.observer != nullptr) ticket.observer->run_exited(std::move(status));
}

Ticket* HostSide::open_run(dream_run_id run, std::string_view function) {
  const auto found = tickets_.find(run);
  if (found == tickets_.end()) {
    calls_->fault({function}, "was called for a run that doesn't exist");
    return nullptr;
  }
  const Ticket::State state = found->second.state;
  if (state == Ticket::State::ended || state == Ticket::State::failed || found->second.held_exit) {
    calls_->fault({function, found->second.subject}, "was called for a run that is over");
    return nullptr;
  }
  return &found->second;
}

dream_status HostSide::admit(std::string_view function) {
  if (std::this_thread::get_id() != loop_) {
    post([this, name = std::string(function)] {
      calls_->fault({name}, "was called on another thread than the loop's, and refused");
    });
    return DREAM_E_THREAD;
  }
  return services_ == nullptr ? DREAM_E_STALE : DREAM_OK;
}

// ---- log
// ----------------------------------------------------------------------------------------------------

void HostSide::write_log(std::uint32_t level, dream_str message) {
  auto write = [this, level = log_level(level), text = printable(text_of(message))] {
    services_->log().write(level, fmt::format("{}: {}", calls_->plugin(), text));
  };
  if (std::this_thread::get_id() != loop_) {
    post(std::move(write));
  } else if (services_ != nullptr) {
    write();
  }
}

bool HostSide::log_enabled(std::uint32_t level) const {
  return services_->log().enabled(log_level(level));
}

}  // namespace dream::plugin
