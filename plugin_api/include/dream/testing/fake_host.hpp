/// A host without processes, for the unit tests of a plugin: every service is a recording fake, and its clock
/// is moved by hand. Header-only; needs no test framework. plugin_driver.hpp calls a plugin like the host
/// does.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../dream.h"

namespace dream::testing {

[[nodiscard]] inline std::string text(dream_str view) {
  return view.data == nullptr ? std::string() : std::string(view.data, view.size);
}

[[nodiscard]] inline std::vector<std::string> texts(dream_strs views) {
  std::vector<std::string> copies;
  for (std::size_t index = 0; index < views.count; ++index) copies.push_back(text(views.data[index]));
  return copies;
}

/// A child that the plugin asked for. It does what the test tells FakeHost to let it do.
struct FakeChild {
  dream_run_id run = 0;
  std::vector<std::string> argv;
  std::string directory;
  std::vector<std::string> environment;
  std::int32_t stop_signal = 0;
  std::vector<std::string> relays = {};
  std::uint32_t flags = 0;
  std::vector<std::uint32_t> terminations = {};  ///< the urgency of each
  bool alive = true;
  std::set<std::uint32_t> paused = {};  ///< streams
  dream_on_exit on_exit = nullptr;
  dream_on_output on_output = nullptr;  ///< not null: the plugin takes its bytes
  void* context = nullptr;
};

/// A start that the plugin said to have failed after all.
struct FakeStartFailure {
  dream_run_id run = 0;
  dream_status code = DREAM_OK;
  std::string where, message, hint;
};

struct LoggedLine {
  std::uint32_t level;
  std::string message;
};

/// A host for unit tests of a plugin: records what it is asked for, and has a clock that the test moves.
class FakeHost {
 public:
  FakeHost()
      : table_{{sizeof(dream_host), DREAM_ABI_MINOR, DREAM_STR("fake"), &find_service, &run_started,
                &run_start_failed, &run_left_behind},
               this} {}
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  [[nodiscard]] const dream_host* table() const { return &table_.base; }

  // ---- what the plugin did
  // ----------------------------------------------------------------------------------

  [[nodiscard]] const std::deque<FakeChild>& children() const { return children_; }
  [[nodiscard]] const std::vector<LoggedLine>& logged() const { return logged_; }
  [[nodiscard]] const std::vector<dream_run_id>& started_runs() const { return started_; }
  [[nodiscard]] const std::vector<FakeStartFailure>& start_failures() const { return start_failures_; }
  /// What it said to have left behind, by its run.
  [[nodiscard]] const std::multimap<dream_run_id, std::string>& left_behind() const { return left_; }
  /// The services that it asked for, whether there are such or not.
  [[nodiscard]] const std::set<std::string>& asked_services() const { return asked_; }
  /// What was written for a run, to DREAM_STDOUT or DREAM_STDERR.
  [[nodiscard]] std::string output(dream_run_id run, std::uint32_t stream) const {
    const auto found = output_.find({run, stream});
    return found == output_.end() ? "" : found->second;
  }
  [[nodiscard]] std::size_t pending_timers() const { return timers_.size(); }
  [[nodiscard]] std::size_t pending_posts() const {
    const std::scoped_lock lock(mutex_);
    return posts_.size();
  }
  [[nodiscard]] std::size_t pending_work() const { return work_.size(); }

  // ---- what the test lets happen
  // ----------------------------------------------------------------------------

  /// A service that this host doesn't have.
  void without(const std::string& service_id) { missing_.insert(service_id); }

  /// From now on this is a host of version 1.0, which has nothing of what was appended to dream_host later.
  void be_of_version_1_0() {
    table_.base.size = offsetof(dream_host, start_failed);
    table_.base.abi_minor = 0;
  }

  /// The next spawn fails.
  void fail_next_spawn(dream_status code, std::string message) {
    spawn_failure_ = code;
    spawn_message_ = std::move(message);
  }

