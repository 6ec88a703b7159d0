#include "removal.hpp"

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace dream::docker {

namespace {

constexpr std::chrono::milliseconds between_tries{200};

}  // namespace

Async<std::string> Removal::run(std::string thing, Step remove_thing, std::shared_ptr<RunNetwork> network,
                                std::string network_name) {
  bool thing_is_gone = false;
  const auto end = std::chrono::steady_clock::now() + limit_;
  for (auto now = end - limit_; now < end; now = std::chrono::steady_clock::now()) {
    // Who forces an end waits no longer than that.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now);
    const Engine::Limit limit = forced_() ? left : HttpClient::answer_limit;
    if (!thing_is_gone) {
      const Result<void> removed = co_await remove_thing(limit);
      thing_is_gone = static_cast<bool>(removed);
    }
    if (thing_is_gone && network == nullptr) co_return std::string();
    if (thing_is_gone) {
      const Result<void> has_left = co_await leave(network, limit);
      if (has_left) co_return std::string();
    }
    asio::steady_timer pause(engine_.executor(), between_tries);
    co_await pause.async_wait(answered);
  }
  if (network != nullptr) {
    RunNetwork::Turn turn(network, engine_.executor());
    co_await turn.come();
    turn.give_up();
  }
  co_return (thing_is_gone ? "the network " + network_name : thing) +
      " may still be there: dream removes it when it next uses this engine";
}

Async<Result<void>> Removal::leave(std::shared_ptr<RunNetwork> network, Engine::Limit limit) {
  RunNetwork::Turn turn(std::move(network), engine_.executor());
  co_await turn.come();
  co_return co_await turn.leave(engine_, limit);
}

}  // namespace dream::docker
