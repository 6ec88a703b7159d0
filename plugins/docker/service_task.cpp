// How the task of a service fares, from the queue for a node to its end. The swarm tells nobody of it who
// doesn't ask.
#include <signal.h>  // NOLINT(modernize-deprecated-headers): signal numbers

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <string_view>
#include <utility>

#include "failures.hpp"
#include "service_life.hpp"

namespace dream::docker {

namespace {

using namespace asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace): &&

/// What stands behind the code in "task: non-zero exit (143): dockerexec: unhealthy container".
std::string reason_in(const std::string& error) {
  constexpr std::string_view before = "): ";
  const std::size_t at = error.find(before);
  if (!error.starts_with("task: non-zero exit (") || at == std::string::npos) return {};
  const std::string reason = error.substr(at + before.size());
  return reason.find("unhealthy container") == std::string::npos
             ? reason
             : "the swarm ended it: its health check fails";
}

}  // namespace

Async<LifeEnd> ServiceLife::follow_task() {
  stage_ = Stage::running;
  changed_at_ = node_seen_at_ = Clock::now();
  co_await (follow_output() && watch());
  if (given_up_) co_return given_up();
  if (end_) co_return *end_;
  if (!task_.container.empty()) co_await read_rest();
  LifeEnd end = end_of_task();
  if (std::holds_alternative<sdk::Exit>(end) && task_.code) program_.confirm();
  co_return end;
}

Async<void> ServiceLife::watch() {
  constexpr std::chrono::milliseconds shortest_pause{20};
  constexpr std::chrono::milliseconds longest_pause{500};
  while (true) {
    co_await look();
    if (end_ || given_up_ || task_.is_over()) break;
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - changed_at_);
    next_look_.expires_after(std::clamp(waited / 10, shortest_pause, longest_pause));
    co_await next_look_.async_wait(answered);
  }
  stream_.close();
  open_log();
}

Async<void> ServiceLife::look() {
  Result<std::optional<SwarmTask>> seen = std::optional<SwarmTask>();
  if (task_.id.empty()) {
    seen = co_await engine_.first_task(id_);
  } else {
    seen = co_await engine_.task(task_.id);
  }
  if (given_up_) co_return;
  if (seen) refused_since_.reset();
  if (!seen) {
    if (!refused_since_) refused_since_ = Clock::now();
    if (Clock::now() - *refused_since_ >= limits_.refusal) end_ = sdk::Exit::failed_start(seen.failure());
  } else if (*seen) {
    take(**std::move(seen));
    co_await look_at_node();
    co_await look_for_program();
  } else if (!task_.id.empty()) {
    end_ = sdk::Exit::failed_start(
        {DREAM_E_FAILED, "somebody has removed its service from the swarm", "", plan_.endpoint.address});
  }
  if (!end_ && stopping() && task_.container.empty() && !task_.is_over()) end_ = stopped_early();
}

void ServiceLife::take(SwarmTask task) {
  if (task.state != task_.state) changed_at_ = Clock::now();
  task_ = std::move(task);
  if (auto failure = no_node_suits()) end_ = *std::move(failure);
  if (!task_.container.empty() && !log_is_open_) open_log();
  if (!task_.container.empty() && !task_.is_over() && std::exchange(signal_missed_, false)) send_signal();
}

/// Its name, once; and from time to time whether it is still there.
Async<void> ServiceLife::look_at_node() {
  const bool is_due = !task_.is_over() && task_.node != own_node_ &&
                      Clock::now() - node_seen_at_ > limits_.between_looks_at_node;
  if (!task_.node.empty() && (node_name_.empty() || is_due)) {
    const Result<SwarmNode> found = co_await engine_.swarm_node(task_.node);
    node_seen_at_ = Clock::now();
    node_name_ = found && !found->name.empty() ? found->name : task_.node;
    if (found && found->is_down && task_.node != own_node_ && !task_.is_over())
      end_ = sdk::Exit::failed_start({DREAM_E_FAILED, node() + " of the swarm is down",
                                      "docker node ls shows the nodes", plan_.endpoint.address});
  }
  std::string now = task_.container + doing();
  if (now == told_) co_return;
  told_ = std::move(now);
  observer_->on_standing({.id = short_id(task_.container), .state = doing()});
}

/// A task that runs may only have its init yet; of another node's nobody can tell.
Async<void> ServiceLife::look_for_program() {
  const bool runs = task_.state == "running";
  if (!program_.confirmed() && is_here() && !task_.is_over() && plan_.options.init) {
    const Result<bool> found = co_await engine_.runs_program(task_.container);
    bool is_there = found && *found;
    if (!found) {
      // It has ended, which the swarm tells next, or this can't be known.
      const Result<ContainerState> state = co_await engine_.inspect(task_.container);
      is_there = runs && (!state || state->status == "running");
    }
    if (is_there) program_.confirm();
  } else if (runs) {
    program_.confirm();
  }
  // With a health check it is running once that has passed.
  if (!runs || !plan_.wants_ready || std::exchange(ready_, true)) co_return;
  program_.confirm();
  observer_->on_ready();
}

/// Nobody waits in a queue for it, since it reserves nothing.
std::optional<Failure> ServiceLife::no_node_suits() {
  if (task_.state != "pending" || task_.error.empty()) {
    without_node_since_.reset();
    return std::nullopt;
  }
  if (!without_node_since_) without_node_since_ = Clock::now();
  if (Clock::now() - *without_node_since_ < limits_.no_node) return std::nullopt;
  return Failure{DREAM_E_FAILED, "the swarm finds no node for it: " + task_.error,
                 "docker node ls shows the nodes; correct `constraints` or `ports`, or let another node join",
                 plan_.endpoint.address};
}

LifeEnd ServiceLife::end_of_task() const {
  if (const auto failure = program_.failure(); failure && task_.code) return *failure;
  const bool not_started =
      task_.message == "starting" && task_.error.starts_with("starting container failed");
  if (!task_.code || not_started) {
    if (stopping()) return stopped_early();
    const std::string why = task_.error.empty() ? "it is " + task_.state : task_.error;
    return refused(plan_.endpoint, "run its task on " + node(), 0, why);
  }
  sdk::Exit exit = sdk::Exit::code(*task_.code & 0xff);
  if (*task_.code == 0 || stopping()) return exit;
  exit.text = reason_in(task_.error);
  if (*task_.code == killed_code && plan_.options.memory > 0 && exit.text.empty())
    exit.text = "its container was killed, perhaps as it ran out of memory; raise `memory`";
  return exit;
}

sdk::Exit ServiceLife::given_up() const {
  if (!swarm_was_asked_)
    return sdk::Exit::lost("the container engine doesn't end the task of " + plan_.step + " (" +
                           plan_.endpoint.address + "); look into its log");
  sdk::Exit exit = sdk::Exit::signal(SIGKILL);
  exit.text = node() + " still runs it: the swarm kills it after its grace of " +
              std::to_string(plan_.grace.count()) + " ms";
  return exit;
}

std::string ServiceLife::doing() const {
  const std::string reason = task_.error.empty() ? "" : ": " + task_.error;
  if (task_.node.empty()) return "waits for a node" + reason;
  if (task_.state == "preparing") return node() + " gets its image and its network";
  if (task_.state == "running") return "running on " + node();
  if (task_.is_over()) return task_.state + " on " + node() + reason;
  return task_.state + " on " + node();
}

std::string ServiceLife::node() const {
  return "the node " + (node_name_.empty() ? task_.node : node_name_);
}

}  // namespace dream::docker