  void exit_child(std::size_t index, std::uint32_t kind, std::int32_t value) {
    FakeChild& child = children_.at(index);
    child.alive = false;
    const dream_exit exit{sizeof(dream_exit), kind, value, {nullptr, 0}};
    child.on_exit(child.context, &exit);
  }

  /// To the plugin when it takes the bytes, else to the run's output.
  void child_writes(std::size_t index, std::uint32_t stream, std::string_view bytes) {
    const FakeChild& child = children_.at(index);
    if (child.on_output != nullptr) {
      child.on_output(child.context, stream, {bytes.data(), bytes.size()});
    } else {
      output_[{child.run, stream}] += bytes;
    }
  }

  /// From now on the reader is slow: every write is answered with DREAM_AGAIN.
  void stop_reading() { reading_ = false; }
  /// How many callbacks wait for room.
  [[nodiscard]] std::size_t waiting_for_room() const { return writable_.size(); }
  /// The reader has caught up: whoever waits for room is told.
  void go_on_reading() {
    reading_ = true;
    for (const auto& [callback, context] : std::exchange(writable_, {})) callback(context);
  }

  /// Calls what was posted, and what that posts.
  void run_posted() {
    while (const auto next = take_post()) next->first(next->second);
  }
  /// Waits until something was posted, by a thread of the plugin's own. False: nothing was for so long that
  /// nothing will be.
  bool await_post(std::chrono::milliseconds limit = std::chrono::minutes(1)) {
    std::unique_lock lock(mutex_);
    return posted_.wait_for(lock, limit, [this] { return !posts_.empty(); });
  }
  /// The oldest work is done: on the calling thread, so that a test may use one of its own. What it has to
  /// say on the loop waits for run_posted().
  void do_work() {
    const Work work = work_.front();
    work_.pop_front();
    work.do_work(work.context);
    finished_.emplace_back(work, DREAM_OK);
    post(&finish_next, this);
  }
  /// The end of the executor is near: `stopping` is true, and the work that hasn't begun is given back.
  void stop_work() {
    stopping_ = true;
    for (const Work& work : std::exchange(work_, {})) work.on_done(work.context, DREAM_E_STALE);
  }

  // ---- what dream.paths/1 answers
  std::string state_folder = "/home/me/.local/state/dream/plugin";
  std::string cache_folder = "/home/me/.cache/dream/plugin";
  std::string root = "/workspace";
  std::string session = "11111111-2222-4333-8444-555555555555";

  /// Moves the clock; timers that become due go off in the order of their deadlines.
  void advance(std::uint64_t nanoseconds) {
    const std::uint64_t end = now_ + nanoseconds;
    for (auto next = earliest(); next != timers_.end() && next->second.deadline <= end; next = earliest()) {
      const Timer timer = next->second;
      timers_.erase(next);
      now_ = std::max(now_, timer.deadline);
      timer.on_time(timer.context);
    }
    now_ = end;
  }

 private:
  struct Table {
    dream_host base;
    FakeHost* owner;
  };
  struct Timer {
    std::uint64_t deadline = 0;
    dream_on_time on_time = nullptr;
    void* context = nullptr;
  };

  struct Work {
    dream_do_work do_work = nullptr;
    dream_on_done on_done = nullptr;
    void* context = nullptr;
  };
  using Post = std::pair<dream_on_loop, void*>;

  void post(dream_on_loop on_loop, void* context) {
    const std::scoped_lock lock(mutex_);
    posts_.emplace_back(on_loop, context);
    posted_.notify_all();
  }
  std::optional<Post> take_post() {
    const std::scoped_lock lock(mutex_);
    if (posts_.empty()) return std::nullopt;
    const Post next = posts_.front();
    posts_.pop_front();
    return next;
  }
  static void finish_next(void* context) noexcept {
    auto& host = *static_cast<FakeHost*>(context);
    const auto [work, status] = host.finished_.front();
    host.finished_.pop_front();
    work.on_done(work.context, status);
  }

