/// A host without processes, for the unit tests of a plugin: every service is a recording fake, and its clock
/// is moved by hand. What dream would refuse it refuses, too. plugin_driver.hpp calls a plugin like the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../detail/judge.hpp"
#include "../dream.h"
#include "fake_runs.hpp"
#include "fake_values.hpp"

namespace dream::testing {

/// A host for unit tests of a plugin: records what it is asked for, and has a clock that the test moves. The
/// thread that makes it is the loop's.
class FakeHost : public FakeRuns {
 public:
  FakeHost()
      : table_{{sizeof(dream_host), DREAM_ABI_MINOR, DREAM_STR("fake"), &find_service, &run_started,
                &run_start_failed, &run_left_behind, &run_ready},
               this} {}

  [[nodiscard]] const dream_host* table() const { return &table_.base; }

  // ---- what the plugin did --------------------------------------------------------------------------------

  [[nodiscard]] const std::deque<FakeChild>& children() const { return children_; }
  [[nodiscard]] const std::vector<LoggedLine>& logged() const { return logged_; }
  [[nodiscard]] const std::vector<dream_run_id>& started_runs() const { return started_; }
  [[nodiscard]] const std::vector<FakeStartFailure>& start_failures() const { return start_failures_; }
  /// What it said to have left behind, by its run.
  [[nodiscard]] const std::multimap<dream_run_id, std::string>& left_behind() const { return left_; }
  /// The services that it asked for, whether there are such or not.
  [[nodiscard]] const std::set<std::string>& asked_services() const { return asked_; }
  /// What was written for a run, to DREAM_STDOUT or DREAM_STDERR.
  [[nodiscard]] std::string output(dream_run_id run, std::uint32_t stream) const {
    const auto found = output_.find({run, stream});
    return found == output_.end() ? "" : found->second;
  }
  /// How often it has written for a run whose reader was slow, though it was told to hold back.
  [[nodiscard]] int hasty_writes() const { return hasty_; }

  /// Forgets all that is over: runs, children, what they have said and what was refused.
  void forget() {
    FakeRuns::forget();
    while (!children_.empty() && !children_.front().alive) children_.pop_front();
    const std::scoped_lock lock(mutex_);
    logged_ = {};
    started_ = {};
    start_failures_ = {};
    left_.clear();
    output_.clear();
  }

  // ---- what the test lets happen --------------------------------------------------------------------------

  /// A service that this host doesn't have.
  void without(const std::string& service_id) { missing_.insert(service_id); }

  /// From now on this is a host of version 1.0, which has nothing of what was appended later.
  void be_of_version_1_0() {
    table_.base.size = offsetof(dream_host, start_failed);
    table_.base.abi_minor = 0;
    of_1_0_ = true;
  }

  /// The next spawn fails.
  void fail_next_spawn(dream_status code, std::string message) {
    spawn_failure_ = code;
    spawn_message_ = std::move(message);
  }

  void exit_child(std::size_t index, std::uint32_t kind, std::int32_t value) {
    FakeChild& child = children_.at(index);
    for (auto& [stream, bytes] : std::exchange(child.unread, {})) hand_over(child, stream, bytes);
    if (!std::exchange(child.alive, false)) return;
    child_ended(child.run);
    if (run_life(child.run) != detail::Life::open) return;
    const dream_exit exit{sizeof(dream_exit), kind, value, {nullptr, 0}};
    call_back("on_exit of a child", [&] { child.on_exit(child.context, &exit); });
  }

  /// To the plugin when it takes the bytes, else to the run's output. A plugin that has to hold back gets
  /// them later.
  void child_writes(std::size_t index, std::uint32_t stream, std::string_view bytes) {
    write(children_.at(index), stream, bytes);
  }

  /// From now on the reader is slow: every write is answered with DREAM_AGAIN.
  void stop_reading() { reading_ = false; }
  /// How many callbacks wait for room.
  [[nodiscard]] std::size_t waiting_for_room() const { return writable_.size(); }
  /// The reader has caught up: whoever waits for room is told.
  void go_on_reading() {
    reading_ = true;
    full_.clear();
    for (const auto& [callback, context] : std::exchange(writable_, {})) {
      call_back("on_writable", [&, callback = callback, context = context] { callback(context); });
    }
    for (FakeChild& child : children_) read_on(child);
  }

