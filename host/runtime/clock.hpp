#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "base/time.hpp"

namespace dream::runtime {

/// The time of a run, and calls at a moment of it, on the loop.
class Clock {
 public:
  class Alarm {
   public:
    virtual ~Alarm() = default;
    /// Calls `call` when `moment` has come, instead of what was set before.
    virtual void set(Instant moment, std::function<void()> call) = 0;
    virtual void cancel() = 0;
  };

  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  /// Destroying it cancels it.
  [[nodiscard]] virtual std::unique_ptr<Alarm> make_alarm() = 0;
};

/// The machine's.
class SteadyClock : public Clock {
 public:
  explicit SteadyClock(boost::asio::io_context& context) : context_(context) {}

  [[nodiscard]] Instant now() const override { return read_clock(); }
  [[nodiscard]] std::unique_ptr<Alarm> make_alarm() override { return std::make_unique<Timer>(context_); }

 private:
  class Timer : public Alarm {
   public:
    explicit Timer(boost::asio::io_context& context) : timer_(context) {}
    void set(Instant moment, std::function<void()> call) override {
      timer_.expires_at(moment);
      timer_.async_wait([call = std::move(call)](const boost::system::error_code& error) {
        if (!error) call();
      });
    }
    void cancel() override { timer_.cancel(); }

   private:
    boost::asio::steady_timer timer_;
  };

  boost::asio::io_context& context_;
};

}  // namespace dream::runtime
