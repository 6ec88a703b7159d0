#pragma once

#include <memory>
#include <utility>

#include "plugin/services.hpp"

namespace dream::plugin {

/// The services where nothing is run: plugins are only asked what they would do, what they find, or to clean
/// up. There is a log and a place; nothing can be started, and nothing is ever called back.
class IdleServices final : public Services {
 public:
  IdleServices(Log& log, std::shared_ptr<const Place> place) : log_(log), place_(std::move(place)) {}

  [[nodiscard]] Instant now() const override { return read_clock(); }
  [[nodiscard]] Log& log() override { return log_; }
  bool write_output(StepIndex step, Stream stream, std::string_view bytes) override;
  void when_writable(StepIndex step, std::function<void()> on_writable) override;
  Result<ChildId> spawn(ChildRequest request) override;
  Result<void> terminate_child(ChildId child, Urgency urgency) override;
  void hold_child(ChildId child, Stream stream, bool held) override;
  [[nodiscard]] int child_pid(ChildId child) const override;
  TimerId start_timer(Instant deadline, std::function<void()> on_time) override;
  void cancel_timer(TimerId timer) override;
  void post(std::function<void()> work) override;
  Result<void> run_blocking(std::function<void()> blocking) override;
  void leave_behind() override {}
  [[nodiscard]] std::shared_ptr<const Place> place() const override { return place_; }

 private:
  Log& log_;
  std::shared_ptr<const Place> place_;
};

}  // namespace dream::plugin
