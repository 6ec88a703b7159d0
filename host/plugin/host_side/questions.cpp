/// Commands that a plugin runs where a run lives.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

/// A number, and never an address.
std::uint64_t handle_of(const void* context) {
  return reinterpret_cast<std::uintptr_t>(context);
}

}  // namespace

void* HostSide::expect_inside(const Ticket& ticket, OnInside on_inside) {
  const std::uint64_t handle = next_handle();
  insides_[handle] = {ticket.id, std::move(on_inside)};
  return reinterpret_cast<void*>(handle);  // NOLINT(performance-no-int-to-ptr)
}

void HostSide::forget_inside(const void* context) {
  insides_.erase(handle_of(context));
}

void HostSide::report_inside(void* context, const dream_exit* exit, dream_str output) noexcept {
  constexpr std::size_t kept_output = 4096;
  const std::uint64_t handle = handle_of(context);
  HostSide* host = which_gave(handle);
  if (host == nullptr) return;
  ReportedExit end = read_exit(exit);
  std::string_view text = output.size == 0 ? end.text : text_of(output);
  text.remove_prefix(text.size() - std::min(text.size(), kept_output));
  CommandEnd told{std::move(end.status), std::string(text)};
  host->post([host, handle, told = std::move(told)] { host->inside_ended(handle, told); });
}

/// A command whose run was released meanwhile has nobody who waits for it: its end may have been on its way.
void HostSide::inside_ended(std::uint64_t handle, CommandEnd end) {
  const auto known = insides_.extract(handle);
  if (known.empty()) {
    calls_->fault({"on_inside"}, "was called for a command whose end was told, or that couldn't be run");
  } else if (known.mapped().on_end) {
    known.mapped().on_end(std::move(end));
  }
}

}  // namespace dream::plugin
