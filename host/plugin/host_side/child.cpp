#include <utility>

#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

std::optional<Urgency> urgency_from(std::uint32_t urgency) {
  if (urgency == DREAM_GRACEFUL) return Urgency::graceful;
  if (urgency == DREAM_FORCE) return Urgency::force;
  return std::nullopt;
}

dream_status process_spawn(const dream_host* self, const dream_child* child, dream_child_id* id,
                           dream_errors* errors) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("process.spawn");
  if (admitted != DREAM_OK) return admitted;
  return host.spawn(child, id, errors);
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

dream_status process_pause(const dream_host* self, dream_child_id id, std::uint32_t stream) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("process.pause");
  return admitted == DREAM_OK ? host.hold_child(id, stream, true, "process.pause") : admitted;
}

dream_status process_resume(const dream_host* self, dream_child_id id, std::uint32_t stream) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("process.resume");
  return admitted == DREAM_OK ? host.hold_child(id, stream, false, "process.resume") : admitted;
}

}  // namespace

const dream_process process_table{sizeof(dream_process), &process_spawn, &process_terminate,
                                  &process_pid,          &process_pause, &process_resume};

SharedEnvironment Ticket::environment_of(dream_strs texts) const {
  const bool passed_on = given_environment != nullptr && texts.data == given_environment->data &&
                         texts.count == given_environment->count;
  return passed_on ? environment : std::make_shared<const std::vector<std::string>>(texts_of(texts));
}

detail::Life HostSide::life_of_child(dream_child_id id) const {
  if (children_.contains(id)) return detail::Life::open;
  // One that has ended is forgotten: what is left to tell is whether this host ever gave such a number.
  const bool another = which_gave(id) != this || tickets_.contains(id) || timers_.contains(id);
  return another ? detail::Life::unknown : detail::Life::over;
}

dream_status HostSide::spawn(const dream_child* given, dream_child_id* id, dream_errors* errors) {
  const dream_child child = copy_of(given);
  Ticket* ticket = find(child.run);
  if (const auto why = detail::judge_spawn(given, life_of(ticket), id); !why.fine()) {
    return refuse({"process.spawn"}, why, errors);
  }
  const dream_child_id number = next_handle();
  ChildRequest request{.step = ticket->step,
                       .argv = texts_of(child.argv),
                       .directory = std::string(text_of(child.directory)),
                       .environment = ticket->environment_of(child.environment),
                       .own_environment = ticket->own_environment,
                       .pty = (child.flags & DREAM_CHILD_PTY) != 0,
                       .on_output = {},
                       .on_exit = [this, number](const ExitStatus& status) { child_exited(number, status); }};
  if (child.stop_signal != 0) request.stop_signal = child.stop_signal;
  request.relays = texts_of(child.relays);
  if (child.on_output != nullptr) {
    request.on_output = [this, number](Stream stream, std::string_view bytes) {
      child_wrote(number, stream, bytes);
    };
  }
  // Known before it runs, so that nothing it does can come too early.
  children_[number] = Child{{}, child.run, child.on_exit, child.on_output, child.context};
  ++ticket->children;
  const Instant begin = services_->now();
  const auto started = services_->spawn(std::move(request));
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
  if (!may_call_back()) return;
  const auto found = children_.find(id);
  if (found == children_.end()) return;
  const Child child = found->second;
  const Ticket* ticket = find(child.run);
  if (ticket == nullptr || ticket->over()) return;
  calls_->run({"on_output", ticket->subject},
              [&] { may_throw(child.on_output)(child.context, stream_of(stream), view_of(bytes)); });
}

void HostSide::child_exited(dream_child_id id, const ExitStatus& status) {
  if (!may_call_back()) return;
  const auto found = children_.find(id);
  if (found == children_.end()) return;
  const Child child = found->second;
  children_.erase(found);
  Ticket* ticket = find(child.run);
  if (ticket == nullptr) return;
  --ticket->children;
  if (ticket->observer != nullptr && ticket->held_end) {
    if (ticket->children == 0) end(*ticket, *std::exchange(ticket->held_end, std::nullopt));
    return;
  }
  if (ticket->over()) return;
  const dream_exit exit = exit_of(status);
  call_back({"on_exit of a child", ticket->subject}, [&] { may_throw(child.on_exit)(child.context, &exit); });
}

void HostSide::kill_children(const Ticket& ticket) {
  for (const auto& [id, child] : children_) {
    if (child.run == ticket.id) static_cast<void>(services_->terminate_child(child.id, Urgency::force));
  }
}

dream_status HostSide::terminate_child(dream_child_id id, std::uint32_t urgency, dream_errors* errors) {
  if (const auto why = detail::judge_terminate(life_of_child(id), urgency); !why.fine()) {
    return refuse({"process.terminate"}, why, errors);
  }
  const auto found = children_.find(id);
  if (found == children_.end()) return DREAM_OK;
  const auto asked = services_->terminate_child(found->second.id, *urgency_from(urgency));
  return asked ? DREAM_OK : tell(asked.error(), errors);
}

dream_status HostSide::hold_child(dream_child_id id, std::uint32_t stream, bool held,
                                  std::string_view function) {
  const auto found = children_.find(id);
  const bool taken = found != children_.end() && found->second.on_output != nullptr;
  if (const auto why = detail::judge_hold(life_of_child(id), stream, taken); !why.fine()) {
    return refuse({function}, why);
  }
  if (taken) services_->hold_child(found->second.id, *stream_from(stream), held);
  return DREAM_OK;
}

std::int64_t HostSide::child_pid(dream_child_id id) {
  if (const auto why = detail::judge_child(life_of_child(id)); !why.fine()) {
    static_cast<void>(refuse({"process.pid"}, why));
    return 0;
  }
  const auto found = children_.find(id);
  return found == children_.end() ? 0 : services_->child_pid(found->second.id);
}

}  // namespace dream::plugin
