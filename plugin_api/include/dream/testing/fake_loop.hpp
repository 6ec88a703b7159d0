/// The loop of a FakeHost: posts, work and timers, which happen when the test says so.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "../dream.h"

namespace dream::testing {

/// Belongs to the thread that made it: that is the loop's.
class FakeLoop {
 public:
  FakeLoop() = default;
  FakeLoop(const FakeLoop&) = delete;
  FakeLoop& operator=(const FakeLoop&) = delete;

  [[nodiscard]] std::size_t pending_timers() const { return timers_.size(); }
  [[nodiscard]] std::size_t pending_posts() const {
    const std::scoped_lock lock(mutex_);
    return posts_.size();
  }
  [[nodiscard]] std::size_t pending_work() const { return work_.size(); }

  /// Calls what was posted, and what that posts.
  void run_posted() {
    while (const auto next = take_post()) call_back("on_loop", [&] { next->first(next->second); });
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
    const bool on_loop_thread = is_loop_thread();
    if (on_loop_thread) working_ = true;
    call_back("do_work", [&] { work.do_work(work.context); });
    if (on_loop_thread) working_ = false;
    finished_.emplace_back(work, DREAM_OK);
    post(&finish_next, this);
  }
  /// The end of the executor is near: `stopping` is true, and the work that hasn't begun is given back.
  void stop_work() {
    stopping_ = true;
    for (const Work& work : std::exchange(work_, {})) {
      call_back("on_done", [&] { work.on_done(work.context, DREAM_E_STALE); });
    }
  }

  /// Moves the clock; timers that become due go off in the order of their deadlines.
  void advance(std::uint64_t nanoseconds) {
    const std::uint64_t end = now_ + nanoseconds;
    for (auto next = earliest(); next != timers_.end() && next->second.deadline <= end; next = earliest()) {
      const Timer timer = next->second;
      timers_.erase(next);
      now_ = std::max(now_, timer.deadline);
      call_back("on_time", [&] { timer.on_time(timer.context); });
    }
    now_ = end;
  }
  [[nodiscard]] std::uint64_t now() const { return now_; }

  /// Hears of each function of the plugin before it is called back, on the thread that calls it, and ""
  /// after.
  std::function<void(const char* function)> on_call_back;

 protected:
  ~FakeLoop() = default;

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

  /// Whether a [loop] function may be called here and now: not by what runs as work, either.
  [[nodiscard]] bool on_loop() const { return is_loop_thread() && !working_; }

  template <class Call>
  void call_back(const char* function, Call call) const {
    if (on_call_back) on_call_back(function);
    call();
    if (on_call_back) on_call_back("");
  }

  void post(dream_on_loop function, void* context) {
    const std::scoped_lock lock(mutex_);
    posts_.emplace_back(function, context);
    posted_.notify_all();
  }
  void add_work(Work work) { work_.push_back(work); }
  [[nodiscard]] bool stopping() const { return stopping_; }
  void add_timer(dream_timer_id id, Timer timer) { timers_[id] = timer; }
  void cancel_timer(dream_timer_id id) { timers_.erase(id); }

  mutable std::mutex mutex_;  ///< of all that any thread may add to

 private:
  using Post = std::pair<dream_on_loop, void*>;

  [[nodiscard]] bool is_loop_thread() const { return std::this_thread::get_id() == loop_; }

  std::optional<Post> take_post() {
    const std::scoped_lock lock(mutex_);
    if (posts_.empty()) return std::nullopt;
    const Post next = posts_.front();
    posts_.pop_front();
    return next;
  }
  static void finish_next(void* context) noexcept {
    auto& loop = *static_cast<FakeLoop*>(context);
    const auto [work, status] = loop.finished_.front();
    loop.finished_.pop_front();
    loop.call_back("on_done", [&, work = work, status = status] { work.on_done(work.context, status); });
  }

  std::map<dream_timer_id, Timer>::iterator earliest() {
    return std::min_element(timers_.begin(), timers_.end(), [](const auto& left, const auto& right) {
      return left.second.deadline < right.second.deadline;
    });
  }

  const std::thread::id loop_ = std::this_thread::get_id();
  bool working_ = false;  ///< of the loop's thread
  std::condition_variable posted_;
  std::deque<Post> posts_;
  std::deque<Work> work_;
  std::deque<std::pair<Work, dream_status>> finished_;
  std::atomic<bool> stopping_ = false;
  std::map<dream_timer_id, Timer> timers_;
  std::uint64_t now_ = 0;
};

}  // namespace dream::testing
