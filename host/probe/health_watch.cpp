#include "probe/health_watch.hpp"

#include <utility>
#include <variant>

namespace dream::probe {

namespace {

std::unique_ptr<Kind> kind_of(const Probe& probe, const Subject& subject) {
  const auto make_it = [&](const auto& kind) {
    if constexpr (requires { make_health(kind, subject); }) {
      return make_health(kind, subject);
    } else {
      return make(kind, subject);
    }
  };
  return std::visit(make_it, probe);
}

}  // namespace

HealthWatch::HealthWatch(const Health& health, const Subject& subject, Prober::Time time, Tell tell)
    : health_(health), time_(std::move(time)), tell_(std::move(tell)), kind_(kind_of(health.probe, subject)) {
  wait();
}

void HealthWatch::wait() {
  time_.call_at(time_.now() + health_.every, [this] { look(); });
}

void HealthWatch::look() {
  looks_ = true;
  kind_->look([this](const Finding& finding) { take(finding); });
}

void HealthWatch::take(const Finding& finding) {
  looks_ = false;
  const bool doubtful = std::exchange(doubtful_, false);
  if (finding.verdict == Finding::Verdict::passed) {
    failures_ = 0;
    if (!std::exchange(healthy_, true)) tell_.healthy();
  } else if (!doubtful && ++failures_ >= health_.failures && std::exchange(healthy_, false)) {
    tell_.unhealthy(finding.error.message);
  }
  wait();
}

}  // namespace dream::probe
