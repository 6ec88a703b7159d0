#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "simulation/trace.hpp"

/// A run on a manual clock. Every call feeds one event and returns what the engine wants done, as text:
/// "start a; runs a; delay b 200". Times are in ns: the engine knows no other unit.
namespace dream::engine {

using std::chrono::nanoseconds;

inline Step foreground(int delay = 0) {
  Step step;
  step.delay = nanoseconds(delay);
  step.stop_grace = nanoseconds(50);
  return step;
}
inline Step background(int delay = 0) {
  Step step = foreground(delay);
  step.background = true;
  return step;
}
inline Step service(int delay = 0) {
  Step step = background(delay);
  step.service = true;
  return step;
}
inline Step optional(Step step) {
  step.required = false;
  return step;
}
inline Step with_timeout(int timeout, Step step) {
  step.timeout = nanoseconds(timeout);
  return step;
}
/// Nobody waits for it to be ready.
inline Step with_ready(int within, Step step) {
  step.ready = {PortProbe{{80}}};
  step.ready_timeout = nanoseconds(within);
  return step;
}
/// The next step waits for it to be ready.
inline Step until_ready(int within, Step step) {
  step = with_ready(within, std::move(step));
  step.releases_when_ready = step.ready_needed = true;
  return step;
}
/// A first pause of 10, at most 40; of those within 1000 once it was proven.
inline Step with_restart(std::size_t max, Step step, Restart::On on = Restart::On::failure) {
  step.restart = {on, max, nanoseconds(1000), nanoseconds(10), nanoseconds(40)};
  return step;
}
inline Step with_grace(int grace, Step step) {
  step.stop_grace = nanoseconds(grace);
  return step;
}

class ManualRun {
 public:
  enum class Starts : std::uint8_t { at_once, when_told };

  explicit ManualRun(std::vector<Step> steps, Starts starts = Starts::at_once, const Limits& limits = {})
      : ManualRun(Plan{.steps = std::move(steps)}, starts, limits) {}
  explicit ManualRun(Plan plan, Starts starts = Starts::at_once, const Limits& limits = {})
      : plan_(std::move(plan)), engine_(plan_, quick(limits)), starts_(starts) {}

  std::string begin() { return feed(Begin{}); }
  std::string started(int step) { return feed(Started{latest(step)}); }
  std::string start_failed(int step, ErrorCode code = ErrorCode::not_found) {
    return feed(StartFailed{latest(step), Error{code, "no such command", "", ""}});
  }
  std::string exited(int step, int code = 0) { return feed(Exited{latest(step), ExitedWith{code}}); }
  std::string withdrawn(int step) { return feed(Withdrawn{latest(step)}); }
  std::string ready(int step) { return feed(Ready{latest(step)}); }
  std::string never_ready(int step, ErrorCode code = ErrorCode::not_found) {
    return feed(NeverReady{latest(step), Error{code, "no such tool", "", ""}});
  }
  std::string unhealthy(int step) { return feed(Unhealthy{latest(step), "why"}); }
  std::string healthy(int step) { return feed(Healthy{latest(step)}); }
  std::string killed(int step, int signal) { return feed(Exited{latest(step), KilledBy{signal}}); }
  std::string lost(int step) { return feed(Exited{latest(step), Lost{"why"}}); }
  std::string interrupted(int signal = 2) { return feed(Interrupted{signal}); }
  /// So much later that it is another request.
  std::string interrupted_again(int signal = 2) {
    now_ += one_request;
    return interrupted(signal);
  }
  std::string guardian_lost() { return feed(GuardianLost{}); }
  std::string reader(Stream stream, Reading reading) { return feed(ReaderSeen{stream, reading}); }
  std::string output_lost() { return feed(OutputLost{}); }

  /// Lets the clock run to `instant`, stopping at every deadline on the way.
  std::string advance_to(std::int64_t instant) {
    std::string text;
    const Instant target{nanoseconds(instant)};
    while (engine_.next_deadline() && *engine_.next_deadline() <= target) {
      now_ = *engine_.next_deadline();
      append(text, feed(TimePassed{}));
    }
    now_ = target;
    append(text, feed(TimePassed{}));
    return text;
  }

  /// The clock alone: the driver is late.
  void oversleep_until(int instant) { now_ = Instant{nanoseconds(instant)}; }

  [[nodiscard]] std::string outcome(int step) const {
    return simulation::describe(engine_.outcomes()[static_cast<std::size_t>(step)]);
  }
  [[nodiscard]] Engine& engine() { return engine_; }
  /// The next deadline in ns, -1 for none.
  [[nodiscard]] std::int64_t deadline() const {
    const auto deadline = engine_.next_deadline();
    return deadline ? deadline->time_since_epoch().count() : -1;
  }

  std::string feed(const Event& event) {
    engine_.handle(now_, event);
    std::string text;
    std::vector<Action> actions = engine_.take_actions();
    for (std::size_t i = 0; i < actions.size(); ++i) {
      append(text, simulation::describe(actions[i]));
      const auto* start = std::get_if<Start>(&actions[i]);
      if (start != nullptr) attempts_[position(start->attempt.step)] = start->attempt.number;
      if (start == nullptr || starts_ == Starts::when_told) continue;
      engine_.handle(now_, Started{start->attempt});
      for (Action& action : engine_.take_actions()) actions.push_back(std::move(action));
    }
    return text;
  }

 private:
  /// Two requests are hardly apart here, so that nothing becomes due between them.
  static constexpr Duration one_request{1};
  static Limits quick(Limits limits) {
    if (limits.one_request == Limits{}.one_request) limits.one_request = one_request;
    return limits;
  }
  /// 1 for a step that was not started, or isn't there: that is the engine's to find.
  [[nodiscard]] Attempt latest(int step) const {
    const auto index = static_cast<std::size_t>(step);
    return {StepIndex(static_cast<std::uint32_t>(step)), index < attempts_.size() ? attempts_[index] : 1};
  }
  static void append(std::string& text, const std::string& more) {
    if (!text.empty() && !more.empty()) text += "; ";
    text += more;
  }

  Plan plan_;
  Engine engine_;
  Starts starts_;
  std::vector<std::uint32_t> attempts_ = std::vector<std::uint32_t>(plan_.steps.size(), 1);
  Instant now_{nanoseconds(0)};
};

}  // namespace dream::engine
