#include "reaper.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "container_plan.hpp"
#include "engine.hpp"

namespace dream::docker {

namespace {

/// An engine that was asked for a container just before may come up with it only now.
constexpr int quiet_looks = 5;
constexpr std::chrono::milliseconds between_looks{100};

/// Services before their containers, which those make, and containers before their network; whether something
/// was found.
Async<Result<bool>> remove_found(Engine& engine, const std::string& label) {
  const auto services = co_await engine.list_services(label);
  if (!services) co_return services.failure();
  for (const Listed& service : *services) {
    const Result<void> removed = co_await engine.remove_service(service.id);
    if (!removed) co_return removed.failure();
  }
  const auto containers = co_await engine.list(label);
  if (!containers) co_return containers.failure();
  for (const Listed& container : *containers) {
    const Result<void> removed = co_await engine.remove(container.id);
    if (!removed) co_return removed.failure();
  }
  const auto networks = co_await engine.list_networks(label);
  if (!networks) co_return networks.failure();
  bool found = !services->empty() || !containers->empty();
  for (const Listed& network : *networks) {
    // One that came up with a container meanwhile goes after that.
    const Result<bool> removed = co_await engine.remove_network(network.id);
    if (!removed && !found) co_return removed.failure();
    // An overlay network that is gone from the swarm is listed until its last container is gone.
    found = found || !removed || *removed;
  }
  co_return found;
}

Async<Result<void>> remove_all(Engine& engine, std::string session, std::chrono::milliseconds patience) {
  Result<void> connected = co_await engine.connect(patience);
  if (!connected) co_return connected;
  const std::string label = std::string(run_label) + "=" + session;
  for (int quiet = 0; quiet < quiet_looks; ++quiet) {
    const Result<bool> found = co_await remove_found(engine, label);
    if (!found) co_return found.failure();
    if (*found) quiet = -1;
    asio::steady_timer pause(engine.executor(), between_looks);
    co_await pause.async_wait(answered);
  }
  co_return Result<void>();
}

}  // namespace

std::chrono::milliseconds patience_with(const Endpoint& endpoint) {
  return endpoint.is_local() ? std::chrono::seconds(3) : std::chrono::seconds(5);
}

Result<void> remove_all_of(const std::string& session, const Endpoint& endpoint,
                           std::chrono::milliseconds limit, std::chrono::milliseconds patience) {
  asio::io_context context(1);
  Engine engine(context.get_executor(), endpoint);
  std::optional<Result<void>> result = complete(context, remove_all(engine, session, patience), limit);
  if (result) return *std::move(result);
  return Failure{DREAM_E_FAILED, "the container engine takes too long to remove containers", "",
                 endpoint.address};
}

}  // namespace dream::docker
