// Commands beside the program of a Pod: `exec` of the API server.
#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "channel.hpp"
#include "pod_life.hpp"

namespace dream::kubernetes {

using Outcome = Result<life::CommandOutcome>;

/// Kubernetes can't end a command. One that takes too long may still run: its connection stays, to tell of
/// its end, and until then no other is started beside it.
void PodLife::run_inside(const std::vector<std::string>& argv, std::chrono::milliseconds limit,
                         const std::function<void(Outcome)>& tell) {
  if (stage_ != Stage::running || !started_ || pod_.is_over())
    return tell(Failure{DREAM_E_STALE, "its container doesn't run"});
  if (hanging_commands_ > 0) return tell(Failure{DREAM_E_FAILED, "the command before it still runs"});
  const auto whole = [](std::shared_ptr<PodLife> self, std::vector<std::string> words,
                        std::chrono::milliseconds most, std::function<void(Outcome)> told) -> Async<void> {
    const asio::any_io_executor& executor = self->api_.executor();
    struct State {
      bool late = false, over = false;
    };
    const auto state = std::make_shared<State>();
    asio::steady_timer alarm(executor, most);
    if (most > std::chrono::milliseconds::zero()) {
      alarm.async_wait([self, state, told](const error_code& error) {
        if (error || state->over) return;
        state->late = true;
        ++self->hanging_commands_;
        told(Failure{DREAM_E_FAILED, "it takes too long"});
      });
    }
    Outcome outcome = co_await run_command(executor, self->login_, self->pod_path(), std::move(words));
    state->over = true;
    alarm.cancel();
    if (!state->late) co_return told(std::move(outcome));
    --self->hanging_commands_;
  };
  asio::co_spawn(api_.executor(), whole(shared_from_this(), argv, limit, tell), unawaited);
}

}  // namespace dream::kubernetes
