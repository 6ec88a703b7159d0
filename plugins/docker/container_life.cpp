#include "container_life.hpp"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): signal numbers

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <dream/sdk/command_line.hpp>
#include <utility>

#include "failures.hpp"
#include "process_identity.hpp"
#include "removal.hpp"

namespace dream::docker {

namespace {

using namespace asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace): &&

}  // namespace

ContainerLife::ContainerLife(const asio::any_io_executor& executor, ContainerPlan plan,
                             std::shared_ptr<LifeObserver> observer, LifeLimits limits)
    : plan_(std::move(plan)),
      observer_(std::move(observer)),
      engine_(executor, plan_.endpoint),
      stream_(executor, plan_.endpoint),
      authorization_(executor, plan_.docker_configuration, limits.helper),
      limits_(limits),
      program_(observer_) {}

void ContainerLife::begin() {
  const auto whole = [](std::shared_ptr<ContainerLife> self) -> Async<void> {
    LifeEnd end = co_await self->live();
    // Who was asked to end before it ran has not failed.
    if (std::holds_alternative<Failure>(end) && self->stopping()) end = self->stopped_early();
    self->stage_ = Stage::over;
    self->observer_->on_end(std::move(end));
  };
  asio::co_spawn(engine_.executor(), whole(shared_from_this()), asio::detached);
}

