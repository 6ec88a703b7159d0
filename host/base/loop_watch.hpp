#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "base/descriptor.hpp"

namespace dream {

/// A descriptor, and one call of the loop when there is something to read from it. After cancel() or the end
/// of this object the call doesn't come any more: Asio still makes one that has come due before.
class LoopWatch {
 public:
  /// The error is the loop's, when it can't watch the descriptor.
  using Call = std::function<void(const boost::system::error_code& error)>;

  LoopWatch(boost::asio::io_context& context, Descriptor descriptor)
      : descriptor_(context, descriptor.release()) {}
  explicit LoopWatch(boost::asio::posix::stream_descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;

  void call_when_readable(Call call) {
    set_ = std::make_shared<const Call>(std::move(call));
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [this, set = std::weak_ptr(set_)](const boost::system::error_code& error) {
                             const auto still = set.lock();
                             if (error == boost::asio::error::operation_aborted || !still) return;
                             set_.reset();
                             (*still)(error);  // this watch may have ended then
                           });
  }

  void cancel() {
    set_.reset();
    descriptor_.cancel();
  }

  [[nodiscard]] bool is_set() const noexcept { return set_ != nullptr; }
  [[nodiscard]] int get() { return descriptor_.native_handle(); }
  /// It is the caller's from now on, and watched no more.
  [[nodiscard]] int release() {
    set_.reset();
    return descriptor_.release();
  }

 private:
  boost::asio::posix::stream_descriptor descriptor_;
  std::shared_ptr<const Call> set_;
};

}  // namespace dream
