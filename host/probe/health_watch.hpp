#pragma once

#include <functional>
#include <memory>
#include <string>

#include "probe/prober.hpp"

namespace dream::probe {

/// Looks every now and then whether one attempt is healthy. To be made when that is to begin, and destroyed
/// when nobody needs to know any more.
class HealthWatch {
 public:
  /// In turns. Neither is called from within the constructor; the watch must not be destroyed from within
  /// either.
  struct Tell {
    std::function<void(std::string why)> unhealthy;  ///< as many tries in a row have failed as that takes
    std::function<void()> healthy;                   ///< again
  };

  /// The first try comes after `health.every`.
  HealthWatch(const Health& health, const Subject& subject, Prober::Time time, Tell tell);

  /// dream and its tasks were stopped and go on (Ctrl-Z): what a try finds that was under way says nothing,
  /// unless it passes.
  void was_stopped() { doubtful_ = looks_; }

 private:
  void wait();
  void look();
  void take(const Finding& finding);

  Health health_;
  Prober::Time time_;
  Tell tell_;
  std::unique_ptr<Kind> kind_;
  std::size_t failures_ = 0;  ///< in a row
  bool healthy_ = true;
  bool looks_ = false;     ///< a try is under way
  bool doubtful_ = false;  ///< which was under way when dream was stopped
};

}  // namespace dream::probe