  /// [any thread] Hears of each start that the plugin says to have failed after all.
  std::function<void(dream_run_id run)> on_start_failed;

  // ---- what dream.paths/1 answers
  std::string state_folder = "/home/me/.local/state/dream/plugin";
  std::string cache_folder = "/home/me/.cache/dream/plugin";
  std::string root = "/workspace";
  std::string session = "11111111-2222-4333-8444-555555555555";

 private:
  struct Table {
    dream_host base;
    FakeHost* owner;
  };

  static FakeHost& of(const dream_host* host) { return *reinterpret_cast<const Table*>(host)->owner; }
  static void run_ready(const dream_host* self, dream_run_id run) noexcept { of(self).become_ready(run); }

  [[nodiscard]] FakeChild* find_child(dream_child_id id) {
    for (FakeChild& child : children_) {
      if (child.id == id) return &child;
    }
    return nullptr;
  }
  static detail::Life life_of(const FakeChild* child) {
    if (child == nullptr) return detail::Life::unknown;
    return child->alive ? detail::Life::open : detail::Life::over;
  }

  // ---- output of children

  void hand_over(const FakeChild& child, std::uint32_t stream, std::string_view bytes) {
    if (run_life(child.run) != detail::Life::open) return;
    call_back("on_output", [&] { child.on_output(child.context, stream, {bytes.data(), bytes.size()}); });
  }
  void read_on(FakeChild& child) {
    if (full_.contains(child.run)) return;
    for (auto& [stream, bytes] : std::exchange(child.unread, {})) write(child, stream, bytes);
  }
  void write(FakeChild& child, std::uint32_t stream, std::string_view bytes) {
    if (child.on_output == nullptr) {
      output_[{child.run, stream}] += bytes;
    } else if (full_.contains(child.run) || child.paused.contains(stream)) {
      child.unread[stream] += bytes;
    } else {
      hand_over(child, stream, bytes);
    }
  }

  // ---- the C functions

  static const void* find_service(const dream_host* self, const char* id) noexcept {
    static constexpr dream_log log{sizeof(dream_log), &log_write, &log_enabled};
    static constexpr dream_output output{sizeof(dream_output), &output_write, &output_when_writable};
    static constexpr dream_process process{sizeof(dream_process), &spawn, &terminate, &pid, &pause, &resume};
    static constexpr dream_process process_1_0{
        offsetof(dream_process, pause), &spawn, &terminate, &pid, nullptr, nullptr};
    static constexpr dream_timer timer{sizeof(dream_timer), &timer_now, &timer_start, &timer_cancel};
    static constexpr dream_post post{sizeof(dream_post), &post_call};
    static constexpr dream_work work{sizeof(dream_work), &work_run, &work_stopping};
    static constexpr dream_paths paths{sizeof(dream_paths), &paths_state, &paths_cache, &paths_root,
                                       &paths_session};
    if (id == nullptr) return nullptr;
    FakeHost& host = of(self);
    const std::scoped_lock lock(host.mutex_);
    const std::string_view wanted(id);
    host.asked_.emplace(wanted);
    if (host.missing_.contains(std::string(wanted))) return nullptr;
    if (wanted == DREAM_LOG_ID) return &log;
    if (wanted == DREAM_OUTPUT_ID) return &output;
    if (wanted == DREAM_PROCESS_ID) return host.of_1_0_ ? &process_1_0 : &process;
    if (wanted == DREAM_TIMER_ID) return &timer;
    if (wanted == DREAM_POST_ID) return &post;
    if (wanted == DREAM_WORK_ID) return &work;
    if (wanted == DREAM_PATHS_ID) return &paths;
    return nullptr;
  }

  static void run_started(const dream_host* self, dream_run_id run) noexcept {
    FakeHost& host = of(self);
    host.become_started(run);
    const std::scoped_lock lock(host.mutex_);
    host.started_.push_back(run);
  }

  static void run_start_failed(const dream_host* self, dream_run_id run, dream_status code, dream_str where,
                               dream_str message, dream_str hint) noexcept {
    FakeHost& host = of(self);
    static_cast<void>(host.end_run(run, "start_failed"));
    {
      const std::scoped_lock lock(host.mutex_);
      host.start_failures_.push_back({run, code, text(where), text(message), text(hint)});
    }
    if (host.on_start_failed) host.on_start_failed(run);
  }
  static void run_left_behind(const dream_host* self, dream_run_id run, dream_str what) noexcept {
    FakeHost& host = of(self);
    const detail::Judgement judgement = detail::judge_run(host.run_life(run));
    if (!judgement.fine()) host.refuse("left_behind", judgement);
    const std::scoped_lock lock(host.mutex_);
    host.left_.emplace(run, text(what));
  }

