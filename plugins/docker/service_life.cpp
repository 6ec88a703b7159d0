#include "service_life.hpp"

#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "service_spec.hpp"
#include "sweep.hpp"

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
    : StepLife(executor, std::move(plan), std::move(observer), limits),
      next_look_(executor),
      log_turn_(executor, Clock::time_point::max()) {}

std::string ServiceLife::thing() const {
  return "its service " + service_name(plan_.name);
}

// ---- the life ---------------------------------------------------------------------------------------------

Async<LifeEnd> ServiceLife::live() {
  observer_->on_standing({.state = "connecting to " + plan_.endpoint.address});
  const Result<void> connected = co_await engine_.connect();
  if (!connected) co_return connected.failure();
  const Result<void> prepared = co_await prepare();
  if (stopping()) co_return stopped_early();
  if (!prepared) co_return prepared.failure();
  co_return co_await live_on_engine();
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
  const Authorization authorization = co_await logins_.find(plan_.options.image);
  if (!authorization.trouble.empty() && !stopping()) observer_->on_warning(authorization.trouble);
  node_authorization_ = authorization.header;
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

// ---- its end ----------------------------------------------------------------------------------------------

void ServiceLife::end_running() {
  changed_at_ = Clock::now();
  next_look_.cancel();
  send_signal();
}

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
  asio::co_spawn(engine_.executor(), send(std::static_pointer_cast<ServiceLife>(shared_from_this())),
                 unawaited);
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

}  // namespace dream::docker
