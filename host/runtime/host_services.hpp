#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>
#include <utility>

#include "output/renderer.hpp"
#include "plan/plan.hpp"
#include "plugin/services.hpp"
#include "process/supervisor.hpp"
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
  };

  /// All parts must outlive the services.
  explicit HostServices(Parts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] Instant now() const override { return read_clock(); }
  [[nodiscard]] Log& log() override { return parts_.log; }
  bool write_output(StepIndex step, Stream stream, std::string_view bytes) override;
  void when_writable(StepIndex step, std::function<void()> on_writable) override;
  Result<plugin::ChildId> spawn(plugin::ChildSpec spec) override;
  Result<void> terminate_child(plugin::ChildId child, Urgency urgency) override;
  [[nodiscard]] int child_pid(plugin::ChildId child) const override;
  plugin::TimerId start_timer(Instant deadline, std::function<void()> on_time) override;
  void cancel_timer(plugin::TimerId timer) override;
  void post(std::function<void()> work) override;
  Result<void> run_blocking(std::function<void()> blocking) override;
  [[nodiscard]] std::shared_ptr<const plugin::Place> place() const override { return parts_.place; }

  /// A plugin's blocking function still runs.
  [[nodiscard]] bool blocked() const { return workers_.busy() > 0; }

  /// The console has room again: whoever was held back, and may write now, goes on.
  void resume_output();

 private:
  struct HeldChild {
    process::ChildId child;
    StepIndex step;
    Stream stream;
  };
  struct Waiter {
    StepIndex step;
    std::function<void()> on_writable;
  };

  [[nodiscard]] bool ready(StepIndex step) const;

  Parts parts_;
  std::list<HeldChild> held_;
  std::list<Waiter> waiters_;
  std::uint64_t next_timer_ = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<boost::asio::steady_timer>> timers_;
  WorkerPool workers_;
};

}  // namespace dream::runtime
