// How a Pod fares: what there is is asked for, and then told by a watch, until that ends.
#include <algorithm>
#include <csignal>
#include <utility>

#include "pod_life.hpp"

namespace dream::kubernetes {

namespace {

constexpr std::chrono::milliseconds between_looks{300};
/// A watch that has told nothing for so long is asked for anew: a connection may be dead without a word.
constexpr int watch_s = 240;

std::string reason_of_node(const Json& node) {
  const Json& conditions = json_at(node, {"status", "conditions"});
  if (!conditions.IsArray()) return {};
  for (const Json& condition : conditions.GetArray()) {
    if (json_text(condition, {"type"}) == "Ready" && json_text(condition, {"status"}) != "True")
      return json_text(condition, {"message"});
  }
  return {};
}

}  // namespace

Async<void> PodLife::watch() {
  while (watches()) {
    if (!co_await look() || !watches()) continue;
    const std::string path = events_.path_of("pods") + "?watch=1&timeoutSeconds=" + std::to_string(watch_s) +
                             "&fieldSelector=metadata.name%3D" + plan_.name +
                             "&resourceVersion=" + pod_.version;
    Watch events([this](const PodEvent& event) { take_event(event); });
    const Api::OnPiece on_piece = [&](std::string_view piece) -> Async<void> {
      events.take(std::string(piece));
      co_return;
    };
    // A node that is lost is told by nobody: its Pod only isn't ready any more.
    const Api::Limit silence = std::chrono::seconds(watch_s) + limits_.silence;
    const auto begin = Clock::now();
    const Result<void> followed = co_await events_.follow(path, "watch pods", on_piece, silence);
    if (!followed && watches()) co_await missed(followed.failure());
    if (followed && watches() && Clock::now() - begin < between_looks) {
      // A server that ends each watch at once isn't asked without a pause.
      pause_.expires_after(between_looks);
      co_await pause_.async_wait(answered);
    }
    if (pod_.unready && pod_.runs() && watches()) co_await look_at_node();
  }
  if (is_gone_ && !given_up_ && !log_ended_) {
    // What is left of its output ends with the container.
    log_turn_.cancel();
    log_limit_.expires_after(limits_.last_output);
    log_limit_.async_wait([self = weak_from_this()](const error_code& error) {
      const auto life = self.lock();
      if (!error && life != nullptr) life->end_output();
    });
  } else {
    end_output();
  }
}

/// False: it isn't known how it fares.
Async<bool> PodLife::look() {
  const Result<std::optional<std::string>> found = co_await events_.get(pod_path());
  if (!found) {
    co_await missed(found.failure());
    co_return false;
  }
  missed_since_.reset();
  if (std::exchange(absence_told_, false)) observer_->on_standing({.state = doing(pod_)});
  if (!*found) {
    is_gone_ = true;
  } else {
    take(read_pod(**found));
  }
  co_return true;
}

/// The container has ended, most likely, and the watch that would tell of that may be dead without a word.
Async<void> PodLife::look_as_the_log_ended() {
  const Result<std::optional<std::string>> found = co_await stream_.get(pod_path());
  if (!found || !watches()) co_return;
  if (*found) {
    take(read_pod(**found));
  } else {
    is_gone_ = log_ended_ = true;
  }
  if (!watches()) events_.close();
}

/// The server is gone, or refuses to tell: the step goes on without it.
Async<void> PodLife::missed(Failure failure) {
  const auto now = Clock::now();
  if (!missed_since_) missed_since_ = now;
  if (now - *missed_since_ >= limits_.silence && !std::exchange(absence_told_, true))
    observer_->on_warning(failure.message + ": " + plan_.step + " goes on, and dream tries again");
  if (now - *missed_since_ >= limits_.absence)
    end_ = sdk::Exit::lost(failure.message + ", for too long: " + thing() + " may still run");
  if (!watches()) co_return;
  pause_.expires_after(between_looks);
  co_await pause_.async_wait(answered);
}

/// One that comes back soon has lost nothing. Who may not look at nodes isn't told.
Async<void> PodLife::look_at_node() {
  const auto begin = Clock::now();
  while (watches() && pod_.unready && pod_.runs()) {
    const Result<std::optional<std::string>> found = co_await api_.get("/api/v1/nodes/" + pod_.node);
    if (!found) co_return;
    const std::string reason = *found ? reason_of_node(parse_json(**found)) : "it is gone";
    if (reason.empty()) co_return;
    if (Clock::now() - begin >= limits_.lost_node) {
      const std::string what = "the node " + pod_.node + " is lost: " + reason;
      end_ = sdk::Exit::failed_start({DREAM_E_FAILED, what, "kubectl get nodes shows the nodes"});
      co_return;
    }
    observer_->on_standing({.state = pod_.node + " doesn't answer: " + reason});
    told_.clear();
    pause_.expires_after(limits_.between_looks_at_node);
    co_await pause_.async_wait(answered);
    static_cast<void>(co_await look());
  }
}

void PodLife::take_event(const PodEvent& event) {
  if (!watches()) return;
  // One that has to begin anew: look() does.
  if (event.kind == PodEvent::Kind::error) return events_.close();
  take(event.pod);
  if (event.kind == PodEvent::Kind::deleted) is_gone_ = true;
  const bool node_may_be_lost = pod_.unready && pod_.runs() && !pod_.deleting;
  if (!watches() || node_may_be_lost) events_.close();
}

void PodLife::take(const PodState& pod) {
  pod_ = pod;
  if (pod.runs() || pod.terminated()) {
    const bool never_ran = pod.terminated() && std::holds_alternative<Failure>(end_of(pod));
    if (!never_ran && !std::exchange(started_, true)) {
      start_timer_.cancel();
      observer_->on_started();
      for (const auto& forwarder : forwarders_) forwarder->begin();
      log_turn_.cancel();
      // Asked to end while it wasn't known to run: nobody has told it yet.
      if (stopping()) delete_pod();
    }
  }
  if (pod.runs() && pod.has_ended()) wait_for_the_container();
  if (pod.init_name == copy_name && pod.init.kind == ContainerState::Kind::running && to_copy_) begin_copy();
  if (pod.ready && pod.runs() && !std::exchange(ready_, true) && plan_.wants_ready) observer_->on_ready();
  if (auto failure = never_runs(pod); failure && !end_) {
    failure->where = plan_.access.endpoint.address;
    end_ = *std::move(failure);
  }
  std::string now = doing(pod);
  if (now == told_) return;
  told_ = now;
  observer_->on_standing({.state = std::move(now)});
}

/// One that was never ready is still starting.
void PodLife::ask_health(const TellHealth& tell) {
  if (!ready_ || pod_.ready) return tell({});
  tell(Failure{DREAM_E_FAILED, pod_.why_unready.empty() ? "its Pod isn't ready" : pod_.why_unready});
}

/// Nothing tells how long a cluster takes to find a node.
void PodLife::wait_for_start() {
  start_timer_.expires_after(plan_.wait_limit);
  start_timer_.async_wait([self = weak_from_this()](const error_code& error) {
    const auto life = self.lock();
    if (error || life == nullptr || life->started_ || !life->watches()) return;
    life->end_ = Failure{DREAM_E_FAILED,
                         "its Pod didn't start in " + std::to_string(life->plan_.wait_limit.count()) +
                             " s: it " + doing(life->pod_),
                         "kubectl get events shows more; `waitLimit` says how long it may take",
                         life->plan_.access.endpoint.address};
    life->events_.close();
    life->pause_.cancel();
  });
}

/// A node may tell of the end of a Pod (DeadlineExceeded), and never of that of its container.
void PodLife::wait_for_the_container() {
  if (container_timer_.expiry() != Clock::time_point::max()) return;
  container_timer_.expires_after(std::chrono::seconds(grace_seconds(plan_)) + limits_.last_state);
  container_timer_.async_wait([self = weak_from_this()](const error_code& error) {
    const auto life = self.lock();
    if (error || life == nullptr || !life->watches()) return;
    life->left_alone_ = true;
    life->events_.close();
    life->pause_.cancel();
  });
}

life::LifeEnd PodLife::end_of_life() const {
  if (end_) return *end_;
  if (is_over()) {
    life::LifeEnd end = end_of(pod_);
    auto* exit = std::get_if<sdk::Exit>(&end);
    if (exit != nullptr && pod_.deleting && !stopping() && exit->text.empty())
      exit->text = "somebody has deleted its Pod";
    return end;
  }
  if (given_up_ && !is_gone_)
    return sdk::Exit::lost("the cluster doesn't tell of the end of " + thing() + " (" +
                           plan_.access.endpoint.address + ")");
  if (!stopping()) return Failure{DREAM_E_FAILED, "somebody has deleted its Pod"};
  if (!started_) return stopped_early();
  sdk::Exit exit = sdk::Exit::signal(signal_);
  if (!log_ended_) exit.text = "the node " + pod_.node + " may still be ending it";
  return exit;
}

}  // namespace dream::kubernetes
