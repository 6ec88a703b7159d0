#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"

namespace dream {

/// Time passes when the test says so.
class FakeClock : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] std::unique_ptr<Alarm> make_alarm() override { return std::make_unique<Bell>(*this); }

  /// Lets time pass until the next alarm rings; false: until `target`, as none rings before.
  bool pass_until(Instant target) {
    Bell* next = first_until(target);
    now_ = std::max(now_, next != nullptr ? *next->moment : target);
    if (next == nullptr) return false;
    next->moment.reset();
    const auto call = next->call;
    call();
    return true;
  }

 private:
  struct Bell : Alarm {
    explicit Bell(FakeClock& its_clock) : clock(its_clock) { clock.bells_.push_back(this); }
    ~Bell() override { std::erase(clock.bells_, this); }
    void set(Instant its_moment, std::function<void()> its_call) override {
      moment = its_moment;
      call = std::move(its_call);
    }
    void cancel() override { moment.reset(); }

    FakeClock& clock;
    std::optional<Instant> moment;
    std::function<void()> call;
  };

  Bell* first_until(Instant target) {
    Bell* first = nullptr;
    for (Bell* bell : bells_)
      if (bell->moment && *bell->moment <= target && (first == nullptr || *bell->moment < *first->moment))
        first = bell;
    return first;
  }

  Instant now_{std::chrono::seconds(1000)};
  std::vector<Bell*> bells_;
};

}  // namespace dream
