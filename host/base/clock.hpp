#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "base/loop_timer.hpp"
#include "base/time.hpp"

namespace dream {

/// The time of a run, and calls at a moment of it, on the loop.
class Clock {
 public:
  class Alarm {
   public:
    virtual ~Alarm() = default;
    /// Calls `call` when `moment` has come, and no more what was set before.
    virtual void set(Instant moment, std::function<void()> call) = 0;
    virtual void cancel() = 0;
  };

  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  /// Destroying it cancels it.
  [[nodiscard]] virtual std::unique_ptr<Alarm> make_alarm() = 0;
  /// So much time doesn't count: dream and its tasks were stopped.
  virtual void leave_out(Duration /*time*/) {}
};

/// The machine's.
class SteadyClock : public Clock {
 public:
  explicit SteadyClock(boost::asio::io_context& context) : context_(context) {}

  [[nodiscard]] Instant now() const override { return read_clock() - left_out_; }
  [[nodiscard]] std::unique_ptr<Alarm> make_alarm() override { return std::make_unique<Timer>(*this); }
  void leave_out(Duration time) override { left_out_ += time; }

 private:
  class Timer : public Alarm {
   public:
    explicit Timer(const SteadyClock& clock) : clock_(clock), timer_(clock.context_) {}
    void set(Instant moment, std::function<void()> call) override {
      const bool in_reach = moment < Instant::max() - clock_.left_out_;
      timer_.call_at(in_reach ? moment + clock_.left_out_ : moment, [this, moment, call = std::move(call)] {
        if (clock_.now() < moment)
          set(moment, call);  // time was left out meanwhile
        else
          call();
      });
    }
    void cancel() override { timer_.cancel(); }

   private:
    const SteadyClock& clock_;
    LoopTimer timer_;
  };

  boost::asio::io_context& context_;
  Duration left_out_{};
};

}  // namespace dream
