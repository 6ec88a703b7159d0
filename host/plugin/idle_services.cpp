#include "plugin/idle_services.hpp"

namespace dream::plugin {

namespace {

Error nothing_runs() {
  return {ErrorCode::unsupported, "nothing is run here", {}, {}};
}

}  // namespace

bool IdleServices::write_output(StepIndex, Stream, std::string_view) {
  return true;
}
void IdleServices::when_writable(StepIndex, std::function<void()>) {}

Result<ChildId> IdleServices::spawn(ChildRequest) {
  return nothing_runs();
}
Result<void> IdleServices::terminate_child(ChildId, Urgency) {
  return {};
}
void IdleServices::hold_child(ChildId, Stream, bool) {}
int IdleServices::child_pid(ChildId) const {
  return 0;
}

TimerId IdleServices::start_timer(Instant, std::function<void()>) {
  return TimerId{};
}
void IdleServices::cancel_timer(TimerId) {}

// A fault of a plugin that is found on another thread is lost: there is no loop to tell it on.
void IdleServices::post(std::function<void()>) {}

Result<void> IdleServices::run_blocking(std::function<void()>) {
  return nothing_runs();
}

}  // namespace dream::plugin
