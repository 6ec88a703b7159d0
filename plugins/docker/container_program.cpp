// The part of a container's life in which its program comes to run, and gets healthy.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "container_life.hpp"

namespace dream::docker {

/// With an init, its start says nothing about the program.
Async<void> ContainerLife::await_program() {
  constexpr std::chrono::milliseconds longest_pause{500};
  std::chrono::milliseconds pause{5};
  asio::steady_timer timer(engine_.executor());
  while (!program_.confirmed() && !given_up_) {
    const Result<bool> runs = co_await engine_.runs_program(id_);
    if (given_up_) co_return;
    if (!runs) {
      // It has ended, which the engine tells next, or this can't be known.
      const Result<ContainerState> state = co_await engine_.inspect(id_);
      if (!state || state->status == "running") program_.confirm();
      co_return;
    }
    if (*runs) {
      program_.confirm();
      co_return;
    }
    timer.expires_after(pause);
    co_await timer.async_wait(answered);
    pause = std::min(2 * pause, longest_pause);
  }
}

/// As often as dream's own probes try, and as long. Of its time only the pauses count: dream's own clock
/// leaves out how long a whole run was stopped (Ctrl-Z).
Async<void> ContainerLife::await_health() {
  constexpr std::chrono::milliseconds shortest_pause{10};
  constexpr std::chrono::milliseconds longest_pause{500};
  Engine engine(engine_.executor(), plan_.endpoint);
  engine.speak_like(engine_);
  asio::steady_timer timer(engine_.executor());
  std::chrono::milliseconds waited{0};
  while (stage_ == Stage::running && !code_) {
    const Result<ContainerState> state = co_await engine.inspect(id_);
    if (!state || stage_ != Stage::running || code_) co_return;
    tell_health(*state);
    if (state->health == "healthy") {
      program_.confirm();
      observer_->on_ready();
      co_return;
    }
    if (plan_.ready_limit.count() > 0 && waited >= plan_.ready_limit) co_return;
    const std::chrono::milliseconds pause = std::clamp(waited / 10, shortest_pause, longest_pause);
    timer.expires_after(pause);
    co_await timer.async_wait(answered);
    waited += pause;
  }
}

/// A check that hasn't come to an end yet says nothing against it.
void ContainerLife::ask_health(const TellHealth& tell) {
  const auto whole = [](std::shared_ptr<ContainerLife> self, TellHealth told) -> Async<void> {
    Engine engine(self->engine_.executor(), self->plan_.endpoint);
    engine.speak_like(self->engine_);
    const Result<ContainerState> state = co_await engine.inspect(self->id_);
    if (!state) co_return told(state.failure());
    if (state->health == "healthy" || state->health == "starting") co_return told({});
    told(Failure{DREAM_E_FAILED, state->check.empty() ? "its health check fails" : state->check});
  };
  asio::co_spawn(engine_.executor(), whole(std::static_pointer_cast<ContainerLife>(shared_from_this()), tell),
                 unawaited);
}

/// Who waits is to see why. An engine that has called a container unhealthy goes on asking it.
void ContainerLife::tell_health(const ContainerState& state) {
  std::string words = health_words(state);
  if (words == health_) return;
  health_ = std::move(words);
  observer_->on_standing(
      {.id = short_id(id_), .state = state.status, .health = health_, .restarts = state.restarts});
  if (state.health == "unhealthy" && !std::exchange(told_unhealthy_, true))
    observer_->on_warning(plan_.step + " is " + health_ +
                          "; dream waits until it is healthy, or its readyTimeout has passed");
}

}  // namespace dream::docker
