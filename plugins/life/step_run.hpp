#pragma once

#include <cstdint>
#include <deque>
#include <dream/sdk/executor.hpp>
#include <dream/sdk/extensions.hpp>
#include <dream/sdk/host.hpp>
#include <dream/sdk/loop_queue.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "life.hpp"
#include "life_observer.hpp"

namespace dream::life {

/// Tells the user what was thrown on the thread of the lives; the runs that it concerns are told for
/// themselves.
[[nodiscard]] std::function<void(const std::string&)> teller(const sdk::Host& host, sdk::LoopQueue& loop);

/// A run as the host sees it: everything here is on the host's loop, the step's life is on the engine's
/// thread.
class StepRun final : public sdk::Run {
 public:
  StepRun(const sdk::Host& host, dream_run_id id) : host_(host), id_(id) {}
  ~StepRun() override { link_->run = nullptr; }

  /// Makes the life that tells an observer.
  using MakeLife = std::function<std::shared_ptr<Life>(std::shared_ptr<LifeObserver>)>;
  /// Once, right after the constructor; the life lives on `executor`.
  void begin(const asio::any_io_executor& executor, sdk::LoopQueue& loop, const MakeLife& make);

  sdk::Result<void> terminate(sdk::Urgency urgency) override;
  [[nodiscard]] sdk::RunState state() const override;
  /// Begins to run a command where the step lives.
  sdk::Result<void> run_inside(sdk::InsideCommand command);
  /// Begins to find out whether the step is healthy.
  void ask_health(const sdk::HealthQuestion& question);

 private:
  /// What is posted to the loop finds the run by this, or finds that it is gone.
  struct Link {
    StepRun* run = nullptr;
  };
  class Observer;
  /// Answers a question of the host.
  using Answer = std::function<void(const sdk::Result<CommandOutcome>&)>;

  struct Output {
    Piece piece;
    std::function<void()> go_on;  ///< called once the piece is written and there is room; may be empty
  };

  void take_output(std::vector<Piece> pieces, std::function<void()> go_on);
  void write_output();
  void room_again();
  void wait_for_room();
  /// What the life is to call with its answer, on its thread; `answer` is called once, on the loop.
  [[nodiscard]] Answer expect(Answer answer);
  void begin_running();
  void keep(const std::string& what);
  void end(LifeEnd end);

  sdk::Host host_;
  dream_run_id id_;
  std::shared_ptr<Link> link_ = std::make_shared<Link>();
  std::shared_ptr<Life> life_;
  sdk::LoopQueue* loop_ = nullptr;
  std::map<std::uint64_t, Answer> questions_;  ///< of the host that aren't answered
  std::uint64_t next_question_ = 1;
  std::optional<asio::any_io_executor> executor_;
  sdk::Phase phase_ = sdk::Phase::starting;
  Standing standing_;
  mutable std::optional<std::uint64_t> asked_at_;  ///< when the engine was asked for the standing
  std::deque<Output> output_;                      ///< not written yet
  bool full_ = false;                              ///< the host wants nothing more for now
  std::optional<LifeEnd> end_;                     ///< to be told when everything is written
};

}  // namespace dream::life
