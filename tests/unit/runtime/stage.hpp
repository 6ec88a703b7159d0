#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/driver.hpp"
#include "support/fake_clock.hpp"
#include "support/pipe.hpp"

/// A run of the real driver whose clock, processes and user are the test's.
namespace dream::runtime {

inline const ExitStatus success = ExitedWith{0};

/// Its runs do what the test says.
class ScriptedExecutor : public plugin::Executor {
 public:
  enum class Starts : std::uint8_t { at_once, later, never };

  explicit ScriptedExecutor(std::string& happened) : happened_(happened) {}

  Result<std::unique_ptr<plugin::Run>> start(const plugin::TaskSpec& task,
                                             plugin::RunObserver& observer) override {
    happened_ += "start " + task.name + "; ";
    environment = *task.environment;
    if (starts == Starts::never) return Error{ErrorCode::not_found, "no such program", {}, {}};
    observer_ = &observer;
    if (starts == Starts::at_once) observer.run_started();
    return std::unique_ptr<plugin::Run>(std::make_unique<ScriptedRun>(*this, task.name));
  }
  Result<std::optional<std::string>> describe(const plugin::TaskSpec& /*task*/) override {
    return std::optional<std::string>();
  }

  [[nodiscard]] bool reaches_inside() const override { return elsewhere; }

  /// Of the run that was started last, until it is released.
  [[nodiscard]] plugin::RunObserver& run() {
    EXPECT_NE(observer_, nullptr);
    return *observer_;
  }
  [[nodiscard]] bool released() const { return observer_ == nullptr; }

  Starts starts = Starts::at_once;
  bool elsewhere = false;  ///< its runs live elsewhere, where commands can be run
  std::function<void()> on_terminate = {};
  plugin::OnInside inside = {};          ///< of the last one that was
  plugin::OnHealth health = {};          ///< of the last time that it was asked for
  std::vector<std::string> environment;  ///< of the run that was started last

 private:
  class ScriptedRun : public plugin::Run {
   public:
    ScriptedRun(ScriptedExecutor& executor, std::string name) : executor_(executor), name_(std::move(name)) {}
    ~ScriptedRun() override {
      executor_.observer_ = nullptr;
      executor_.inside = nullptr;
      executor_.health = nullptr;
    }
    Result<void> terminate(Urgency urgency) override {
      executor_.happened_ += (urgency == Urgency::force ? "force " : "terminate ") + name_ + "; ";
      if (executor_.on_terminate) executor_.on_terminate();
      return {};
    }
    [[nodiscard]] Result<plugin::RunState> status() const override { return plugin::RunState{}; }
    Result<void> run_inside(const std::vector<std::string>& argv, Duration /*limit*/,
                            plugin::OnInside on_inside) override {
      executor_.happened_ += "run " + argv.back() + " inside " + name_ + "; ";
      executor_.inside = std::move(on_inside);
      return {};
    }
    Result<void> ask_health(Duration /*limit*/, plugin::OnHealth on_health) override {
      executor_.happened_ += "ask " + name_ + "; ";
      executor_.health = std::move(on_health);
      return {};
    }

   private:
    ScriptedExecutor& executor_;
    std::string name_;
  };

  std::string& happened_;
  plugin::RunObserver* observer_ = nullptr;
};

/// Steps a, b, c … with the same settings until the test changes them, run by one executor each.
class Stage {
 public:
  explicit Stage(std::size_t steps) {
    for (std::size_t at = 0; at < steps; ++at) {
      const std::string name(1, static_cast<char>('a' + at));
      plan.steps.push_back({.id = {"./" + name, "go"}, .background = at + 1 < steps});
      executors.push_back(std::make_unique<ScriptedExecutor>(happened));
      prepared_.push_back({executors.back().get(), {.step = StepIndex(at), .name = name}});
    }
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() {
    for (Pipe* pipe : {&out, &err}) {
      close_descriptor(pipe->read);
      close_descriptor(pipe->write);
    }
  }

  /// Next, once all that followed from what was before has happened.
  void then(std::function<void()> what) { script_.push_back(std::move(what)); }
  void then_pass(Duration time) {
    then([this, time] { pass_until(clock.now() + time); });
  }
  void then_signal(int signal) {
    then([signal] { ::kill(::getpid(), signal); });
  }
  void then_exits(std::size_t step, ExitStatus status) {
    then([this, step, status] { executors[step]->run().run_exited(status); });
  }

  /// Plays the script. Returns dream's exit code.
  int play(int guardian = -1) {
    process::TerminalState terminal;
    session_.emplace(plan,
                     SessionSettings{.lowest_level = lowest_level,
                                     .place = std::make_shared<plugin::Place>(),
                                     .out = out.write,
                                     .err = err.write},
                     terminal);
    Driver driver(*session_, clock, plan, prepared_, guardian);
    driver_ = &driver;
    boost::asio::post(session_->context(), [this] { play_on(0); });
    const int code = driver.run();
    EXPECT_TRUE(script_.empty()) << "the run was over too early: " << happened;
    gave_up = driver.gave_up();
    return code;
  }

  /// Somebody asks for the end of the run.
  void take_down() { driver_->take_down(false); }

  /// What a step writes to stdout.
  void write(std::string_view bytes) { session_->renderer().write(StepIndex{0}, Stream::out, bytes); }

  Plan plan;
  FakeClock clock;
  std::string happened;
  std::vector<std::unique_ptr<ScriptedExecutor>> executors;
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  bool gave_up = false;
  LogLevel lowest_level = LogLevel::error;

 private:
  /// What follows from each alarm on the way happens before the next.
  void pass_until(Instant target) {
    if (clock.pass_until(target)) script_.push_front([this, target] { pass_until(target); });
  }

  /// The loop has nothing left to do after a few turns: each event, each signal and each release has its own.
  void play_on(int quiet_turns) {
    constexpr int enough = 30;
    if (quiet_turns == enough) {
      if (script_.empty()) return;
      const auto next = std::move(script_.front());
      script_.pop_front();
      next();
      quiet_turns = 0;
    }
    boost::asio::post(session_->context(), [this, quiet_turns] { play_on(quiet_turns + 1); });
  }

  std::vector<prepare::PreparedStep> prepared_;
  std::deque<std::function<void()>> script_;
  std::optional<Session> session_;
  Driver* driver_ = nullptr;  ///< while it plays
};

}  // namespace dream::runtime
