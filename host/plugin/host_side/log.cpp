#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

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

void log_write(const dream_host* self, std::uint32_t level, dream_str message) noexcept {
  HostSide::of(self).write_log(level, message);
}

std::int32_t log_enabled(const dream_host* self, std::uint32_t level) noexcept {
  HostSide& host = HostSide::of(self);
  return host.admit("log.enabled") == DREAM_OK && host.log_enabled(level) ? 1 : 0;
}

}  // namespace

const dream_log log_table{sizeof(dream_log), &log_write, &log_enabled};

void HostSide::write_log(std::uint32_t level, dream_str message) {
  if (const auto why = detail::judge_line(message); !why.fine()) {
    post_fault("log.write", why.what);
    return;
  }
  auto write = [this, level = log_level(level), text = line_of(message)] {
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
