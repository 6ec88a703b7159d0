#include "sweep.hpp"

#include <map>

#include "container_plan.hpp"
#include "process_identity.hpp"

namespace dream::docker {

namespace {

/// What has no process of dream any more. One of many containers has much in common with the others.
class Orphans {
 public:
  bool contain(const Listed& one) {
    const auto identity = one.labels.find(process_label);
    if (identity == one.labels.end()) return false;
    const auto [known, is_new] = dead_.try_emplace(identity->second);
    if (is_new) known->second = is_dead(identity->second);
    return known->second;
  }

 private:
  std::map<std::string, bool> dead_;
};

}  // namespace

Async<void> sweep(Engine& engine) {
  const Result<std::vector<Listed>> containers = co_await engine.list(process_label);
  if (!containers) co_return;
  Orphans orphans;
  for (const Listed& container : *containers) {
    if (orphans.contain(container)) static_cast<void>(co_await engine.remove(container.id));
  }
  const Result<std::vector<Listed>> networks = co_await engine.list_networks(process_label);
  if (!networks) co_return;
  for (const Listed& network : *networks) {
    if (orphans.contain(network)) static_cast<void>(co_await engine.remove_network(network.id));
  }
}

Async<void> sweep_services(Engine& engine) {
  const Result<std::vector<Listed>> services = co_await engine.list_services(process_label);
  if (!services) co_return;
  Orphans orphans;
  for (const Listed& service : *services) {
    if (orphans.contain(service)) static_cast<void>(co_await engine.remove_service(service.id));
  }
}

}  // namespace dream::docker
