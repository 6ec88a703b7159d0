#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/executor.hpp"
#include "plugin/services.hpp"

namespace dream::plugin {

/// A log that keeps what it is told, as "warning: …".
class RecordingLog final : public Log {
 public:
  [[nodiscard]] bool enabled(LogLevel level) const override { return level >= lowest; }
  void write(LogLevel level, std::string_view message) override {
    static constexpr const char* names[] = {"debug", "info", "warning", "error"};
    if (enabled(level)) lines.push_back(names[static_cast<int>(level)] + (": " + std::string(message)));
  }

  LogLevel lowest = LogLevel::info;
  std::vector<std::string> lines;
};

/// The services of a host without processes: children, clock and loop are moved by the test.
class FakeServices final : public Services {
 public:
  struct Child {
    ChildRequest spec;
    std::vector<Urgency> terminations = {};
    bool alive = true;
    std::set<Stream> held = {};
  };

  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] Log& log() override { return log_; }

  bool write_output(StepIndex step, Stream stream, std::string_view bytes) override {
    output[{step, stream}] += bytes;
    return has_room;
  }
  void when_writable(StepIndex, std::function<void()> on_writable) override {
    if (has_room) {
      post(std::move(on_writable));
    } else {
      writers.push_back(std::move(on_writable));
    }
  }

  Result<ChildId> spawn(ChildRequest spec) override {
    now_ += spawn_takes;
    if (spawn_error) return *spawn_error;
    children.push_back({std::move(spec)});
    return ChildId{children.size() - 1};
  }
  Result<void> terminate_child(ChildId child, Urgency urgency) override {
    children.at(static_cast<std::size_t>(child)).terminations.push_back(urgency);
    return {};
  }
  void hold_child(ChildId child, Stream stream, bool held) override {
    std::set<Stream>& streams = children.at(static_cast<std::size_t>(child)).held;
    if (held) {
      streams.insert(stream);
    } else {
      streams.erase(stream);
    }
  }
  [[nodiscard]] int child_pid(ChildId child) const override {
    const auto index = static_cast<std::size_t>(child);
    return children.at(index).alive ? 4000 + static_cast<int>(index) : 0;
  }

  TimerId start_timer(Instant deadline, std::function<void()> on_time) override {
    const TimerId id{++last_timer_};
    timers[id] = {deadline, std::move(on_time)};
    return id;
  }
  void cancel_timer(TimerId timer) override { timers.erase(timer); }

  void post(std::function<void()> work) override {
    const std::scoped_lock lock(mutex_);
    posted_.push_back(std::move(work));
  }

  Result<void> run_blocking(std::function<void()> blocking) override {
    if (work_error) return *work_error;
    blocking_work.push_back(std::move(blocking));
    return {};
  }
  void leave_behind() override { left_behind = true; }
  [[nodiscard]] std::shared_ptr<const Place> place() const override { return place_; }

  // ---- what the test lets happen
  // ----------------------------------------------------------------------------

  /// One turn of the loop: all that was posted, and what that posts.
  void run_posted() {
    while (auto work = take_posted()) (*work)();
  }
  void exit_child(std::size_t index, ExitStatus status) {
    children.at(index).alive = false;
    children.at(index).spec.on_exit(std::move(status));
  }
  /// Moves the clock; timers that become due go off.
  void advance(Duration duration) {
    now_ += duration;
    for (auto timer = timers.begin(); timer != timers.end();) {
      if (timer->second.first > now_) {
        ++timer;
        continue;
      }
      const auto on_time = std::move(timer->second.second);
      timers.erase(timer);
      on_time();
      timer = timers.begin();
    }
  }

  std::map<std::pair<StepIndex, Stream>, std::string> output;
  bool has_room = true;
  bool left_behind = false;
  std::vector<std::function<void()>> writers;  ///< that wait for room
  std::deque<Child> children;
  std::optional<Error> spawn_error;
  Duration spawn_takes{};
  std::map<TimerId, std::pair<Instant, std::function<void()>>> timers;
  std::deque<std::function<void()>> blocking_work;  ///< that no thread has begun
  std::optional<Error> work_error;
  std::shared_ptr<const Place> place_ = std::make_shared<const Place>(
      Place{.session = "11111111-2222-4333-8444-555555555555", .root = "/w", .state = {}, .cache = {}});
  RecordingLog log_;

 private:
  std::optional<std::function<void()>> take_posted() {
    const std::scoped_lock lock(mutex_);
    if (posted_.empty()) return std::nullopt;
    auto work = std::move(posted_.front());
    posted_.pop_front();
    return work;
  }

  Instant now_{std::chrono::seconds(1)};
  std::uint64_t last_timer_ = 0;
  std::mutex mutex_;
  std::deque<std::function<void()>> posted_;
};

/// A task of ./web without a command.
inline TaskSpec task_called(const std::string& name) {
  TaskSpec task;
  task.name = name;
  task.directory = "/w/web";
  task.options_json = "{}";
  return task;
}

/// Keeps what a run reports, as "started" and "exited: exit code 3".
class RecordingObserver final : public RunObserver {
 public:
  void run_started() override { events.emplace_back("started"); }
  void run_ready() override { events.emplace_back("ready"); }
  void run_exited(ExitStatus status) override { events.push_back("exited: " + to_string(status)); }
  void run_start_failed(Error why) override {
    events.push_back("start failed: " + why.message);
    error = std::move(why);
  }
  std::vector<std::string> events;
  Error error;  ///< of the start that failed
};

}  // namespace dream::plugin
