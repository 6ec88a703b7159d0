/// What a plugin is asked about a run that lives: to run a command there, and whether it is healthy.
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

void* HostSide::expect(Question question) {
  const std::uint64_t handle = next_handle();
  questions_[handle] = std::move(question);
  return reinterpret_cast<void*>(handle);  // NOLINT(performance-no-int-to-ptr)
}

void HostSide::forget(const void* context) {
  questions_.erase(handle_of(context));
}

HostSide::Question HostSide::answered(std::uint64_t handle, std::string_view function) {
  const auto known = questions_.extract(handle);
  if (!known.empty()) return std::move(known.mapped());
  calls_->fault({function}, "was called for what was answered before, or has failed");
  return {};
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
  host->post([host, handle, told = std::move(told)] {
    const Question question = host->answered(handle, "on_inside");
    if (question.on_inside) question.on_inside(told);
  });
}

void HostSide::report_health(void* context, std::uint32_t healthy, dream_str why) noexcept {
  const std::uint64_t handle = handle_of(context);
  HostSide* host = which_gave(handle);
  if (host == nullptr) return;
  std::string wrong = healthy != 0 ? std::string() : line_of(why);
  if (healthy == 0 && wrong.empty()) wrong = "its executor doesn't say why";
  host->post([host, handle, wrong = std::move(wrong)] {
    const Question question = host->answered(handle, "on_health");
    if (question.on_health) question.on_health(wrong);
  });
}

}  // namespace dream::plugin
