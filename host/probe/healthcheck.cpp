#include "probe/kind.hpp"

namespace dream::probe {

namespace {

class Healthcheck : public Kind {
 public:
  void look(Found found) override { found(healthy_ ? Finding{} : not_yet("its executor has not said so")); }

  void become_healthy() override {
    healthy_ = true;
    if (wake) wake();
  }

  [[nodiscard]] Pace pace() const override { return when_woken; }

 private:
  bool healthy_ = false;
};

}  // namespace

std::unique_ptr<Kind> make(const HealthcheckProbe& /*probe*/, const Subject& /*subject*/) {
  return std::make_unique<Healthcheck>();
}

}  // namespace dream::probe
