#include "service_life.hpp"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): signal numbers

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>
#include <utility>

#include "container_life.hpp"
#include "process_identity.hpp"
#include "removal.hpp"
#include "service_spec.hpp"

namespace dream::docker {

namespace {

/// Only a manager of a swarm takes services.
Result<void> check_member(const SwarmMember& member, const Endpoint& endpoint) {
  if (member.is_manager) return {};
  const auto failure = [&](std::string message, std::string hint) {
    return Failure{DREAM_E_FAILED, std::move(message), std::move(hint), endpoint.address};
  };
  if (member.state == "active")
    return failure("the container engine is a worker of its swarm, and only managers take services",
                   "name a manager in `host`: \"ssh://user@manager\"");
  if (member.state == "locked")
    return failure("the swarm of the container engine is locked", "docker swarm unlock");
  if (member.state.empty() || member.state == "inactive")
    return failure("the container engine is in no swarm",
                   "docker swarm init makes one of this engine; docker swarm join adds it to another one");
  return failure("the container engine is not in its swarm: it is " + member.state, "docker info says why");
}

}  // namespace

ServiceLife::ServiceLife(const asio::any_io_executor& executor, ContainerPlan plan,
                         std::shared_ptr<LifeObserver> observer, LifeLimits limits)
    : plan_(std::move(plan)),
      observer_(std::move(observer)),
      engine_(executor, plan_.endpoint),
      stream_(executor, plan_.endpoint),
      authorization_(executor, plan_.docker_configuration, limits.helper),
      limits_(limits),
      program_(observer_),
      next_look_(executor),
      log_turn_(executor, Clock::time_point::max()) {}

void ServiceLife::begin() {
  const auto whole = [](std::shared_ptr<ServiceLife> self) -> Async<void> {
    LifeEnd end = co_await self->live();
    // Who was asked to end before it ran has not failed.
    if (std::holds_alternative<Failure>(end) && self->stopping()) end = self->stopped_early();
    self->stage_ = Stage::over;
    self->observer_->on_end(std::move(end));
  };
  asio::co_spawn(engine_.executor(), whole(shared_from_this()), asio::detached);
}

void ServiceLife::terminate(sdk::Urgency urgency) {
  if (stage_ == Stage::over || (stopping() && urgency == sdk::Urgency::graceful)) return;
  signal_ = urgency == sdk::Urgency::force ? SIGKILL : plan_.stop_signal;
  if (stage_ == Stage::preparing) {
    engine_.close();
    authorization_.close();
  }
  if (stage_ == Stage::running) {
    changed_at_ = Clock::now();
    next_look_.cancel();
    send_signal();
  }
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

sdk::Exit ServiceLife::stopped_early() const {
  sdk::Exit exit = sdk::Exit::signal(signal_);
  exit.text = "stopped before its container ran";
  return exit;
}

// ---- the life ---------------------------------------------------------------------------------------------

Async<LifeEnd> ServiceLife::live() {
  observer_->on_standing({.state = "connecting to " + plan_.endpoint.address});
  const Result<void> connected = co_await engine_.connect();
  if (!connected) co_return connected.failure();
  const Result<void> prepared = co_await prepare();
  if (stopping()) co_return stopped_early();
  if (!prepared) co_return prepared.failure();
  co_return co_await live_in_swarm();
}

Async<Result<void>> ServiceLife::prepare() {
  const Result<SwarmMember> member = co_await engine_.swarm_member();
  if (!member) co_return member.failure();
  if (Result<void> checked = check_member(*member, plan_.endpoint); !checked) co_return checked;
  own_node_ = member->node;
  co_await sweep_services(engine_);
  co_await sweep(engine_);
  if (stopping()) co_return Result<void>();
  // The nodes pull it; of one that isn't here nothing is known.
  const Result<std::optional<Image>> found = co_await engine_.find_image(plan_.options.image);
  if (!found) co_return found.failure();
  image_ = found->value_or(Image{});
  if (*found || plan_.options.health_check) {
    if (Result<void> can_get_ready = check_readiness(plan_, image_); !can_get_ready) co_return can_get_ready;
  }
  const Authorization authorization = co_await authorization_.find(plan_.options.image);
  if (!authorization.trouble.empty() && !stopping()) observer_->on_warning(authorization.trouble);
  node_authorization_ = authorization.header;
  co_return Result<void>();
}

Async<LifeEnd> ServiceLife::live_in_swarm() {
  stage_ = Stage::creating;
  const Result<void> created = co_await create();
  LifeEnd end = stopped_early();
  if (!created) end = created.failure();
  if (created && !stopping()) end = co_await follow_task();
  Removal removal(engine_, limits_.removal, [this] { return forced_; });
  const Removal::Step step = [this](Engine::Limit limit) { return remove(limit); };
  const std::string left = co_await removal.run("its service " + service_name(plan_.name), step,
                                                std::move(network_), plan_.network);
  if (!left.empty()) observer_->on_left_behind(left);
  co_return end;
}

Async<Result<void>> ServiceLife::join_network() {
  if (!plan_.shares_network) co_return Result<void>();
  auto network = RunNetwork::of(plan_.endpoint.address, plan_.network, RunNetwork::Reach::swarm);
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

Async<Result<void>> ServiceLife::create() {
  observer_->on_standing({.state = "creating its service"});
  if (Result<void> joined = co_await join_network(); !joined || stopping()) co_return joined;
  program_.expect(program_of(plan_, image_));
  const Result<std::string> id =
      co_await engine_.create_service(service_spec(plan_, image_), node_authorization_);
  if (!id) co_return id.failure();
  id_ = *id;
  co_return Result<void>();
}

Async<Result<void>> ServiceLife::remove(Engine::Limit limit) {
  if (!id_.empty()) co_return co_await engine_.remove_service(id_, limit);
  // An engine that went while it was asked to create it may have done so. Never by its name: that may be
  // somebody else's.
  const Result<std::vector<Listed>> all =
      co_await engine_.list_services(std::string(run_label) + "=" + plan_.labels.at(run_label), limit);
  if (!all) co_return all.failure();
  for (const Listed& service : *all) {
    const auto step = service.labels.find(step_label);
    if (step == service.labels.end() || step->second != plan_.step) continue;
    Result<void> removed = co_await engine_.remove_service(service.id, limit);
    if (!removed) co_return removed;
  }
  co_return Result<void>();
}

// ---- its end ----------------------------------------------------------------------------------------------

void ServiceLife::send_signal() {
  if (task_.container.empty()) {
    // Nothing has to be ended but the service, or the answer that tells of one is on its way.
    signal_missed_ = true;
    return;
  }
  const auto send = [](std::shared_ptr<ServiceLife> self) -> Async<void> {
    Engine engine(self->engine_.executor(), self->plan_.endpoint);
    engine.speak_like(self->engine_);
    if (self->is_here()) {
      co_await self->signal_container(engine);
    } else {
      co_await self->ask_swarm_to_end(engine);
    }
  };
  asio::co_spawn(engine_.executor(), send(shared_from_this()), asio::detached);
}

Async<void> ServiceLife::signal_container(Engine& engine) {
  Result<bool> sent = co_await engine.kill(task_.container, stop_signal());
  // An image that was put together by hand may name one that its engine doesn't know.
  if (!sent) sent = co_await engine.kill(task_.container, std::to_string(signal_));
  signal_missed_ = sent && !*sent;
  if (!sent && stage_ != Stage::over) observer_->on_warning(sent.failure().message);
}

/// With the signal and the grace that it was created with: the swarm takes no others for a task that runs.
Async<void> ServiceLife::ask_swarm_to_end(Engine& engine) {
  if (std::exchange(swarm_was_asked_, true)) co_return;
  const Result<void> asked = co_await engine.update_service(id_, ending_service_spec(plan_, image_));
  if (asked) co_return;
  swarm_was_asked_ = false;
  if (stage_ != Stage::over) observer_->on_warning(asked.failure().message);
}

/// The image's own where dream.json names none.
std::string ServiceLife::stop_signal() const {
  if (signal_ != SIGKILL && plan_.own_signal && !image_.stop_signal.empty()) return image_.stop_signal;
  return std::to_string(signal_);
}

Async<void> sweep_services(Engine& engine) {
  const Result<std::vector<Listed>> services = co_await engine.list_services(process_label);
  if (!services) co_return;
  for (const Listed& service : *services) {
    const auto identity = service.labels.find(process_label);
    if (identity != service.labels.end() && is_dead(identity->second))
      static_cast<void>(co_await engine.remove_service(service.id));
  }
}

}  // namespace dream::docker
