#pragma once

#include <chrono>
#include <dream/sdk/executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "container_plan.hpp"
#include "context_reader.hpp"
#include "demultiplexer.hpp"
#include "engine.hpp"
#include "init_words.hpp"
#include "registry_auth.hpp"
#include "run_network.hpp"

namespace dream::docker {

/// How a container is doing, for people.
struct Standing {
  std::string id;     ///< short; empty: there is none yet
  std::string state;  ///< "pulling postgres:16", "running"
  std::string health;
  std::int64_t restarts = 0;
  std::int64_t memory = 0;  ///< bytes; 0: not known
};

/// How a life has ended: as the container did, or, with a Failure, before there was one that ran.
using LifeEnd = std::variant<sdk::Exit, Failure>;

/// Who hears of a container's life; every function is called on the engine's thread.
class LifeObserver {
 public:
  virtual ~LifeObserver() = default;
  /// Output of the container, or words of the engine about an image. `go_on` is to be called, on any thread,
  /// when there is room for more.
  virtual void on_output(std::vector<Piece> pieces, std::function<void()> go_on) = 0;
  /// Its program runs.
  virtual void on_started() = 0;
  /// Its health check has passed, after its start; only where the plan wants to know.
  virtual void on_ready() = 0;
  virtual void on_standing(Standing standing) = 0;
  /// What the user should know though the run goes on.
  virtual void on_warning(std::string text) = 0;
  /// What could not be removed; before the end.
  virtual void on_left_behind(std::string what) = 0;
  /// Nothing else is called after it.
  virtual void on_end(LifeEnd end) = 0;
};

/// How long a life may go on in parts that an engine or a program can draw out.
struct LifeLimits {
  /// After a forced end: when the engine hasn't told of the container's by then, it isn't waited for any
  /// more. Together with `removal` it is less than the host's own limit, so that the run's words are heard.
  std::chrono::milliseconds force{5'000};
  /// How long the removal is tried when the engine is gone, or the end is forced.
  std::chrono::milliseconds removal{2'000};
  /// How long a credential helper may take.
  std::chrono::milliseconds helper = PullAuthorization::helper_limit;
};

/// One container from its image to its removal. Lives on the engine's thread; every function is called there.
class ContainerLife : public std::enable_shared_from_this<ContainerLife> {
 public:
  ContainerLife(const asio::any_io_executor& executor, ContainerPlan plan,
                std::shared_ptr<LifeObserver> observer, LifeLimits limits = {});

  /// Once.
  void begin();
  /// A request to end; harmless afterwards.
  void terminate(sdk::Urgency urgency);
  /// Asks the engine how the container is doing; the observer is told.
  void refresh();

 private:
  enum class Stage : std::uint8_t { preparing, creating, running, over };

  [[nodiscard]] Async<LifeEnd> live();
  [[nodiscard]] Async<Result<Image>> prepare_image();
  [[nodiscard]] Async<Result<Image>> build_image();
  [[nodiscard]] Async<Result<void>> pull_image();
  [[nodiscard]] Async<LifeEnd> live_with_image();
  [[nodiscard]] Async<Result<void>> join_network();
  [[nodiscard]] Async<Result<void>> create();
  [[nodiscard]] Async<LifeEnd> run_container();
  [[nodiscard]] Async<void> forward_output();
  [[nodiscard]] Async<void> await_exit();
  [[nodiscard]] Async<void> await_program();
  void program_runs();
  void listen_to_init(const Piece& piece);
  [[nodiscard]] Failure exec_failure() const;
  [[nodiscard]] Async<void> await_health();
  [[nodiscard]] Async<sdk::Exit> describe_exit(int code);
  [[nodiscard]] Async<std::string> remove();
  [[nodiscard]] Async<Result<void>> try_removal(Engine::Limit limit);
  [[nodiscard]] Async<Result<void>> remove_container(Engine::Limit limit);
  void send_signal();
  [[nodiscard]] std::string stop_signal() const;
  [[nodiscard]] Async<void> look();
  [[nodiscard]] Async<void> write(std::vector<Piece> pieces);

  [[nodiscard]] bool stopping() const { return signal_ != 0; }
  [[nodiscard]] sdk::Exit stopped_early() const;
  void break_off();
  void tell(std::string state);
  /// Text that isn't the container's own. Returns when there is room for more.
  [[nodiscard]] Async<void> say(std::string text);

  ContainerPlan plan_;
  std::shared_ptr<LifeObserver> observer_;
  Engine engine_;
  Engine stream_;  ///< for the container's output
  PullAuthorization authorization_;
  std::shared_ptr<ContextReader> context_;  ///< of the image that is being built
  LifeLimits limits_;
  Stage stage_ = Stage::preparing;
  int signal_ = 0;  ///< the last one that was asked for
  bool forced_ = false;
  bool given_up_ = false;
  bool looking_ = false;
  Image image_;  ///< once it is there
  InitWords init_words_{""};
  InitWords::Said init_said_ = InitWords::Said::nothing_yet;
  bool program_runs_ = false;
  std::string id_;
  std::shared_ptr<RunNetwork> network_;  ///< while it counts as one of its users
  bool container_is_gone_ = false;
  std::optional<Result<int>> code_;  ///< once it has ended
};

/// Removes the containers and networks that dead processes of this machine have left on this engine; whether
/// that works or not, life goes on.
[[nodiscard]] Async<void> sweep(Engine& engine);

}  // namespace dream::docker