void ContainerLife::terminate(sdk::Urgency urgency) {
  if (stage_ == Stage::over || (stopping() && urgency == sdk::Urgency::graceful)) return;
  signal_ = urgency == sdk::Urgency::force ? SIGKILL : plan_.stop_signal;
  // What takes long before there is a container is broken off; creating and starting one is waited for, so
  // that none is left behind.
  if (stage_ == Stage::preparing) break_off();
  if (stage_ == Stage::running) send_signal();
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

void ContainerLife::break_off() {
  engine_.close();
  authorization_.close();
  if (context_ != nullptr) context_->interrupt();
}

sdk::Exit ContainerLife::stopped_early() const {
  sdk::Exit exit = sdk::Exit::signal(signal_);
  exit.text = "stopped before its container ran";
  return exit;
}

void ContainerLife::tell(std::string state) {
  observer_->on_standing({.id = short_id(id_), .state = std::move(state)});
}

Async<void> ContainerLife::say(std::string text) {
  if (text.empty()) co_return;
  std::vector<Piece> pieces;
  pieces.push_back({DREAM_STDERR, std::move(text)});
  co_await write_output(*observer_, engine_.executor(), std::move(pieces));
}

// ---- the life ---------------------------------------------------------------------------------------------

Async<LifeEnd> ContainerLife::live() {
  tell("connecting to " + plan_.endpoint.address);
  const Result<void> connected = co_await engine_.connect();
  if (!connected) co_return connected.failure();
  co_await sweep(engine_);
  if (stopping()) co_return stopped_early();
  Result<Image> image = co_await prepare_image();
  if (stopping()) co_return stopped_early();
  if (!image) co_return image.failure();
  image_ = *std::move(image);
  co_return co_await live_with_image();
}

Async<Result<Image>> ContainerLife::prepare_image() {
  if (plan_.options.build) co_return co_await build_image();
  const std::string& name = plan_.options.image;
  if (plan_.options.pull != Pull::always) {
    Result<std::optional<Image>> found = co_await engine_.find_image(name);
    if (!found) co_return found.failure();
    if (*found) co_return **found;
    if (plan_.options.pull == Pull::never) {
      co_return Failure{DREAM_E_FAILED, "the image " + name + " is not there, and `pull` is \"never\"",
                        "docker pull " + sdk::shell_word(name), plan_.endpoint.address};
    }
  }
  const Result<void> pulled = co_await pull_image();
  if (!pulled) co_return pulled.failure();
  Result<std::optional<Image>> found = co_await engine_.find_image(name);
  if (!found) co_return found.failure();
  if (*found) co_return **found;
  co_return Failure{DREAM_E_FAILED, "the image " + name + " was pulled, but isn't there", "",
                    plan_.endpoint.address};
}

Async<LifeEnd> ContainerLife::live_with_image() {
  const Result<void> can_get_ready = check_readiness(plan_, image_);
  if (!can_get_ready) co_return can_get_ready.failure();
  stage_ = Stage::creating;
  const Result<void> created = co_await create();
  LifeEnd end = stopped_early();
  if (!created) end = created.failure();
  if (created && !stopping()) end = co_await run_container();
  const std::string left = co_await remove();
  if (!left.empty()) observer_->on_left_behind(left);
  co_return end;
}

Async<Result<void>> ContainerLife::join_network() {
  if (!plan_.shares_network) co_return Result<void>();
  auto network = RunNetwork::of(plan_.endpoint.address, plan_.network);
  RunNetwork::Turn turn(network, engine_.executor());
  co_await turn.come();
  if (stopping()) co_return Result<void>();
  network_ = std::move(network);
  std::map<std::string, std::string> labels;
  for (const char* name : {run_label, process_label}) labels[name] = plan_.labels.at(name);
  const Result<std::string> joined = co_await turn.join(engine_, std::move(labels));
  if (!joined) co_return joined.failure();
  co_return Result<void>();
}

Async<Result<void>> ContainerLife::create() {
  bool rootless = false;
  if (plan_.default_user && !plan_.user.starts_with("0:")) {
    const Result<bool> told = co_await engine_.is_rootless();
    if (!told) co_return told.failure();
    rootless = *told;
  }
  tell("creating its container");
  if (Result<void> joined = co_await join_network(); !joined || stopping()) co_return joined;
  const std::string spec = container_spec(plan_, image_, rootless);
  program_.expect(program_of(plan_, image_));
  const Result<std::string> id = co_await engine_.create(plan_.name, plan_.options.platform, spec);
  if (!id) co_return id.failure();
  id_ = *id;
  co_return Result<void>();
}

Async<LifeEnd> ContainerLife::run_container() {
  stream_.speak_like(engine_);
  const Result<void> attached = co_await stream_.attach(id_);
  if (!attached) co_return attached.failure();
  if (stopping()) co_return stopped_early();
  tell("starting");
  const Result<void> started = co_await engine_.start(id_);
  if (!started) {
    stream_.close();
    co_return started.failure();
  }
  stage_ = Stage::running;
  tell("running");
  if (!plan_.options.init) program_.confirm();
  if (stopping()) send_signal();
  if (plan_.wants_ready) {
    asio::co_spawn(
        engine_.executor(), [self = shared_from_this()] { return self->await_health(); }, asio::detached);
  }
  co_await (forward_output() && await_exit());
  if (const auto failure = program_.failure(); failure && *code_) co_return *failure;
  program_.confirm();
  if (given_up_ && !*code_) {
    co_return sdk::Exit::lost("the container engine doesn't end the container " + short_id(id_) + " (" +
                              plan_.endpoint.address + "); look into its log, and docker rm -f " +
                              short_id(id_));
  }
  if (!*code_) co_return sdk::Exit::failed_start(code_->failure());
  co_return co_await describe_exit(**code_);
}

Async<void> ContainerLife::await_exit() {
  co_await await_program();
  Result<int> code = Failure{DREAM_E_FAILED, "it was given up"};
  if (!given_up_) code = co_await engine_.wait(id_);
  // Without the engine nothing more can come; otherwise the output has an end of its own.
  if (!code) stream_.close();
  code_.emplace(std::move(code));
}

Async<void> ContainerLife::forward_output() {
  std::vector<char> buffer(std::size_t{64} * 1024);
  Demultiplexer demultiplexer;
  while (true) {
    const Moved moved = co_await stream_.read_output(asio::buffer(buffer));
    std::vector<Piece> pieces = demultiplexer.take({buffer.data(), moved.bytes});
    if (const std::string error = demultiplexer.take_error(); !error.empty()) {
      observer_->on_warning("the container engine can't send all of the output of " + plan_.step + ": " +
                            error);
    }
    for (const Piece& piece : pieces) program_.listen(piece);
    if (!pieces.empty()) co_await write_output(*observer_, engine_.executor(), std::move(pieces));
    if (moved.error) co_return;
  }
}

Async<sdk::Exit> ContainerLife::describe_exit(int code) {
  sdk::Exit exit = sdk::Exit::code(code & 0xff);
  if (code == 0 || stopping()) co_return exit;
  const Result<ContainerState> state = co_await engine_.inspect(id_);
  if (!state) co_return exit;
  exit.text = state->error;
  if (state->out_of_memory) {
    exit.text = "its container ran out of memory; raise `memory`";
  } else if (code == killed_code && plan_.options.memory > 0 && exit.text.empty()) {
    // The engine hears of it by an event that may come after that of the end, and then doesn't tell.
    exit.text = "its container was killed, perhaps as it ran out of memory; raise `memory`";
  }
  co_return exit;
}

/// What to tell the user when that didn't work.
Async<std::string> ContainerLife::remove() {
  Removal removal(engine_, limits_.removal, [this] { return forced_; });
  const Removal::Step step = [this](Engine::Limit limit) { return remove_container(limit); };
  std::string container = "its container " + (id_.empty() ? plan_.name : short_id(id_));
  co_return co_await removal.run(std::move(container), step, std::move(network_), plan_.network);
}

Async<Result<void>> ContainerLife::remove_container(Engine::Limit limit) {
  if (!id_.empty()) co_return co_await engine_.remove(id_, limit);
  // An engine that went while it was asked to create it may have done so. Never by its name: that may be
  // somebody else's.
  const Result<std::vector<Listed>> all =
      co_await engine_.list(std::string(run_label) + "=" + plan_.labels.at(run_label), limit);
  if (!all) co_return all.failure();
  for (const Listed& container : *all) {
    const auto step = container.labels.find(step_label);
    if (step == container.labels.end() || step->second != plan_.step) continue;
    Result<void> removed = co_await engine_.remove(container.id, limit);
    if (!removed) co_return removed;
  }
  co_return Result<void>();
}

void ContainerLife::send_signal() {
  const auto send = [](std::shared_ptr<ContainerLife> self, std::string signal) -> Async<void> {
    Engine engine(self->engine_.executor(), self->plan_.endpoint);
    engine.speak_like(self->engine_);
    Result<bool> sent = co_await engine.kill(self->id_, signal);
    // An image that was put together by hand may name one that its engine doesn't know.
    const std::string number = std::to_string(self->signal_);
    if (!sent && signal != number) sent = co_await engine.kill(self->id_, number);
    if (!sent && self->stage_ != Stage::over) self->observer_->on_warning(sent.failure().message);
  };
  asio::co_spawn(engine_.executor(), send(shared_from_this(), stop_signal()), asio::detached);
}

/// The image's own where dream.json names none: the engine knows what its words mean.
std::string ContainerLife::stop_signal() const {
  if (signal_ != SIGKILL && plan_.own_signal && !image_.stop_signal.empty()) return image_.stop_signal;
  return std::to_string(signal_);
}

// ---- how it is doing --------------------------------------------------------------------------------------

void ContainerLife::refresh() {
  if (stage_ != Stage::running || looking_) return;
  looking_ = true;
  asio::co_spawn(
      engine_.executor(), [self = shared_from_this()] { return self->look(); }, asio::detached);
}

Async<void> ContainerLife::look() {
  Engine engine(engine_.executor(), plan_.endpoint);
  engine.speak_like(engine_);
  const Result<ContainerState> state = co_await engine.inspect(id_);
  const Result<std::int64_t> memory = co_await engine.memory(id_);
  looking_ = false;
  if (!state || stage_ != Stage::running) co_return;
  observer_->on_standing({.id = short_id(id_),
                          .state = state->status,
                          .health = state->health,
                          .restarts = state->restarts,
                          .memory = memory ? *memory : 0});
}

Async<void> sweep(Engine& engine) {
  const auto is_orphan = [](const Listed& one) {
    const auto identity = one.labels.find(process_label);
    return identity != one.labels.end() && is_dead(identity->second);
  };
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

}  // namespace dream::docker
