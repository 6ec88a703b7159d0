/// The life of a run as its plugin reports it.
#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "base/text.hpp"
#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

/// An end before the start of a run that nobody asked to end: what start would have said.
Error never_ran(const ReportedExit& exit) {
  constexpr int not_executable = 126;  // as a shell has it
  constexpr int not_found = 127;
  Error error{ErrorCode::io, exit.text, {}, {}};
  if (const auto* lost = std::get_if<Lost>(&exit.status)) {
    error.code = ErrorCode::internal;
    error.message = lost->reason;
  } else if (exit.status == ExitStatus(ExitedWith{not_found})) {
    error.code = ErrorCode::not_found;
  } else if (exit.status == ExitStatus(ExitedWith{not_executable})) {
    error.code = ErrorCode::not_executable;
  }
  if (error.message.empty()) error.message = "it ended before it ran: " + to_string(exit.status);
  return error;
}

}  // namespace

Ticket& HostSide::issue(StepIndex step, std::string subject, RunObserver& observer) {
  const dream_run_id id = next_handle();
  Ticket& ticket = tickets_[id];
  ticket.id = id;
  ticket.step = step;
  ticket.subject = std::move(subject);
  ticket.observer = &observer;
  return ticket;
}

Ticket* HostSide::find(dream_run_id run) {
  const auto found = tickets_.find(run);
  return found == tickets_.end() ? nullptr : &found->second;
}

detail::Life HostSide::life_of(const Ticket* ticket) {
  if (ticket == nullptr) return detail::Life::unknown;
  return ticket->over() ? detail::Life::over : detail::Life::open;
}

void HostSide::mark_running(Ticket& ticket) {
  ticket.state = Ticket::State::running;
  stop_start_news(ticket);
  ticket.observer->run_started();
}

// Some starts take long: an image is pulled, a job waits for a machine. Others are never told of.
void HostSide::watch_start(Ticket& ticket) {
  constexpr Duration quiet = std::chrono::seconds(5);
  tell_long_start(ticket.id, quiet);
}

/// When it has taken so long, and then each time that it has taken as long again.
void HostSide::tell_long_start(dream_run_id run, Duration taken) {
  Ticket* ticket = find(run);
  const Instant when = services_->now() + (ticket->start_news ? taken / 2 : taken);
  ticket->start_news = services_->start_timer(when, [this, run, taken] {
    if (!may_call_back()) return;
    const Ticket* starting = find(run);
    if (starting == nullptr || !starting->start_news || starting->asked_to_end) return;
    const std::string detail = starting->look ? starting->look() : std::string();
    services_->log().write(
        LogLevel::info,
        fmt::format("waiting for {} to start (plugin {}{}{}; {})", starting->subject, calls_->plugin(),
                    detail.empty() ? "" : ": ", detail, human_duration(taken)));
    tell_long_start(run, 2 * taken);
  });
}

void HostSide::stop_start_news(Ticket& ticket) {
  if (const auto timer = std::exchange(ticket.start_news, std::nullopt)) services_->cancel_timer(*timer);
}

bool HostSide::fail_start(Ticket& ticket, const Error& error) {
  if (ticket.children == 0) {
    tickets_.erase(ticket.id);
    return true;
  }
  calls_->fault({"start", ticket.subject}, "failed and left a child behind, which is killed");
  ticket.held_end = error;
  kill_children(ticket);
  return false;
}

void HostSide::release(Ticket& ticket) {
  ticket.look = nullptr;
  stop_start_news(ticket);
  // Their answers may be on their way.
  for (auto& [handle, question] : questions_) {
    if (question.run == ticket.id) question = {.run = ticket.id};
  }
  if (ticket.state == Ticket::State::ended || ticket.state == Ticket::State::failed) {
    tickets_.erase(ticket.id);
  } else {
    ticket.observer = nullptr;
  }
}

void HostSide::lose(Ticket& ticket, std::string reason) {
  kill_children(ticket);
  post([this, run = ticket.id, reason = std::move(reason)] { exited(run, {Lost{reason}, ""}); });
}

// ---- what the plugin reports, on any thread ---------------------------------------------------------------

void HostSide::report_started(dream_run_id run) {
  post([this, run] { started(run); });
}

void HostSide::report_start_failed(dream_run_id run, std::shared_ptr<ErrorSink> said, dream_status code) {
  post([this, run, said = std::move(said), code] { start_failed(run, *said, code); });
}

void HostSide::report_left_behind(dream_run_id run, dream_str what) {
  post([this, run, what = line_of(what)] { left_behind(run, what); });
}

void HostSide::report_ready(dream_run_id run) {
  post([this, run] { ready(run); });
}

void* HostSide::exit_context(const Ticket& ticket) {
  static_assert(sizeof(void*) >= sizeof(dream_run_id), "a run's number is the context of its dream_on_exit");
  // A number, and never an address. NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(ticket.id));
}

