#pragma once

#include <dream/sdk/executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "container_plan.hpp"
#include "demultiplexer.hpp"
#include "engine.hpp"

namespace dream::docker {

/// How a container is doing, for people.
struct Standing {
  std::string id;     ///< short; empty: there is none yet
  std::string state;  ///< "pulling postgres:16", "running"
  std::string health;
  std::int64_t restarts = 0;
  std::int64_t memory = 0;  ///< bytes; 0: not known
};

/// Who hears of a container's life; every function is called on the engine's thread.
class LifeObserver {
 public:
  virtual ~LifeObserver() = default;
  /// Output of the container, or words of the engine about an image. `go_on` is to be called, on any thread,
  /// when there is room for more.
  virtual void on_output(std::vector<Piece> pieces, std::function<void()> go_on) = 0;
  virtual void on_started() = 0;
  virtual void on_standing(Standing standing) = 0;
  /// What the user should know though the run goes on.
  virtual void on_warning(std::string text) = 0;
  /// The end: nothing else is called after it.
  virtual void on_exit(sdk::Exit exit) = 0;
};

/// One container from its image to its removal. Lives on the engine's thread; every function is called there.
class ContainerLife : public std::enable_shared_from_this<ContainerLife> {
 public:
  ContainerLife(const asio::any_io_executor& executor, ContainerPlan plan,
                std::shared_ptr<LifeObserver> observer);

  /// Once.
  void begin();
  /// A request to end; harmless afterwards.
  void terminate(sdk::Urgency urgency);
  /// Asks the engine how the container is doing; the observer is told.
  void refresh();

 private:
  enum class Stage : std::uint8_t { preparing, creating, running, over };

  [[nodiscard]] Async<sdk::Exit> live();
  [[nodiscard]] Async<Result<Image>> prepare_image();
  [[nodiscard]] Async<Result<Image>> build_image();
  [[nodiscard]] Async<Result<void>> pull_image();
  [[nodiscard]] Async<sdk::Exit> live_with(Image image);
  [[nodiscard]] Async<Result<void>> create(const Image& image);
  [[nodiscard]] Async<sdk::Exit> run_container();
  [[nodiscard]] Async<void> forward_output();
  [[nodiscard]] Async<void> await_exit();
  [[nodiscard]] Async<sdk::Exit> describe_exit(int code);
  [[nodiscard]] Async<std::string> remove();
  [[nodiscard]] Async<Result<void>> try_removal();
  void send_signal();
  [[nodiscard]] Async<void> look();
  [[nodiscard]] Async<void> write(std::vector<Piece> pieces);

  [[nodiscard]] bool stopping() const { return signal_ != 0; }
  [[nodiscard]] sdk::Exit stopped_early() const;
  void tell(std::string state);
  void say(std::string_view text);

  ContainerPlan plan_;
  std::shared_ptr<LifeObserver> observer_;
  Engine engine_;
  Engine stream_;  ///< for the container's output
  Stage stage_ = Stage::preparing;
  int signal_ = 0;  ///< the last one that was asked for
  bool given_up_ = false;
  bool looking_ = false;
  bool init_failed_ = false;  ///< the init said that it couldn't execute the command
  std::string id_;
  std::optional<Result<int>> code_;  ///< once it has ended
};

/// Removes the containers that dead processes of this machine have left on this engine; whether that works
/// or not, life goes on.
[[nodiscard]] Async<void> sweep(Engine& engine);

}  // namespace dream::docker
