#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <utility>

#include "base/text.hpp"
#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

// Shared by children and timers, never 0.
std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::optional<Stream> stream_from(std::uint32_t stream) {
  if (stream == DREAM_STDOUT) return Stream::out;
  if (stream == DREAM_STDERR) return Stream::err;
  return std::nullopt;
}

std::optional<Urgency> urgency_from(std::uint32_t urgency) {
  if (urgency == DREAM_GRACEFUL) return Urgency::graceful;
  if (urgency == DREAM_FORCE) return Urgency::force;
  return std::nullopt;
}

/// Whether the plugin may hear no more of a run: its context may be gone.
bool is_over(const Ticket& ticket) {
  return ticket.state == Ticket::State::ended || ticket.state == Ticket::State::failed || ticket.held_exit ||
         ticket.released;
}

// ---- the C functions: check the thread, then do it
// ----------------------------------------------------------

void log_write(const dream_host* self, std::uint32_t level, dream_str message) noexcept {
  HostSide::of(self).write_log(level, message);
}

std::int32_t log_enabled(const dream_host* self, std::uint32_t level) noexcept {
  HostSide& host = HostSide::of(self);
  return host.admit("log.enabled") == DREAM_OK && host.log_enabled(level) ? 1 : 0;
}

dream_status output_write(const dream_host* self, dream_run_id run, std::uint32_t stream,
                          dream_str bytes) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("output.write");
  return admitted == DREAM_OK ? host.write_output(run, stream, bytes) : admitted;
}

dream_status output_when_writable(const dream_host* self, dream_run_id run, dream_on_writable on_writable,
                                  void* context) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("output.when_writable");
  return admitted == DREAM_OK ? host.when_writable(run, on_writable, context) : admitted;
}

dream_status process_spawn(const dream_host* self, const dream_child* child, dream_child_id* id,
                           dream_errors* errors) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("process.spawn");
  if (admitted != DREAM_OK) return admitted;
  return child == nullptr ? DREAM_E_INVALID : host.spawn(copy_of(child), id, errors);
}

dream_status process_terminate(const dream_host* self, dream_child_id id, std::uint32_t urgency,
                               dream_errors* errors) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("process.terminate");
  return admitted == DREAM_OK ? host.terminate_child(id, urgency, errors) : admitted;
}

std::int64_t process_pid(const dream_host* self, dream_child_id id) noexcept {
  HostSide& host = HostSide::of(self);
  return host.admit("process.pid") == DREAM_OK ? host.child_pid(id) : 0;
}

std::uint64_t timer_now(const dream_host* self) noexcept {
  HostSide& host = HostSide::of(self);
  return host.admit("timer.now") == DREAM_OK ? host.now() : 0;
}

dream_status timer_start(const dream_host* self, std::uint64_t deadline, dream_on_time on_time, void* context,
                         dream_timer_id* id) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("timer.start");
  return admitted == DREAM_OK ? host.start_timer(deadline, on_time, context, id) : admitted;
}

void timer_cancel(const dream_host* self, dream_timer_id id) noexcept {
  HostSide& host = HostSide::of(self);
  if (host.admit("timer.cancel") == DREAM_OK) host.cancel_timer(id);
}

constexpr dream_log log_table{sizeof(dream_log), &log_write, &log_enabled};
constexpr dream_output output_table{sizeof(dream_output), &output_write, &output_when_writable};
constexpr dream_process process_table{sizeof(dream_process), &process_spawn, &process_terminate,
                                      &process_pid};
constexpr dream_timer timer_table{sizeof(dream_timer), &timer_now, &timer_start, &timer_cancel};

}  // namespace

const void* find_service(const char* id) {
  const std::string_view wanted(id);
  if (wanted == DREAM_LOG_ID) return &log_table;
  if (wanted == DREAM_OUTPUT_ID) return &output_table;
  if (wanted == DREAM_PROCESS_ID) return &process_table;
  if (wanted == DREAM_TIMER_ID) return &timer_table;
  if (wanted == DREAM_POST_ID) return &post_table;
  if (wanted == DREAM_WORK_ID) return &work_table;
  if (wanted == DREAM_PATHS_ID) return &paths_table;
  return nullptr;
}

