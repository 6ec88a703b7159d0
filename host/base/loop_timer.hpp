#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "base/time.hpp"

namespace dream {

/// One call of the loop at a moment. After another call_at() or call_after(), cancel() or the end of this
/// object, it doesn't come any more: a timer of Asio still makes a call that has come due before.
class LoopTimer {
 public:
  explicit LoopTimer(boost::asio::io_context& context) : timer_(context) {}
  explicit LoopTimer(const boost::asio::any_io_executor& executor) : timer_(executor) {}
  LoopTimer(const LoopTimer&) = delete;
  LoopTimer& operator=(const LoopTimer&) = delete;

  void call_after(Duration time, std::function<void()> call) {
    call_at(read_clock() + time, std::move(call));
  }
  void call_at(Instant moment, std::function<void()> call) {
    timer_.expires_at(moment);
    set_ = std::make_shared<const std::function<void()>>(std::move(call));
    auto act = [this, set = std::weak_ptr(set_)](const boost::system::error_code& error) {
      const auto still = set.lock();
      if (error || !still) return;
      set_.reset();
      (*still)();  // this timer may have ended then
    };
    if (moment > read_clock()) return timer_.async_wait(std::move(act));
    // without a detour through the kernel
    boost::asio::post(timer_.get_executor(), [act = std::move(act)] { act({}); });
  }

  void cancel() {
    if (!is_set()) return;
    set_.reset();
    timer_.cancel();
  }

  [[nodiscard]] bool is_set() const noexcept { return set_ != nullptr; }

 private:
  boost::asio::steady_timer timer_;
  std::shared_ptr<const std::function<void()>> set_;
};

}  // namespace dream
