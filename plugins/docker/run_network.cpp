#include "run_network.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <utility>

#include "service_spec.hpp"

namespace dream::docker {

namespace {

/// An overlay network is still known to the nodes for some seconds after its end, and the name is taken.
std::string fresh_name(const std::string& name) {
  static std::atomic<unsigned> count = 0;
  const std::string number = "-swarm" + std::to_string(++count);
  constexpr std::size_t run = 37;  // a dash and a UUID
  return short_name(name + number, run + number.size());
}

}  // namespace

std::shared_ptr<RunNetwork> RunNetwork::of(const std::string& address, const std::string& name, Reach reach) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<RunNetwork>> all;
  const std::scoped_lock lock(mutex);
  std::erase_if(all, [](const auto& known) { return known.second.expired(); });
  std::weak_ptr<RunNetwork>& known = all[address + '\n' + name + (reach == Reach::swarm ? "\nswarm" : "")];
  std::shared_ptr<RunNetwork> network = known.lock();
  if (network == nullptr) known = network = std::make_shared<RunNetwork>(name, reach);
  return network;
}

RunNetwork::Turn::Turn(std::shared_ptr<RunNetwork> network, const asio::any_io_executor& executor)
    : network_(std::move(network)),
      executor_(executor),
      call_(std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max())) {
  const std::scoped_lock lock(network_->mutex_);
  network_->queue_.push_back(this);
}

RunNetwork::Turn::~Turn() {
  const std::scoped_lock lock(network_->mutex_);
  const bool had_it = network_->queue_.front() == this;
  std::erase(network_->queue_, this);
  if (had_it && !network_->queue_.empty()) network_->queue_.front()->wake();
}

bool RunNetwork::Turn::is_first() const {
  const std::scoped_lock lock(network_->mutex_);
  return network_->queue_.front() == this;
}

/// Whoever is in the queue is alive, and so is its executor: it leaves the queue under the same lock.
void RunNetwork::Turn::wake() {
  asio::post(executor_, [call = std::weak_ptr(call_)] {
    if (const auto timer = call.lock()) timer->cancel();
  });
}

Async<void> RunNetwork::Turn::come() {
  // Woken between the two, it hears of it after the second: both are on this thread.
  if (!is_first()) co_await call_->async_wait(answered);
}

Async<Result<std::string>> RunNetwork::Turn::join(Engine& engine, std::map<std::string, std::string> labels) {
  ++network_->users_;
  if (network_->exists_) co_return network_->made_;
  const bool in_swarm = network_->reach_ == Reach::swarm;
  network_->made_ = in_swarm ? fresh_name(network_->name_) : network_->name_;
  const Result<void> made =
      co_await engine.create_network(network_->made_, in_swarm ? "overlay" : "bridge", labels);
  if (!made) co_return made.failure();
  network_->exists_ = true;
  co_return network_->made_;
}

Async<Result<void>> RunNetwork::Turn::leave(Engine& engine, Engine::Limit limit) {
  if (network_->users_ == 1) {
    const Result<bool> removed = co_await engine.remove_network(network_->made_, limit);
    if (!removed) co_return removed.failure();
    network_->exists_ = false;
  }
  --network_->users_;
  co_return Result<void>();
}

void RunNetwork::Turn::give_up() {
  // Who comes next asks the engine.
  if (--network_->users_ == 0) network_->exists_ = false;
}

}  // namespace dream::docker
