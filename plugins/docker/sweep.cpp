#include "sweep.hpp"

#include "container_plan.hpp"
#include "process_identity.hpp"

namespace dream::docker {

namespace {

bool is_orphan(const Listed& one) {
  const auto identity = one.labels.find(process_label);
  return identity != one.labels.end() && is_dead(identity->second);
}

}  // namespace

Async<void> sweep(Engine& engine) {
  const Result<std::vector<Listed>> containers = co_await engine.list(process_label);
  if (!containers) co_return;
  for (const Listed& container : *containers) {
    if (is_orphan(container)) static_cast<void>(co_await engine.remove(container.id));
  }
  const Result<std::vector<Listed>> networks = co_await engine.list_networks(process_label);
  if (!networks) co_return;
  for (const Listed& network : *networks) {
    if (is_orphan(network)) static_cast<void>(co_await engine.remove_network(network.id));
  }
}

Async<void> sweep_services(Engine& engine) {
  const Result<std::vector<Listed>> services = co_await engine.list_services(process_label);
  if (!services) co_return;
  for (const Listed& service : *services) {
    if (is_orphan(service)) static_cast<void>(co_await engine.remove_service(service.id));
  }
}

}  // namespace dream::docker