  static FakeHost& of(const dream_host* host) { return *reinterpret_cast<const Table*>(host)->owner; }

  std::map<dream_timer_id, Timer>::iterator earliest() {
    return std::min_element(timers_.begin(), timers_.end(), [](const auto& left, const auto& right) {
      return left.second.deadline < right.second.deadline;
    });
  }

  static const void* find_service(const dream_host* self, const char* id) noexcept {
    static constexpr dream_log log{sizeof(dream_log), &log_write, &log_enabled};
    static constexpr dream_output output{sizeof(dream_output), &output_write, &output_when_writable};
    static constexpr dream_process process{sizeof(dream_process), &spawn, &terminate, &pid, &pause, &resume};
    static constexpr dream_timer timer{sizeof(dream_timer), &timer_now, &timer_start, &timer_cancel};
    static constexpr dream_post post{sizeof(dream_post), &post_call};
    static constexpr dream_work work{sizeof(dream_work), &work_run, &work_stopping};
    static constexpr dream_paths paths{sizeof(dream_paths), &paths_state, &paths_cache, &paths_root,
                                       &paths_session};
    const std::string_view wanted(id);
    of(self).asked_.emplace(wanted);
    if (of(self).missing_.contains(std::string(wanted))) return nullptr;
    if (wanted == DREAM_LOG_ID) return &log;
    if (wanted == DREAM_OUTPUT_ID) return &output;
    if (wanted == DREAM_PROCESS_ID) return &process;
    if (wanted == DREAM_TIMER_ID) return &timer;
    if (wanted == DREAM_POST_ID) return &post;
    if (wanted == DREAM_WORK_ID) return &work;
    if (wanted == DREAM_PATHS_ID) return &paths;
    return nullptr;
  }

  static void run_started(const dream_host* self, dream_run_id run) noexcept {
    const std::scoped_lock lock(of(self).mutex_);
    of(self).started_.push_back(run);
  }

  static void run_start_failed(const dream_host* self, dream_run_id run, dream_status code, dream_str where,
                               dream_str message, dream_str hint) noexcept {
    const std::scoped_lock lock(of(self).mutex_);
    of(self).start_failures_.push_back({run, code, text(where), text(message), text(hint)});
  }
  static void run_left_behind(const dream_host* self, dream_run_id run, dream_str what) noexcept {
    const std::scoped_lock lock(of(self).mutex_);
    of(self).left_.emplace(run, text(what));
  }

  static void log_write(const dream_host* self, std::uint32_t level, dream_str message) noexcept {
    const std::scoped_lock lock(of(self).mutex_);
    of(self).logged_.push_back({level, text(message)});
  }
  static std::int32_t log_enabled(const dream_host*, std::uint32_t) noexcept { return 1; }

  static dream_status output_write(const dream_host* self, dream_run_id run, std::uint32_t stream,
                                   dream_str bytes) noexcept {
    of(self).output_[{run, stream}] += text(bytes);
    return of(self).reading_ ? DREAM_OK : DREAM_AGAIN;
  }
  static dream_status output_when_writable(const dream_host* self, dream_run_id,
                                           dream_on_writable on_writable, void* context) noexcept {
    of(self).writable_.emplace_back(on_writable, context);
    return DREAM_OK;
  }