void HostSide::report_exit(void* context, const dream_exit* exit) noexcept {
  const auto run = static_cast<dream_run_id>(reinterpret_cast<std::uintptr_t>(context));
  HostSide* host = which_gave(run);
  if (host == nullptr) return;
  host->post([host, run, exit = read_exit(exit)] { host->exited(run, exit); });
}

// ---- what becomes of it, on the loop ----------------------------------------------------------------------

void HostSide::started(dream_run_id run) {
  Ticket* ticket = find(run);
  if (ticket == nullptr) {
    calls_->fault({"started"}, detail::judge_run(detail::Life::unknown).what);
    return;
  }
  if (ticket->observer == nullptr) return;
  const CallName name{"started", ticket->subject};
  if (ticket->held_end || ticket->state == Ticket::State::ended || ticket->state == Ticket::State::failed) {
    calls_->fault(name, detail::judge_run(detail::Life::over).what);
  } else if (ticket->state == Ticket::State::running) {
    calls_->fault(name, "was called for a run that has started already");
  } else {
    mark_running(*ticket);
  }
}

Ticket* HostSide::ending_run(dream_run_id run, std::string_view function) {
  Ticket* ticket = find(run);
  if (ticket != nullptr && ticket->observer == nullptr) return nullptr;
  const auto why = detail::judge_end(life_of(ticket), 0);
  if (why.fine()) return ticket;
  calls_->fault({function, ticket == nullptr ? "" : std::string_view(ticket->subject)}, why.what);
  return nullptr;
}

void HostSide::start_failed(dream_run_id run, const ErrorSink& said, dream_status code) {
  constexpr std::string_view function = "start_failed";
  Ticket* ticket = ending_run(run, function);
  if (ticket == nullptr) return;
  const CallName name{function, ticket->subject};
  if (code >= 0) {
    calls_->fault(name, fmt::format("was given the status {}, which is no failure", code));
    code = DREAM_E_INTERNAL;
  }
  Error error = *said.finish(code, name, *calls_);
  if (ticket->state == Ticket::State::starting) {
    end_with_children(*ticket, std::move(error), function);
    return;
  }
  calls_->fault(name, "was called for a run that has started; it counts as lost");
  end_with_children(*ticket, Lost{to_string(error)}, function);
}

void HostSide::left_behind(dream_run_id run, const std::string& what) {
  const Ticket* ticket = find(run);
  if (ticket == nullptr) {
    calls_->fault({"left_behind"}, detail::judge_run(detail::Life::unknown).what);
    return;
  }
  services_->leave_behind();
  services_->log().write(LogLevel::warning,
                         fmt::format("{} has left something behind: {}", ticket->subject, what));
}

void HostSide::ready(dream_run_id run) {
  Ticket* ticket = find(run);
  if (ticket != nullptr && ticket->observer == nullptr) return;
  const CallName name{"ready", ticket == nullptr ? "" : std::string_view(ticket->subject)};
  const auto why = ticket == nullptr
                       ? detail::judge_run(detail::Life::unknown)
                       : detail::judge_ready(life_of(ticket), ticket->tells_ready, ticket->is_ready,
                                             ticket->state != Ticket::State::starting);
  if (!why.fine()) {
    calls_->fault(name, why.what);
  } else {
    ticket->is_ready = true;
    ticket->observer->run_ready();
  }
}

void HostSide::exited(dream_run_id run, ReportedExit exit) {
  constexpr std::string_view function = "on_exit";
  Ticket* ticket = ending_run(run, function);
  if (ticket == nullptr) return;
  if (!exit.sound) calls_->fault({function, ticket->subject}, "made no sense");
  const bool ran = ticket->state == Ticket::State::running || ticket->asked_to_end || is_success(exit.status);
  if (!ran) {
    end_with_children(*ticket, never_ran(exit), function);
    return;
  }
  if (!exit.text.empty()) {
    services_->log().write(is_success(exit.status) ? LogLevel::info : LogLevel::warning,
                           fmt::format("{}: {}", ticket->subject, exit.text));
  }
  end_with_children(*ticket, std::move(exit.status), function);
}

void HostSide::end_with_children(Ticket& ticket, Ticket::End end, std::string_view function) {
  const auto* status = std::get_if<ExitStatus>(&end);
  if (status != nullptr && std::holds_alternative<Lost>(*status)) services_->leave_behind();
  const auto why = detail::judge_end(detail::Life::open, ticket.children);
  if (why.fine()) {
    this->end(ticket, std::move(end));
    return;
  }
  calls_->fault({function, ticket.subject}, why.what);
  ticket.held_end = std::move(end);
  kill_children(ticket);
}

/// The observer comes last: it may release the run at once, and the ticket with it.
void HostSide::end(Ticket& ticket, Ticket::End end) {
  stop_start_news(ticket);
  if (auto* error = std::get_if<Error>(&end)) {
    ticket.state = Ticket::State::failed;
    ticket.observer->run_start_failed(std::move(*error));
  } else {
    ticket.state = Ticket::State::ended;
    ticket.observer->run_exited(std::get<ExitStatus>(std::move(end)));
  }
}

}  // namespace dream::plugin
