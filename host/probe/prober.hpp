#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "probe/kind.hpp"

namespace dream::probe {

/// Finds out when one attempt is ready: its probes pass one after the other. To be made when the attempt
/// begins, to begin when it has started, and to be destroyed when nobody needs to know any more.
class Prober {
 public:
  /// The clock of whoever asks.
  struct Time {
    std::function<Instant()> now;
    /// Calls at this moment, instead of what was set before.
    std::function<void(Instant moment, std::function<void()> call)> call_at;
  };
  /// None is called from within the constructor; the prober must not be destroyed from within any.
  struct Tell {
    std::function<void()> ready;             ///< all have passed; once
    std::function<void(Error)> never_ready;  ///< one can't; once, instead
    std::function<void(std::string)> warn;   ///< each thing once
  };

  Prober(const Probes& probes, const Subject& subject, Time time, Tell tell);

  void begin();
  void hear(Stream stream, std::string_view bytes);
  void become_healthy();
  /// dream and its tasks were stopped and go on (Ctrl-Z): a try that was under way says nothing, unless it
  /// passes, and is made again at once.
  void was_stopped() { doubtful_ = looking_; }

  /// What is wrong, as the last try found it; what the first one waits for.
  [[nodiscard]] std::string found() const {
    return found_.empty() && looking_ ? kinds_[turn_]->awaited() : found_;
  }
  /// Of the probe whose turn it is; 0 of one that hears by itself.
  [[nodiscard]] std::size_t tries() const { return tries_; }

 private:
  void look();
  void take(Finding finding);

  Time time_;
  Tell tell_;
  std::vector<std::unique_ptr<Kind>> kinds_;
  std::size_t turn_ = 0;  ///< of the first that has not passed
  Instant began_;
  Instant tried_;
  bool begun_ = false;
  bool looking_ = false;
  bool woken_ = false;
  bool doubtful_ = false;  ///< the try was under way when dream was stopped
  std::size_t tries_ = 0;
  std::string found_;
  std::set<std::string> warned_;
};

}  // namespace dream::probe