  static dream_status spawn(const dream_host* self, const dream_child* child, dream_child_id* id,
                            dream_errors* errors) noexcept {
    FakeHost& host = of(self);
    if (const dream_status failure = std::exchange(host.spawn_failure_, DREAM_OK); failure != DREAM_OK) {
      if (errors == nullptr) return failure;
      return errors->fail(errors, failure, {nullptr, 0}, dream_text(host.spawn_message_.c_str()),
                          {nullptr, 0});
    }
    host.children_.push_back({.run = child->run,
                              .argv = texts(child->argv),
                              .directory = text(child->directory),
                              .environment = texts(child->environment),
                              .stop_signal = child->stop_signal,
                              .relays = texts(child->relays),
                              .flags = child->flags,
                              .on_exit = child->on_exit,
                              .on_output = child->on_output,
                              .context = child->context});
    *id = host.children_.size();
    return DREAM_OK;
  }
  static dream_status terminate(const dream_host* self, dream_child_id id, std::uint32_t urgency,
                                dream_errors*) noexcept {
    FakeChild& child = of(self).children_.at(id - 1);
    if (child.alive) child.terminations.push_back(urgency);
    return DREAM_OK;
  }
  /// 1001 for the first child, and so on; 0 after its exit.
  static std::int64_t pid(const dream_host* self, dream_child_id id) noexcept {
    return of(self).children_.at(id - 1).alive ? static_cast<std::int64_t>(1000 + id) : 0;
  }

  static dream_status pause(const dream_host* self, dream_child_id id, std::uint32_t stream) noexcept {
    of(self).children_.at(id - 1).paused.insert(stream);
    return DREAM_OK;
  }
  static dream_status resume(const dream_host* self, dream_child_id id, std::uint32_t stream) noexcept {
    of(self).children_.at(id - 1).paused.erase(stream);
    return DREAM_OK;
  }

  static std::uint64_t timer_now(const dream_host* self) noexcept { return of(self).now_; }
  static dream_status timer_start(const dream_host* self, std::uint64_t deadline, dream_on_time on_time,
                                  void* context, dream_timer_id* id) noexcept {
    *id = ++of(self).last_timer_;
    of(self).timers_[*id] = {deadline, on_time, context};
    return DREAM_OK;
  }
  static void timer_cancel(const dream_host* self, dream_timer_id id) noexcept { of(self).timers_.erase(id); }

  static dream_status post_call(const dream_host* self, dream_on_loop on_loop, void* context) noexcept {
    of(self).post(on_loop, context);
    return DREAM_OK;
  }

  static dream_status work_run(const dream_host* self, dream_do_work do_work, dream_on_done on_done,
                               void* context) noexcept {
    of(self).work_.push_back({do_work, on_done, context});
    return DREAM_OK;
  }
  static std::int32_t work_stopping(const dream_host* self) noexcept { return of(self).stopping_ ? 1 : 0; }

  static dream_str view(const std::string& text) { return {text.data(), text.size()}; }
  static dream_status paths_state(const dream_host* self, dream_str* path, dream_errors*) noexcept {
    *path = view(of(self).state_folder);
    return DREAM_OK;
  }
  static dream_status paths_cache(const dream_host* self, dream_str* path, dream_errors*) noexcept {
    *path = view(of(self).cache_folder);
    return DREAM_OK;
  }
  static dream_str paths_root(const dream_host* self) noexcept { return view(of(self).root); }
  static dream_str paths_session(const dream_host* self) noexcept { return view(of(self).session); }

  Table table_;
  mutable std::mutex mutex_;  ///< of all that any thread may add to
  std::condition_variable posted_;
  std::deque<Post> posts_;
  std::deque<Work> work_;
  std::deque<std::pair<Work, dream_status>> finished_;
  std::atomic<bool> stopping_ = false;
  std::set<std::string> missing_;
  std::set<std::string> asked_;
  std::deque<FakeChild> children_;
  std::vector<LoggedLine> logged_;
  std::vector<dream_run_id> started_;
  std::vector<FakeStartFailure> start_failures_;
  std::multimap<dream_run_id, std::string> left_;
  std::map<std::pair<dream_run_id, std::uint32_t>, std::string> output_;
  std::vector<std::pair<dream_on_writable, void*>> writable_;
  std::map<dream_timer_id, Timer> timers_;
  dream_timer_id last_timer_ = 0;
  std::uint64_t now_ = 0;
  bool reading_ = true;
  dream_status spawn_failure_ = DREAM_OK;
  std::string spawn_message_;
};

}  // namespace dream::testing
