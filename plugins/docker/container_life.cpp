#include "container_life.hpp"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): signal numbers

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <dream/sdk/command_line.hpp>
#include <utility>

#include "failures.hpp"
#include "sweep.hpp"

namespace dream::docker {

namespace {

using namespace asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace): &&

bool lacks_image(const Failure& failure) {
  const auto says = [&](const char* words) { return failure.message.find(words) != std::string::npos; };
  return says("does not match the specified platform") || says("No such image");
}

bool lacks_log_driver(const Failure& failure) {
  return failure.message.find("log driver") != std::string::npos;
}

}  // namespace

void ContainerLife::break_off() {
  StepLife::break_off();
  if (context_ != nullptr) context_->interrupt();
}

std::string ContainerLife::thing() const {
  return "its container " + (id_.empty() ? plan_.name : short_id(id_));
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
  const Result<void> can_get_ready = check_readiness(plan_, image_);
  if (!can_get_ready) co_return can_get_ready.failure();
  co_return co_await live_on_engine();
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
  co_return co_await pulled_image();
}

Async<Result<Image>> ContainerLife::pulled_image() {
  const std::string& name = plan_.options.image;
  const Result<void> pulled = co_await pull_image();
  if (!pulled) co_return pulled.failure();
  Result<std::optional<Image>> found = co_await engine_.find_image(name);
  if (!found) co_return found.failure();
  if (*found) co_return **found;
  co_return Failure{DREAM_E_FAILED, "the image " + name + " was pulled, but isn't there", "",
                    plan_.endpoint.address};
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
  Result<std::string> id = co_await create_of_image(rootless);
  // The one that is there may be for another platform, or be gone since it was found.
  const bool may_pull = plan_.options.pull == Pull::missing && !plan_.options.build && !stopping();
  if (!id && may_pull && lacks_image(id.failure())) {
    Result<Image> image = co_await pulled_image();
    if (!image || stopping()) co_return image ? Result<void>() : image.failure();
    image_ = *std::move(image);
    tell("creating its container");
    id = co_await create_of_image(rootless);
  }
  if (!id && lacks_log_driver(id.failure()) && !stopping()) {
    plan_.log_driver = "json-file";  // which podman and old engines know
    id = co_await create_of_image(rootless);
  }
  if (!id) co_return id.failure();
  id_ = *id;
  co_return Result<void>();
}

Async<Result<std::string>> ContainerLife::create_of_image(bool rootless) {
  const std::string spec = container_spec(plan_, image_, rootless);
  program_.expect(program_of(plan_, image_));
  co_return co_await engine_.create(plan_.name, plan_.options.platform, spec);
}

Async<LifeEnd> ContainerLife::run() {
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
        engine_.executor(), [this, self = shared_from_this()] { return await_health(); }, unawaited);
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
  ended_.cancel();
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
  asio::co_spawn(engine_.executor(),
                 send(std::static_pointer_cast<ContainerLife>(shared_from_this()), stop_signal()), unawaited);
}

// ---- how it is doing --------------------------------------------------------------------------------------

void ContainerLife::refresh() {
  if (stage_ != Stage::running || looking_) return;
  looking_ = true;
  asio::co_spawn(
      engine_.executor(), [this, self = shared_from_this()] { return look(); }, unawaited);
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
                          .health = health_words(*state),
                          .restarts = state->restarts,
                          .memory = memory ? *memory : 0});
}

}  // namespace dream::docker
