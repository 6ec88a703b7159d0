#include "pod_life.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <csignal>
#include <utility>

namespace dream::kubernetes {

namespace {

using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)

}  // namespace

PodLife::PodLife(const asio::any_io_executor& executor, std::shared_ptr<Login> login, PodPlan plan,
                 std::shared_ptr<life::LifeObserver> observer, PodLimits limits)
    : plan_(std::move(plan)),
      observer_(std::move(observer)),
      limits_(limits),
      login_(std::move(login)),
      api_(executor, login_),
      events_(executor, login_),
      stream_(executor, login_),
      copy_turn_(executor),
      pause_(executor),
      start_timer_(executor),
      container_timer_(executor, Clock::time_point::max()),
      log_turn_(executor, Clock::time_point::max()),
      log_limit_(executor) {
  api_.be_patient(std::chrono::milliseconds(0), limits_.busy);
}

void PodLife::begin() {
  const auto whole = [](std::shared_ptr<PodLife> self) -> Async<life::LifeEnd> {
    life::LifeEnd end = co_await self->live();
    // Who was asked to end before it ran has not failed; and what has run didn't fail to start.
    const auto* failure = std::get_if<Failure>(&end);
    if (failure != nullptr && self->started_) {
      end = sdk::Exit::failed_start(Failure(*failure));
    } else if (failure != nullptr && self->stopping()) {
      end = self->stopped_early();
    }
    self->stage_ = Stage::over;
    co_return end;
  };
  life::begin_life(api_.executor(), observer_, whole(shared_from_this()));
}

Async<life::LifeEnd> PodLife::live() {
  observer_->on_standing({.state = "connecting to " + plan_.access.endpoint.address});
  Result<void> created = take_ports();
  if (created) created = co_await check_folder();
  if (created) created = co_await create();
  life::LifeEnd end = stopped_early();
  if (!created) end = created.failure();
  if (created && !stopping()) {
    stage_ = Stage::running;
    wait_for_start();
    co_await (watch() && follow_output());
    start_timer_.cancel();
    container_timer_.cancel();
    for (const auto& forwarder : forwarders_) forwarder->close();
    if (!log_ended_ && started_ && !given_up_ && !end_) co_await read_rest();
    end = end_of_life();
    if (pod_.failed_init == copy_name && plan_.copies) end = co_await failed_copy();
    if (folder_ != nullptr) folder_->interrupt();
  }
  const std::string left = co_await remove();
  if (!left.empty()) {
    observer_->on_left_behind(left);
  } else if (std::exchange(noted_, false)) {
    plan_.notes->end();
  }
  co_return end;
}

/// One that somebody else has is told before anything is made.
Result<void> PodLife::take_ports() {
  for (const ForwardedPort& port : plan_.ports) {
    const auto warn = [observer = observer_](const std::string& text) { observer->on_warning(text); };
    const auto& forwarder = forwarders_.emplace_back(
        std::make_shared<Forwarder>(api_.executor(), login_, pod_path(), port, warn));
    if (Result<void> checked = forwarder->check(); !checked) return checked;
  }
  return {};
}

Async<Result<void>> PodLife::create() {
  // Who hasn't got as far has nothing that would have to be removed.
  if (Result<void> logged_in = co_await api_.log_in(); !logged_in || stopping()) co_return logged_in;
  if (plan_.notes != nullptr) {
    if (Result<void> noted = plan_.notes->begin("made"); !noted) co_return noted;
    noted_ = true;
  }
  // A server that goes away while it makes something may have made it.
  const auto make = [this](const char* kind, std::string body, bool& made) -> Async<Result<bool>> {
    made = true;
    Result<bool> created = co_await api_.create(kind, std::move(body));
    if (!created) made = api_.may_have_done_it();
    api_.be_patient(limits_.absence);
    co_return created;
  };
  if (!plan_.environment.empty()) {
    const Result<bool> secret = co_await make("secrets", secret_spec(plan_), made_secret_);
    if (!secret || stopping()) co_return secret ? Result<void>() : secret.failure();
  }
  if (!plan_.service.empty()) {
    const Result<bool> service = co_await make("services", service_spec(plan_), made_service_);
    if (!service || stopping()) co_return service ? Result<void>() : service.failure();
    if (!*service) {
      made_service_ = false;
      co_return Failure{
          DREAM_E_FAILED,
          "the namespace " + plan_.access.name_space + " has a Service " + plan_.service + " already",
          "it may belong to another run: end that, or change `service`", plan_.access.endpoint.address};
    }
  }
  observer_->on_standing({.state = "creating its Pod"});
  const Result<bool> pod = co_await make("pods", pod_spec(plan_), made_pod_);
  co_return pod ? Result<void>() : pod.failure();
}