// ---- what they do
// -------------------------------------------------------------------------------------------

dream_status tell(const Error& error, dream_errors* errors) {
  const dream_status code = status_of(error.code);
  if (errors == nullptr) return code;
  return errors->fail(errors, code, view_of(error.where), view_of(error.message), view_of(error.hint));
}

dream_status HostSide::refuse(std::string_view function, dream_status code, std::string_view what,
                              dream_errors* errors) {
  calls_->fault({function}, what);
  if (errors == nullptr) return code;
  const std::string message =
      fmt::format("the plugin {} called {} wrongly: it {}", calls_->plugin(), function, what);
  return errors->fail(errors, code, {}, view_of(message), {});
}

dream_status HostSide::write_output(dream_run_id run, std::uint32_t stream, dream_str bytes) {
  const Ticket* ticket = open_run(run, "output.write");
  if (ticket == nullptr) return DREAM_E_STALE;
  const auto known = stream_from(stream);
  if (!known)
    return refuse("output.write", DREAM_E_UNSUPPORTED, "was given a stream that isn't known", nullptr);
  return services_->write_output(ticket->step, *known, text_of(bytes)) ? DREAM_OK : DREAM_AGAIN;
}

dream_status HostSide::when_writable(dream_run_id run, dream_on_writable on_writable, void* context) {
  Ticket* ticket = open_run(run, "output.when_writable");
  if (ticket == nullptr) return DREAM_E_STALE;
  if (on_writable == nullptr) {
    return refuse("output.when_writable", DREAM_E_INVALID, "was given no function", nullptr);
  }
  services_->when_writable(ticket->step, [this, ticket, on_writable, context] {
    post([this, ticket, on_writable, context] {
      if (is_over(*ticket)) return;
      calls_->run({"on_writable", ticket->subject}, [&] { may_throw(on_writable)(context); });
    });
  });
  return DREAM_OK;
}

SharedEnvironment Ticket::environment_of(dream_strs texts) const {
  const bool passed_on = given_environment != nullptr && texts.data == given_environment->data &&
                         texts.count == given_environment->count;
  return passed_on ? environment : std::make_shared<const std::vector<std::string>>(texts_of(texts));
}

dream_status HostSide::spawn(const dream_child& child, dream_child_id* id, dream_errors* errors) {
  constexpr std::string_view function = "process.spawn";
  Ticket* ticket = open_run(child.run, function);
  if (ticket == nullptr) return DREAM_E_STALE;
  if ((child.flags & ~DREAM_CHILD_PTY) != 0) {
    return refuse(function, DREAM_E_UNSUPPORTED, "was given a flag that isn't known", errors);
  }
  if (id == nullptr || child.on_exit == nullptr || child.argv.count == 0 || child.argv.data == nullptr) {
    return refuse(function, DREAM_E_INVALID, "was given no argv, on_exit or id", errors);
  }
  const dream_child_id number = next_number();
  ChildSpec spec{.step = ticket->step,
                 .argv = texts_of(child.argv),
                 .directory = std::string(text_of(child.directory)),
                 .environment = ticket->environment_of(child.environment),
                 .pty = (child.flags & DREAM_CHILD_PTY) != 0,
                 .on_output = {},
                 .on_exit = [this, number](const ExitStatus& status) { child_exited(number, status); }};
  if (child.stop_signal != 0) spec.stop_signal = child.stop_signal;
  spec.relays = texts_of(child.relays);
  if (child.on_output != nullptr) {
    spec.on_output = [this, number](Stream stream, std::string_view bytes) {
      child_wrote(number, stream, bytes);
    };
  }
  // Known before it runs, so that nothing it does can come too early.
  children_[number] = Child{{}, ticket, child.on_exit, child.on_output, child.context};
  ++ticket->children;
  const Instant begin = services_->now();
  const auto started = services_->spawn(std::move(spec));
  calls_->pardon(services_->now() - begin);  // a loaded machine takes its time to start a process
  if (!started) {
    children_.erase(number);
    --ticket->children;
    return tell(started.error(), errors);
  }
  children_[number].id = *started;
  *id = number;
  return DREAM_OK;
}

