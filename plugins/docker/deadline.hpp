#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "asio.hpp"

namespace dream::docker {

/// Calls a function when this object still exists after some time; for the thread of `executor` alone.
class Deadline {
 public:
  Deadline(const asio::any_io_executor& executor, std::chrono::milliseconds time,
           std::function<void()> on_late)
      : timer_(executor, time), late_(std::make_shared<bool>(false)) {
    timer_.async_wait([late = std::weak_ptr(late_), on_late = std::move(on_late)](const error_code& error) {
      // It may have been on its way when this object went.
      const std::shared_ptr<bool> alive = late.lock();
      if (error || alive == nullptr) return;
      *alive = true;
      on_late();
    });
  }

  [[nodiscard]] bool late() const { return *late_; }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<bool> late_;
};

}  // namespace dream::docker
