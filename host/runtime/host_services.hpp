#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/loop_timer.hpp"
#include "output/renderer.hpp"
#include "plan/plan.hpp"
#include "plugin/services.hpp"
#include "process/supervisor.hpp"
#include "runtime/job_tokens.hpp"
#include "runtime/terminals.hpp"
#include "runtime/worker_pool.hpp"

namespace dream::runtime {

/// What executors get from the host: children of the supervisor, the renderer's output, the loop's timers.
class HostServices : public plugin::Services {
 public:
  struct Parts {
    boost::asio::io_context& context;
    const Plan& plan;
    process::Supervisor& supervisor;
    output::Renderer& renderer;
    Log& log;
    std::shared_ptr<const plugin::Place> place;
    Terminals& terminals;
    const JobTokens* tokens = nullptr;  ///< nullptr: nobody shares slots
  };

  /// All parts must outlive the services.
  explicit HostServices(Parts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] Instant now() const override { return read_clock(); }
  [[nodiscard]] Log& log() override { return parts_.log; }
  bool write_output(StepIndex step, Stream stream, std::string_view bytes) override;
  void when_writable(StepIndex step, std::function<void()> on_writable) override;
  Result<ChildId> spawn(plugin::ChildRequest request) override;
  Result<void> terminate_child(ChildId child, Urgency urgency) override;
  void hold_child(ChildId child, Stream stream, bool held) override;
  [[nodiscard]] int child_pid(ChildId child) const override;
  plugin::TimerId start_timer(Instant deadline, std::function<void()> on_time) override;
  void cancel_timer(plugin::TimerId timer) override;
  void post(std::function<void()> work) override;
  Result<void> run_blocking(std::function<void()> blocking) override;
  void leave_behind() override { left_behind_ = true; }
  [[nodiscard]] std::shared_ptr<const plugin::Place> place() const override { return parts_.place; }

  /// Who is told what becomes of the children of a step: `lingers`: its process has ended by itself, what
  /// that started has not; false: it has another one. Processes left behind: `kept`, or asked to end.
  struct LeftoversObserver {
    std::function<void(StepIndex step, bool lingers)> on_lingering;
    std::function<void(StepIndex step, std::vector<std::string> processes, bool kept)> on_left_behind;
  };
  void observe_leftovers(LeftoversObserver observer) { leftovers_ = std::move(observer); }

  /// Something that children of the step were allowed to leave running lives.
  [[nodiscard]] bool keeps_anything_of(StepIndex step) const { return kept_.contains(step); }
  /// Ends that; `on_end` is called once it has ended, unless somebody else asks for it before.
  void end_kept_of(StepIndex step, std::function<void()> on_end);

  /// A plugin's blocking function still runs.
  [[nodiscard]] bool blocked() const { return workers_.busy() > 0; }

  /// An executor has said that something outlives the run.
  [[nodiscard]] bool left_behind() const { return left_behind_; }

  /// The child of a step with a terminal that it reads from, if it has had one; it may have ended.
  [[nodiscard]] std::optional<ChildId> interactive_child_of(StepIndex step) const {
    const auto found = interactive_children_.find(step);
    return found == interactive_children_.end() ? std::nullopt : std::optional(found->second);
  }

  /// Whether children of this step, and of no other, have the user's terminal.
  [[nodiscard]] bool is_alone_in_front(StepIndex step) const {
    return !front_.empty() && front_.count(step) == front_.size();
  }

  /// The console has room again: whoever was held back, and may write now, goes on.
  void resume_output();

  /// What the children of a step write isn't read until it has been told that the step runs.
  void hold_output(StepIndex step) { untold_.insert(step); }
  void release_output(StepIndex step);

 private:
  /// A stream of a child that isn't read until there is room.
  struct HeldStream {
    ChildId child;
    StepIndex step;
    Stream stream;
  };
  /// A child whose output its executor reads, and which of its streams are not read now.
  struct Reading {
    StepIndex step;
    std::set<Stream> held = {};     ///< the executor wants no more for now
    std::set<Stream> waiting = {};  ///< not read until resume_output()
    bool forced = false;            ///< it is being killed: nothing of it is held any more
  };
  struct Waiter {
    StepIndex step;
    std::function<void()> on_writable;
  };

  [[nodiscard]] bool ready(StepIndex step) const;
  [[nodiscard]] bool may_show(StepIndex step, Stream stream) const;
  void take_output_of(const std::shared_ptr<ChildId>& id, StepIndex step, process::ChildSpec& child);
  void hand_output_of(const std::shared_ptr<ChildId>& id, process::ChildSpec& child,
                      std::function<void(Stream, std::string_view)> on_output);
  [[nodiscard]] bool may_read(ChildId child, Stream stream);
  void go_on_reading(ChildId child);

  void watch_leftovers(const std::shared_ptr<ChildId>& id, StepIndex step, process::ChildSpec& child);

  Parts parts_;
  LeftoversObserver leftovers_;
  std::set<StepIndex> lingering_;
  struct Kept {
    std::set<ChildId> children;
    std::function<void()> on_end;
  };
  std::map<StepIndex, Kept> kept_;
  std::map<StepIndex, ChildId>
      interactive_children_;        ///< the latest of each step that reads from its terminal
  std::multiset<StepIndex> front_;  ///< a step as often as it has children with the user's terminal
  std::list<HeldStream> held_;
  std::set<StepIndex> untold_;  ///< steps that have started, which has not been told
  std::unordered_map<ChildId, Reading> readings_;
  std::set<StepIndex> full_;  ///< an executor was told to write no more of their output
  std::list<Waiter> waiters_;
  std::uint64_t next_timer_ = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<LoopTimer>> timers_;
  WorkerPool workers_;
  bool left_behind_ = false;
};

}  // namespace dream::runtime
