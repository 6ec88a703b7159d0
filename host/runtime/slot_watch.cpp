#include "runtime/slot_watch.hpp"

#include <fmt/format.h>

#include <string>

namespace dream::runtime {

void SlotWatch::look(const engine::Engine& engine) {
  if (told_ || plan_.is_list) return;
  const auto waiting = engine.without_slot();
  if (waiting == waiting_) return;
  waiting_ = waiting;
  if (!waiting) {
    alarm_->cancel();
    return;
  }
  if (!alarm_) alarm_ = clock_.make_alarm();
  alarm_->set(clock_.now() + patience, [this, &engine] { tell(engine); });
}

void SlotWatch::tell(const engine::Engine& engine) {
  told_ = true;
  const auto [first, count] = *engine.without_slot();
  const std::string others = count == 1 ? " waits" : fmt::format(" and {} more wait", count - 1);
  log_.write(LogLevel::info,
             fmt::format("{}{} for one of {} slots (-j {}); what doesn't end by itself, as a "
                         "server, takes none with \"async\": true",
                         to_string(plan_.steps[position(first)].id), others, plan_.jobs, plan_.jobs));
}

}  // namespace dream::runtime
