#include "step_life.hpp"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): signal numbers

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <utility>

#include "removal.hpp"

namespace dream::docker {

std::string short_id(const std::string& id) {
  constexpr std::size_t shown = 12;
  return id.substr(0, shown);
}

StepLife::StepLife(const asio::any_io_executor& executor, ContainerPlan plan,
                   std::shared_ptr<LifeObserver> observer, LifeLimits limits)
    : plan_(std::move(plan)),
      observer_(std::move(observer)),
      engine_(executor, plan_.endpoint),
      stream_(executor, plan_.endpoint),
      logins_(executor, plan_.docker_configuration, limits.helper),
      limits_(limits),
      program_(observer_) {}

void StepLife::begin() {
  const auto whole = [](std::shared_ptr<StepLife> self) -> Async<LifeEnd> {
    LifeEnd end = co_await self->live();
    // Who was asked to end before it ran has not failed.
    if (std::holds_alternative<Failure>(end) && self->stopping()) end = self->stopped_early();
    // And what has run didn't fail to start, whatever is told of it then.
    const auto* failure = std::get_if<Failure>(&end);
    if (failure != nullptr && self->program_.confirmed()) end = sdk::Exit::failed_start(Failure(*failure));
    self->stage_ = Stage::over;
    co_return end;
  };
  life::begin_life(engine_.executor(), observer_, whole(shared_from_this()));
}

void StepLife::terminate(sdk::Urgency urgency) {
  if (stage_ == Stage::over || (stopping() && urgency == sdk::Urgency::graceful)) return;
  signal_ = urgency == sdk::Urgency::force ? SIGKILL : plan_.stop_signal;
  // Creating and starting is waited for, so that nothing is left behind.
  if (stage_ == Stage::preparing) break_off();
  if (stage_ == Stage::running) end_running();
  if (urgency != sdk::Urgency::force || std::exchange(forced_, true)) return;
  const auto timer = std::make_shared<asio::steady_timer>(engine_.executor(), limits_.force);
  timer->async_wait([self = weak_from_this(), timer](const error_code&) {
    const auto life = self.lock();
    if (life == nullptr || life->stage_ == Stage::over) return;
    life->given_up_ = true;
    life->engine_.close();
    life->stream_.close();
  });
}

/// The engine can't end a command: one that was given up may still run, and no other is started beside it.
void StepLife::run_inside(const std::vector<std::string>& argv, std::chrono::milliseconds limit,
                          const std::function<void(Result<CommandOutcome>)>& tell) {
  const auto whole = [](std::shared_ptr<StepLife> self, std::vector<std::string> words,
                        std::chrono::milliseconds most,
                        std::function<void(Result<CommandOutcome>)> told) -> Async<void> {
    const auto engine = std::make_shared<Engine>(self->engine_.executor(), self->plan_.endpoint);
    engine->speak_like(self->engine_);
    asio::steady_timer alarm(self->engine_.executor());
    const auto late = std::make_shared<bool>(false);
    if (most > std::chrono::milliseconds::zero()) {
      alarm.expires_after(most);
      alarm.async_wait([engine, late](const error_code& error) {
        *late = !error;
        if (*late) engine->close();
      });
    }
    if (!self->given_up_command_.empty()) {
      const Result<bool> runs = co_await engine->command_runs(self->given_up_command_);
      if (!runs) co_return told(runs.failure());
      if (*runs) co_return told(Failure{DREAM_E_FAILED, "the command before it still runs"});
      self->given_up_command_.clear();
    }
    const Result<std::string> command = co_await engine->create_command(self->id_, words);
    if (!command) co_return told(command.failure());
    Result<CommandOutcome> outcome = co_await engine->run_command(*command);
    alarm.cancel();
    if (*late) self->given_up_command_ = *command;
    told(std::move(outcome));
  };
  if (stage_ != Stage::running) return tell(Failure{DREAM_E_STALE, "its container doesn't run"});
  asio::co_spawn(engine_.executor(), whole(shared_from_this(), argv, limit, tell), unawaited);
}

void StepLife::break_off() {
  engine_.close();
  logins_.close();
}

sdk::Exit StepLife::stopped_early() const {
  sdk::Exit exit = sdk::Exit::signal(signal_);
  exit.text = "stopped before its container ran";
  return exit;
}

std::string StepLife::stop_signal() const {
  if (signal_ != SIGKILL && plan_.own_signal && !image_.stop_signal.empty()) return image_.stop_signal;
  return std::to_string(signal_);
}

Async<LifeEnd> StepLife::live_on_engine() {
  stage_ = Stage::creating;
  const Result<void> created = co_await create();
  LifeEnd end = stopped_early();
  if (!created) end = created.failure();
  if (created && !stopping()) end = co_await run();
  Removal removal(engine_, limits_.removal, [this] { return forced_; });
  const Removal::Step step = [this](Engine::Limit limit) { return remove_what_is_there(limit); };
  const std::string left = co_await removal.run(thing(), step, std::move(network_), plan_.network);
  if (!left.empty()) observer_->on_left_behind(left);
  co_return end;
}

Async<Result<void>> StepLife::join_network() {
  if (!plan_.shares_network) co_return Result<void>();
  auto network = RunNetwork::of(plan_.endpoint.address, plan_.network,
                                plan_.options.swarm ? RunNetwork::Reach::swarm : RunNetwork::Reach::engine);
  RunNetwork::Turn turn(network, engine_.executor());
  co_await turn.come();
  if (stopping()) co_return Result<void>();
  network_ = std::move(network);
  std::map<std::string, std::string> labels;
  for (const char* name : {run_label, process_label}) labels[name] = plan_.labels.at(name);
  const Result<std::string> joined = co_await turn.join(engine_, std::move(labels));
  if (!joined) co_return joined.failure();
  plan_.network = *joined;
  co_return Result<void>();
}

Async<Result<void>> StepLife::remove_what_is_there(Engine::Limit limit) {
  if (!id_.empty()) co_return co_await remove(id_, limit);
  // An engine that went while it was asked to create it may have done so. Never by its name: that may be
  // somebody else's.
  const std::string label = std::string(run_label) + "=" + plan_.labels.at(run_label);
  const Result<std::vector<Listed>> all = co_await list(label, limit);
  if (!all) co_return all.failure();
  for (const Listed& one : *all) {
    const auto step = one.labels.find(step_label);
    if (step == one.labels.end() || step->second != plan_.step) continue;
    Result<void> removed = co_await remove(one.id, limit);
    if (!removed) co_return removed;
  }
  co_return Result<void>();
}

}  // namespace dream::docker
