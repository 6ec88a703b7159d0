#pragma once

#include <dream/sdk.hpp>
#include <dream/sdk/loop_queue.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "far_script.hpp"
#include "life_line.hpp"
#include "master.hpp"
#include "options.hpp"
#include "shared/child.hpp"
#include "shared/marks.hpp"

namespace dream::ssh {

/// What a step needs, with nothing borrowed.
struct RemotePlan {
  Options options;
  FarTask far;
  std::string folder;                    ///< the project's, for sync
  std::vector<std::string> environment;  ///< of ssh and rsync
};

/// A step on another machine: waits for the connection, copies the folder, runs the far script in a session
/// of ssh.
class RemoteRun : public sdk::Run {
 public:
  RemoteRun(const sdk::Host& host, dream_run_id run, RemotePlan plan, std::optional<Seat> seat);
  ~RemoteRun() override;

  /// Once. Nothing is told before it returns.
  /// A connection that has come about is put among those that are `kept` for the next step.
  [[nodiscard]] sdk::Result<void> begin(sdk::LoopQueue& loop, std::set<std::shared_ptr<Master>>& kept);

  sdk::Result<void> terminate(sdk::Urgency urgency) override;
  [[nodiscard]] sdk::RunState state() const override;

 private:
  enum class Stage : unsigned char { connecting, copying, entering, running, over };

  void connected(const sdk::Result<void>& ready);
  [[nodiscard]] sdk::Result<void> copy();
  [[nodiscard]] sdk::Result<void> enter();
  void go_on(const sdk::Result<void>& step);
  void copied(const sdk::Exit& exit);
  void marked(std::uint32_t stream, const std::string& words);
  void session_ended(const sdk::Exit& exit);
  void lost();
  void fail(const sdk::Failure& failure);
  void end(sdk::Exit exit);
  void give_the_far_side_time();
  static void time_passed(void* context) noexcept;
  void write(std::uint32_t stream, std::string_view bytes);

  [[nodiscard]] std::string socket() const { return seat_ ? seat_->master()->socket() : std::string(); }

  sdk::Host host_;
  dream_run_id run_;
  RemotePlan plan_;
  std::optional<Seat> seat_;  ///< none: a connection of its own
  std::shared_ptr<bool> lives_ = std::make_shared<bool>(true);
  plugins::Child child_;  ///< rsync, then ssh
  LifeLine line_;
  plugins::Marks out_;
  plugins::Marks err_;
  std::string said_;  ///< by rsync
  Stage stage_ = Stage::connecting;
  bool asked_ = false;   ///< to end
  bool forced_ = false;  ///< and by force
  std::optional<int> code_;
  std::set<std::uint32_t> ended_;  ///< streams on which the step's last byte has come
  std::optional<std::string> refused_;
  dream_timer_id timer_ = 0;
};

}  // namespace dream::ssh