void HostSide::child_wrote(dream_child_id id, Stream stream, std::string_view bytes) {
  if (services_ == nullptr) return;
  if (calls_->active()) {
    post([this, id, stream, kept = std::string(bytes)] { child_wrote(id, stream, kept); });
    return;
  }
  const auto found = children_.find(id);
  if (found == children_.end() || is_over(*found->second.ticket)) return;
  const Child child = found->second;
  calls_->run({"on_output", child.ticket->subject},
              [&] { may_throw(child.on_output)(child.context, stream_of(stream), view_of(bytes)); });
}

void HostSide::child_exited(dream_child_id id, const ExitStatus& status) {
  deliver([this, id, status] {
    const auto found = children_.find(id);
    if (found == children_.end()) return;
    const Child child = found->second;
    Ticket& ticket = *child.ticket;
    children_.erase(found);
    --ticket.children;
    if (ticket.held_exit) {
      if (ticket.children == 0) end(ticket, *std::exchange(ticket.held_exit, std::nullopt));
      return;
    }
    if (is_over(ticket)) return;
    const dream_exit exit = exit_of(status);
    calls_->run({"on_exit of a child", ticket.subject},
                [&] { may_throw(child.on_exit)(child.context, &exit); });
  });
}

void HostSide::kill_children(const Ticket& ticket) {
  for (const auto& [id, child] : children_) {
    if (child.ticket == &ticket) static_cast<void>(services_->terminate_child(child.id, Urgency::force));
  }
}

dream_status HostSide::terminate_child(dream_child_id id, std::uint32_t urgency, dream_errors* errors) {
  const auto known = urgency_from(urgency);
  if (!known) {
    return refuse("process.terminate", DREAM_E_UNSUPPORTED, "was given an urgency that isn't known", errors);
  }
  const auto found = children_.find(id);
  if (found == children_.end()) return DREAM_OK;
  const auto asked = services_->terminate_child(found->second.id, *known);
  return asked ? DREAM_OK : tell(asked.error(), errors);
}

std::int64_t HostSide::child_pid(dream_child_id id) const {
  const auto found = children_.find(id);
  return found == children_.end() ? 0 : services_->child_pid(found->second.id);
}

std::uint64_t HostSide::now() const {
  return static_cast<std::uint64_t>(services_->now().time_since_epoch().count());
}

dream_status HostSide::start_timer(std::uint64_t deadline, dream_on_time on_time, void* context,
                                   dream_timer_id* id) {
  if (on_time == nullptr || id == nullptr) {
    return refuse("timer.start", DREAM_E_INVALID, "was given no function or id", nullptr);
  }
  const dream_timer_id number = next_number();
  constexpr auto latest = static_cast<std::uint64_t>(std::numeric_limits<Duration::rep>::max());
  const Instant when{Duration(static_cast<Duration::rep>(std::min(deadline, latest)))};
  timers_[number] = services_->start_timer(when, [this, number, on_time, context] {
    deliver([this, number, on_time, context] {
      if (timers_.erase(number) == 0) return;
      calls_->run({"on_time"}, [&] { may_throw(on_time)(context); });
    });
  });
  *id = number;
  return DREAM_OK;
}

void HostSide::cancel_timer(dream_timer_id id) {
  const auto found = timers_.find(id);
  if (found == timers_.end()) return;
  services_->cancel_timer(found->second);
  timers_.erase(found);
}

}  // namespace dream::plugin
