#include <utility>

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

}  // namespace

std::unique_ptr<Kind> make(const HealthcheckProbe& /*probe*/, const Subject& subject) {
  return std::make_unique<Healthcheck>(subject.detail);
}

}  // namespace dream::probe
