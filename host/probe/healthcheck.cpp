#include <memory>
#include <utility>

#include "base/assert.hpp"
#include "probe/kind.hpp"

namespace dream::probe {

namespace {

/// One try that takes until the executor has said so.
class Healthcheck : public Kind {
 public:
  explicit Healthcheck(std::function<std::string()> detail) : detail_(std::move(detail)) {}

  void look(Found found) override {
    if (healthy_) return found(Finding{});
    found_ = std::move(found);
  }

  void become_healthy() override {
    healthy_ = true;
    if (found_) std::exchange(found_, nullptr)(Finding{});
  }

  /// How the executor says that it is doing: "container 1f0e, running, unhealthy (exit code 1: no database)".
  [[nodiscard]] std::string awaited() const override {
    const std::string detail = detail_ ? detail_() : std::string();
    return detail.empty() ? "its executor has not said so" : detail;
  }

  [[nodiscard]] Pace pace() const override { return when_woken; }

 private:
  std::function<std::string()> detail_;
  Found found_;
  bool healthy_ = false;
};

/// Asks the executor in each try.
class HealthQuestion : public Kind {
 public:
  HealthQuestion(AskHealth ask, Clock& clock)
      : ask_(std::move(ask)), clock_(clock), limit_(clock.make_alarm()) {
    DREAM_ASSERT(ask_);
  }

  void look(Found found) override {
    found_ = std::make_shared<Found>(std::move(found));
    // What is answered too late, to an earlier try or to one that is gone, is nobody's.
    const auto answer = [this, asked = std::weak_ptr(found_)](Finding finding) {
      const std::shared_ptr<Found> open = asked.lock();
      if (!open) return;
      found_.reset();
      limit_->cancel();
      (*open)(std::move(finding));
    };
    limit_->set(clock_.now() + longest_try, [answer] { answer(not_yet("no answer within 5 s")); });
    const Result<void> begun = ask_(
        longest_try, [answer](const std::string& why) { answer(why.empty() ? Finding{} : not_yet(why)); });
    if (!begun) answer(not_yet(begun.error().message));
  }

 private:
  AskHealth ask_;
  Clock& clock_;
  std::unique_ptr<Clock::Alarm> limit_;
  std::shared_ptr<Found> found_;  ///< of the try that goes on
};

}  // namespace

std::unique_ptr<Kind> make_health(const HealthcheckProbe& /*probe*/, const Subject& subject) {
  return std::make_unique<HealthQuestion>(subject.health, subject.clock);
}

std::unique_ptr<Kind> make(const HealthcheckProbe& /*probe*/, const Subject& subject) {
  return std::make_unique<Healthcheck>(subject.detail);
}

}  // namespace dream::probe
