#include <algorithm>
#include <limits>

#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

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

}  // namespace

const dream_timer timer_table{sizeof(dream_timer), &timer_now, &timer_start, &timer_cancel};

std::uint64_t HostSide::now() const {
  return static_cast<std::uint64_t>(services_->now().time_since_epoch().count());
}

dream_status HostSide::start_timer(std::uint64_t deadline, dream_on_time on_time, void* context,
                                   dream_timer_id* id) {
  if (const auto why = detail::judge_timer(on_time, id); !why.fine()) return refuse({"timer.start"}, why);
  const dream_timer_id number = next_handle();
  constexpr auto latest = static_cast<std::uint64_t>(std::numeric_limits<Duration::rep>::max());
  const Instant when{Duration(static_cast<Duration::rep>(std::min(deadline, latest)))};
  timers_[number] = services_->start_timer(when, [this, number, on_time, context] {
    if (!may_call_back() || timers_.erase(number) == 0) return;
    call_back({"on_time"}, [&] { may_throw(on_time)(context); });
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