  static void log_write(const dream_host* self, std::uint32_t level, dream_str message) noexcept {
    FakeHost& host = of(self);
    if (const auto judgement = detail::judge_line(message); !judgement.fine()) {
      host.refuse("log.write", judgement);
      return;
    }
    const std::scoped_lock lock(host.mutex_);
    host.logged_.push_back({level, text(message)});
  }
  static std::int32_t log_enabled(const dream_host* self, std::uint32_t) noexcept {
    return of(self).admit("log.enabled") == DREAM_OK ? 1 : 0;
  }

  static dream_status output_write(const dream_host* self, dream_run_id run, std::uint32_t stream,
                                   dream_str bytes) noexcept {
    FakeHost& host = of(self);
    const dream_status admitted = host.admit(
        "output.write", nullptr, [&] { return detail::judge_output(host.run_life(run), stream, bytes); });
    if (admitted != DREAM_OK) return admitted;
    if (host.full_.contains(run) && bytes.size > 0) ++host.hasty_;
    host.output_[{run, stream}] += text(bytes);
    if (host.reading_) return DREAM_OK;
    host.full_.insert(run);
    return DREAM_AGAIN;
  }
  static dream_status output_when_writable(const dream_host* self, dream_run_id run,
                                           dream_on_writable on_writable, void* context) noexcept {
    FakeHost& host = of(self);
    const dream_status admitted = host.admit("output.when_writable", nullptr, [&] {
      return detail::judge_when_writable(host.run_life(run), on_writable);
    });
    if (admitted == DREAM_OK) host.writable_.emplace_back(on_writable, context);
    return admitted;
  }

  static dream_status spawn(const dream_host* self, const dream_child* given, dream_child_id* id,
                            dream_errors* errors) noexcept {
    FakeHost& host = of(self);
    const dream_child child = detail::known_part(given);
    const dream_status admitted = host.admit(
        "process.spawn", errors, [&] { return detail::judge_spawn(given, host.run_life(child.run), id); });
    if (admitted != DREAM_OK) return admitted;
    if (const dream_status failure = std::exchange(host.spawn_failure_, DREAM_OK); failure != DREAM_OK) {
      if (errors == nullptr) return failure;
      return errors->fail(errors, failure, {nullptr, 0}, view(host.spawn_message_), {nullptr, 0});
    }
    *id = host.next_handle();
    host.child_began(child.run);
    host.children_.push_back({.id = *id,
                              .run = child.run,
                              .argv = texts(child.argv),
                              .directory = text(child.directory),
                              .environment = texts(child.environment),
                              .stop_signal = child.stop_signal,
                              .relays = texts(child.relays),
                              .flags = child.flags,
                              .on_exit = child.on_exit,
                              .on_output = child.on_output,
                              .context = child.context});
    return DREAM_OK;
  }
  static dream_status terminate(const dream_host* self, dream_child_id id, std::uint32_t urgency,
                                dream_errors* errors) noexcept {
    FakeHost& host = of(self);
    FakeChild* child = nullptr;
    const dream_status admitted = host.admit("process.terminate", errors, [&] {
      child = host.find_child(id);
      return detail::judge_terminate(life_of(child), urgency);
    });
    if (admitted == DREAM_OK && child->alive) child->terminations.push_back(urgency);
    return admitted;
  }
  /// 1001 for the first child, and so on; 0 after its exit.
  static std::int64_t pid(const dream_host* self, dream_child_id id) noexcept {
    FakeHost& host = of(self);
    const FakeChild* child = nullptr;
    const dream_status admitted = host.admit("process.pid", nullptr, [&] {
      child = host.find_child(id);
      return detail::judge_child(life_of(child));
    });
    if (admitted != DREAM_OK || !child->alive) return 0;
    std::int64_t number = 1001;
    for (const FakeChild& other : host.children_) number += other.id < id ? 1 : 0;
    return number;
  }

