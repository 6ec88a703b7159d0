#include <utility>

#include "runtime/driver.hpp"
#include "runtime/socket_path.hpp"

// How it is found out whether the steps of a run are ready, and stay healthy.

namespace dream::runtime {

probe::Subject Driver::subject_of(Running& running) const {
  const auto run = [this, attempt = running.attempt]() -> Result<plugin::Run*> {
    const Running* asked = this->running(attempt);
    if (asked == nullptr || !asked->run) return Error{ErrorCode::unsupported, "it doesn't run", {}, {}};
    return asked->run.get();
  };
  const auto inside = [run](const std::vector<std::string>& argv, Duration limit,
                            plugin::OnInside end) -> Result<void> {
    const Result<plugin::Run*> asked = run();
    return asked ? (*asked)->run_inside(argv, limit, std::move(end)) : asked.error();
  };
  const auto health = [run](Duration limit, plugin::OnHealth tell) -> Result<void> {
    const Result<plugin::Run*> asked = run();
    return asked ? (*asked)->ask_health(limit, std::move(tell)) : asked.error();
  };
  const prepare::PreparedStep& step = prepared_[position(running.attempt.step)];
  const bool elsewhere = step.executor != nullptr && step.executor->reaches_inside();
  return {.context = session_.context(),
          .clock = clock_,
          .supervisor = session_.supervisor(),
          .pid = [&running] { return pid_of(running); },
          .directory = step.task.directory,
          .environment = running.environment,
          .notify = running.notify.get(),
          .detail = [this, step = running.attempt.step] { return detail_of(step); },
          .inside = elsewhere ? probe::RunInside(inside) : nullptr,
          .health = health};
}

probe::Prober::Time Driver::time_of(Running& running) {
  if (!running.next_try) running.next_try = clock_.make_alarm();
  return {.now = [this] { return clock_.now(); },
          .call_at =
              [this, attempt = running.attempt](Instant moment, std::function<void()> call) {
                const Running* probed = this->running(attempt);
                if (probed != nullptr) probed->next_try->set(moment, std::move(call));
              }};
}

Result<void> Driver::open_notify_socket(Running& running, plugin::TaskSpec& task) {
  const Result<std::string> path = new_socket_path(plugin::own_lookup());
  if (!path) return path.error();
  auto socket =
      probe::NotifySocket::open(session_.context(), *path, [this, attempt = running.attempt](Duration time) {
        feed(engine::MoreTime{attempt, time});
      });
  if (!socket) return socket.error();
  running.notify = std::move(*socket);
  const std::optional<Health>& health = plan_.steps[position(running.attempt.step)].health;
  const bool says_that_it_lives = health && std::holds_alternative<NotifyProbe>(health->probe);
  task.environment = running.notify->added_to(
      *task.environment, says_that_it_lives ? std::optional(health->every) : std::nullopt);
  return {};
}

std::unique_ptr<probe::Prober> Driver::make_prober(Running& running) {
  const Attempt attempt = running.attempt;
  return std::make_unique<probe::Prober>(
      plan_.steps[position(attempt.step)].ready, subject_of(running), time_of(running),
      probe::Prober::Tell{.ready = [this, attempt] { feed(engine::Ready{attempt}); },
                          .never_ready =
                              [this, attempt](Error error) {
                                feed(engine::NeverReady{attempt, std::move(error)});
                              },
                          .warn =
                              [this, attempt](const std::string& text) {
                                session_.log().write(
                                    LogLevel::warning,
                                    to_string(plan_.steps[position(attempt.step)].id) + ": " + text);
                              }});
}

void Driver::begin_probing(Attempt attempt) {
  Running* probed = running(attempt);
  if (probed != nullptr && probed->prober) probed->prober->begin();
}

void Driver::end_probing(Attempt attempt) {
  Running* probed = running(attempt);
  if (probed == nullptr) return;
  probed->prober.reset();
  probed->next_try->cancel();
  if (probed->kept_ready) exited(attempt, *std::exchange(probed->kept_ready, std::nullopt));
}

void Driver::begin_health(Attempt attempt) {
  Running* watched = running(attempt);
  if (watched == nullptr) return;
  watched->health = std::make_unique<probe::HealthWatch>(
      *plan_.steps[position(attempt.step)].health, subject_of(*watched), time_of(*watched),
      probe::HealthWatch::Tell{.unhealthy =
                                   [this, attempt](std::string why) {
                                     feed(engine::Unhealthy{attempt, std::move(why)});
                                   },
                               .healthy = [this, attempt] { feed(engine::Healthy{attempt}); }});
}

void Driver::end_health(Attempt attempt) {
  Running* watched = running(attempt);
  if (watched == nullptr) return;
  watched->health.reset();
  watched->next_try->cancel();
}

engine::Found Driver::found(StepIndex step) const {
  const std::unique_ptr<Running>& running = running_[position(step)];
  if (!running || !running->prober) return {};
  return {session_.masked(running->prober->found()), running->prober->tries()};
}

}  // namespace dream::runtime