/// What could not be removed, for people.
Async<std::string> PodLife::remove() {
  const auto begin = Clock::now();
  const auto left = [&] {
    const auto end = begin + (forced_ ? limits_.removal : limits_.absence);
    return std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  };
  const auto gone_for_good = [&](const char* kind, std::string name) -> Async<bool> {
    api_.be_patient(left());
    // A host doesn't wait for all of them after a forced end.
    const auto least = forced_ ? std::chrono::milliseconds(1) : limits_.removal;
    const Result<void> removed = co_await api_.remove(kind, name, 0, std::max(left(), least));
    co_return static_cast<bool>(removed);
  };
  std::string rest;
  if (made_pod_ && !is_gone_ && !co_await gone_for_good("pods", plan_.name)) rest = thing();
  if (made_service_ && !co_await gone_for_good("services", plan_.service))
    rest += (rest.empty() ? "" : ", ") + std::string("its Service ") + plan_.service;
  if (made_secret_ && !co_await gone_for_good("secrets", plan_.name))
    rest += (rest.empty() ? "" : ", ") + std::string("its Secret ") + plan_.name;
  if (!rest.empty()) rest += " in the namespace " + plan_.access.name_space;
  co_return rest;
}

// ---- its end ----------------------------------------------------------------------------------------------

void PodLife::terminate(sdk::Urgency urgency) {
  if (stage_ == Stage::over || (stopping() && urgency == sdk::Urgency::graceful)) return;
  signal_ = urgency == sdk::Urgency::force ? SIGKILL : SIGTERM;
  const bool first_force = urgency == sdk::Urgency::force && !std::exchange(forced_, true);
  if (folder_ != nullptr) folder_->interrupt();
  if (stage_ == Stage::creating) api_.hurry();
  if (stage_ == Stage::running) {
    pause_.cancel();
    delete_pod();
  }
  if (first_force) give_up_later();
}

/// Its grace begins; or, by force, it is gone at once, and its node ends it within some seconds.
void PodLife::delete_pod() {
  const auto ask = [](std::shared_ptr<PodLife> self) -> Async<void> {
    Api api(self->api_.executor(), self->login_);
    api.be_patient(self->limits_.absence);
    const bool at_once = self->forced_ || !self->started_;
    const std::int64_t grace = at_once ? 0 : grace_seconds(self->plan_);
    const Result<void> asked = co_await api.remove("pods", self->plan_.name, grace);
    if (!asked && self->stage_ != Stage::over && !self->given_up_)
      self->observer_->on_warning(asked.failure().message);
  };
  asio::co_spawn(api_.executor(), ask(shared_from_this()), unawaited);
}

void PodLife::give_up_later() {
  const auto timer = std::make_shared<asio::steady_timer>(api_.executor(), limits_.force);
  timer->async_wait([self = weak_from_this(), timer](const error_code&) {
    const auto life = self.lock();
    if (life == nullptr || life->stage_ == Stage::over) return;
    life->given_up_ = true;
    life->events_.close();
    life->stream_.close();
    life->api_.close();
    life->pause_.cancel();
    life->log_turn_.cancel();
    if (life->folder_ != nullptr) life->folder_->interrupt();
  });
}

sdk::Exit PodLife::stopped_early() const {
  sdk::Exit exit = sdk::Exit::signal(signal_);
  exit.text = "stopped before its Pod ran";
  return exit;
}

}  // namespace dream::kubernetes
