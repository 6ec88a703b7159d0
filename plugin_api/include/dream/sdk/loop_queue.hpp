#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "host.hpp"

namespace dream::sdk {

/// From the plugin's own threads to the loop. A member of the executor: what it holds when the executor is
/// deleted is dropped. Threads that post must be joined before that.
class LoopQueue {
 public:
  explicit LoopQueue(const Host& host) : host_(host), service_(host.post()) {}
  LoopQueue(const LoopQueue&) = delete;
  LoopQueue& operator=(const LoopQueue&) = delete;

  /// [any thread] Calls `function` on the loop, in order. It must not throw.
  Result<void> post(std::function<void()> function) {
    if (service_ == nullptr) return Failure{DREAM_E_UNSUPPORTED, "this host can't be posted to"};
    const std::scoped_lock lock(mutex_);  // the host's order is that of the queue
    waiting_.push_back(std::move(function));
    const dream_status status = service_->call(host_.raw(), &LoopQueue::call_next, this);
    if (status >= 0) return {};
    waiting_.pop_back();
    return Failure{status, "the host takes no more posts"};
  }

 private:
  static void call_next(void* context) noexcept {
    auto& queue = *static_cast<LoopQueue*>(context);
    std::function<void()> next;
    {
      const std::scoped_lock lock(queue.mutex_);
      next = std::move(queue.waiting_.front());
      queue.waiting_.pop_front();
    }
    next();
  }

  Host host_;
  const dream_post* service_;
  std::mutex mutex_;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace dream::sdk
