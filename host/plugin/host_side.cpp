#include "plugin/host_side.hpp"

#include <fmt/format.h>

#include <atomic>
#include <deque>
#include <memory>
#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace dream::plugin {

namespace {

/// A handle is the number of its HostSide, and below it one of the sequence of all of them.
constexpr unsigned sequence_bits = 40;

/// Kept on purpose, and reachable: a plugin's thread may report at any time, up to the end of the process.
struct AllSides {
  std::mutex mutex;
  std::deque<std::unique_ptr<HostSide>> sides;
};
AllSides& all() {
  static auto& kept = *new AllSides;
  return kept;
}

const void* service(const dream_host* self, const char* id) noexcept {
  static_cast<void>(self);
  if (id == nullptr) return nullptr;
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

void host_started(const dream_host* self, dream_run_id run) noexcept {
  HostSide::of(self).report_started(run);
}

void host_start_failed(const dream_host* self, dream_run_id run, dream_status code, dream_str where,
                       dream_str message, dream_str hint) noexcept {
  const auto said = std::make_shared<ErrorSink>();
  said->table()->fail(said->table(), code, where, message, hint);
  HostSide::of(self).report_start_failed(run, said, code);
}

void host_left_behind(const dream_host* self, dream_run_id run, dream_str what) noexcept {
  HostSide::of(self).report_left_behind(run, what);
}

void host_ready(const dream_host* self, dream_run_id run) noexcept {
  HostSide::of(self).report_ready(run);
}

}  // namespace

HostSide::HostSide(std::uint64_t number, Calls& calls, Services& services)
    : table_{{sizeof(dream_host), DREAM_ABI_MINOR, DREAM_STR(DREAM_VERSION), &service, &host_started,
              &host_start_failed, &host_left_behind, &host_ready},
             this},
      number_(number),
      loop_(std::this_thread::get_id()),
      services_(&services),
      calls_(&calls),
      place_(services.place()) {}

HostSide& HostSide::open(Calls& calls, Services& services) {
  const std::scoped_lock lock(all().mutex);
  auto& sides = all().sides;
  return *sides.emplace_back(new HostSide(sides.size() + 1, calls, services));
}

HostSide& HostSide::of(const dream_host* table) {
  return *reinterpret_cast<const Table*>(table)->owner;
}

HostSide* HostSide::which_gave(std::uint64_t handle) {
  const std::uint64_t number = handle >> sequence_bits;
  const std::scoped_lock lock(all().mutex);
  auto& sides = all().sides;
  return number == 0 || number > sides.size() ? nullptr : sides[number - 1].get();
}

std::uint64_t HostSide::next_handle() const {
  static std::atomic<std::uint64_t> last{0};
  return number_ << sequence_bits | ++last;
}

void HostSide::close() {
  for (const auto& [id, timer] : timers_) services_->cancel_timer(timer);
  timers_.clear();
  for (auto& [id, ticket] : tickets_) stop_start_news(ticket);
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
    if (may_call_back()) work();
  });
  return true;
}

void HostSide::post_fault(std::string_view function, std::string_view what) {
  std::pair<std::string, std::string> fault(function, what);
  {
    const std::scoped_lock lock(mutex_);
    if (!posted_faults_.insert(fault).second) return;
  }
  post([this, fault = std::move(fault)] { calls_->fault({fault.first}, fault.second); });
}

bool HostSide::may_call_back() const {
  DREAM_ASSERT(calls_ == nullptr || !calls_->active());
  return services_ != nullptr;
}

void HostSide::call_back(CallName name, const std::function<void()>& body) {
  calls_->run(name, body);
  if (!services_->log().enabled(LogLevel::debug)) return;
  for (auto& [id, ticket] : tickets_) {
    if (ticket.over() || !ticket.look) continue;
    std::string now = ticket.look();
    if (now == ticket.seen) continue;
    ticket.seen = std::move(now);
    services_->log().write(LogLevel::debug, ticket.subject + ": " + ticket.seen);
  }
}

dream_status HostSide::admit(std::string_view function) {
  const detail::Judgement thread = detail::judge_thread(std::this_thread::get_id() == loop_);
  if (!thread.fine()) {
    post_fault(function, thread.what);
    return thread.code();
  }
  return services_ == nullptr ? DREAM_E_STALE : DREAM_OK;
}

dream_status tell(const Error& error, dream_errors* errors) {
  const dream_status code = status_of(error.code);
  if (errors == nullptr) return code;
  return errors->fail(errors, code, view_of(error.where), view_of(error.message), view_of(error.hint));
}

dream_status HostSide::refuse(CallName call, detail::Judgement why, dream_errors* errors) {
  calls_->fault(call, why.what);
  if (errors == nullptr) return why.code();
  const std::string message =
      fmt::format("the plugin {} called {} wrongly: it {}", calls_->plugin(), call.function, why.what);
  return errors->fail(errors, why.code(), {}, view_of(message), view_of("tell the author of the plugin"));
}

std::optional<Stream> stream_from(std::uint32_t stream) {
  if (stream == DREAM_STDOUT) return Stream::out;
  if (stream == DREAM_STDERR) return Stream::err;
  return std::nullopt;
}

}  // namespace dream::plugin