  dream_status hold(const char* function, dream_child_id id, std::uint32_t stream, bool held) {
    FakeChild* child = nullptr;
    const dream_status admitted = admit(function, nullptr, [&] {
      child = find_child(id);
      return detail::judge_hold(life_of(child), stream, child != nullptr && child->on_output != nullptr);
    });
    if (admitted != DREAM_OK) return admitted;
    if (held) {
      child->paused.insert(stream);
    } else {
      child->paused.erase(stream);
      post(&read_paused, this);
    }
    return DREAM_OK;
  }
  static void read_paused(void* context) noexcept {
    auto& host = *static_cast<FakeHost*>(context);
    for (FakeChild& child : host.children_) host.read_on(child);
  }
  static dream_status pause(const dream_host* self, dream_child_id id, std::uint32_t stream) noexcept {
    return of(self).hold("process.pause", id, stream, true);
  }
  static dream_status resume(const dream_host* self, dream_child_id id, std::uint32_t stream) noexcept {
    return of(self).hold("process.resume", id, stream, false);
  }

  static std::uint64_t timer_now(const dream_host* self) noexcept {
    return of(self).admit("timer.now") == DREAM_OK ? of(self).now() : 0;
  }
  static dream_status timer_start(const dream_host* self, std::uint64_t deadline, dream_on_time on_time,
                                  void* context, dream_timer_id* id) noexcept {
    FakeHost& host = of(self);
    const dream_status admitted =
        host.admit("timer.start", nullptr, [&] { return detail::judge_timer(on_time, id); });
    if (admitted != DREAM_OK) return admitted;
    *id = host.next_handle();
    host.add_timer(*id, {deadline, on_time, context});
    return DREAM_OK;
  }
  static void timer_cancel(const dream_host* self, dream_timer_id id) noexcept {
    if (of(self).admit("timer.cancel") == DREAM_OK) of(self).cancel_timer(id);
  }

  static dream_status post_call(const dream_host* self, dream_on_loop on_loop, void* context) noexcept {
    const detail::Judgement judgement = detail::judge_post(on_loop);
    if (judgement.fine()) {
      of(self).post(on_loop, context);
    } else {
      of(self).refuse("post.call", judgement);
    }
    return judgement.code();
  }

  static dream_status work_run(const dream_host* self, dream_do_work do_work, dream_on_done on_done,
                               void* context) noexcept {
    FakeHost& host = of(self);
    const dream_status admitted =
        host.admit("work.run", nullptr, [&] { return detail::judge_work(do_work, on_done); });
    if (admitted != DREAM_OK) return admitted;
    if (host.stopping()) return DREAM_E_STALE;
    host.add_work({do_work, on_done, context});
    return DREAM_OK;
  }
  static std::int32_t work_stopping(const dream_host* self) noexcept { return of(self).stopping() ? 1 : 0; }

  static dream_str view(const std::string& text) { return {text.data(), text.size()}; }
  static dream_status paths_folder(const dream_host* self, const char* function, const std::string& folder,
                                   dream_str* path, dream_errors* errors) noexcept {
    const dream_status admitted = of(self).admit(function, errors, [&] { return detail::judge_path(path); });
    if (admitted == DREAM_OK) *path = view(folder);
    return admitted;
  }
  static dream_status paths_state(const dream_host* self, dream_str* path, dream_errors* errors) noexcept {
    return paths_folder(self, "paths.state", of(self).state_folder, path, errors);
  }
  static dream_status paths_cache(const dream_host* self, dream_str* path, dream_errors* errors) noexcept {
    return paths_folder(self, "paths.cache", of(self).cache_folder, path, errors);
  }
  static dream_str paths_root(const dream_host* self) noexcept { return view(of(self).root); }
  static dream_str paths_session(const dream_host* self) noexcept { return view(of(self).session); }

  Table table_;
  std::set<std::string> missing_;
  std::set<std::string> asked_;
  std::deque<FakeChild> children_;
  std::vector<LoggedLine> logged_;
  std::vector<dream_run_id> started_;
  std::vector<FakeStartFailure> start_failures_;
  std::multimap<dream_run_id, std::string> left_;
  std::map<std::pair<dream_run_id, std::uint32_t>, std::string> output_;
  std::vector<std::pair<dream_on_writable, void*>> writable_;
  std::set<dream_run_id> full_;  ///< those that were told DREAM_AGAIN
  int hasty_ = 0;
  bool reading_ = true, of_1_0_ = false;
  dream_status spawn_failure_ = DREAM_OK;
  std::string spawn_message_;
};

}  // namespace dream::testing
