#pragma once

#include <dream/dream.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/ids.hpp"
#include "base/process.hpp"
#include "plugin/c_values.hpp"
#include "plugin/calls.hpp"
#include "plugin/executor.hpp"
#include "plugin/services.hpp"
#include "plugin/work_list.hpp"

namespace dream::plugin {

class HostSide;

/// What the host knows of one run. Never freed, so that a plugin that reports too often or too late finds
/// something to be told off with.
struct Ticket {
  enum class State : std::uint8_t { starting, running, ended, failed };

  HostSide* host = nullptr;
  dream_run_id id = 0;
  StepIndex step{};
  std::string subject;  ///< "./web:dev"
  RunObserver* observer = nullptr;  ///< null once the run was released: nobody listens any more
  State state = State::starting;
  std::size_t children = 0;             ///< that live
  std::optional<ExitStatus> held_exit;  ///< reported while children lived
  std::atomic<bool> released = false;   ///< read where a plugin's thread reports

  /// The environment that start was called with, and how the plugin sees it during that call. What it passes
  /// on as it is, is not copied.
  SharedEnvironment environment;
  const dream_strs* given_environment = nullptr;
  [[nodiscard]] SharedEnvironment environment_of(dream_strs texts) const;
};

/// The host as one executor sees it: the dream_host that it holds, its runs, children and timers. Never freed
/// either: after close() it only says no. Everything that isn't marked [any thread] is for the loop thread.
class HostSide {
 public:
  /// A new one, that lives forever. `calls` and `services` are used until close().
  static HostSide& open(Calls& calls, Services& services);
  HostSide(const HostSide&) = delete;
  HostSide& operator=(const HostSide&) = delete;

  /// The executor is about to go: work that has not begun is given back, work that runs is waited for. False:
  /// some still runs at `deadline`, and nothing of the plugin may be freed any more.
  [[nodiscard]] bool finish_work(Instant deadline);
  /// The executor is gone: its children are killed, its timers cancelled, its reports ignored.
  void close();

  [[nodiscard]] const dream_host* table() const { return &table_.base; }
  [[nodiscard]] static HostSide& of(const dream_host* table);

  // ---- runs -----------------------------------------------------------------------------------------------

  Ticket& issue(StepIndex step, std::string subject, RunObserver& observer);
  /// start answered DREAM_OK.
  void process_runs(Ticket& ticket);
  /// start failed: whatever it left is killed.
  void start_failed(Ticket& ticket);
  /// The end of a run that the plugin will never report; told later, on the loop.
  void lose(Ticket& ticket, std::string reason);

  /// [any thread] dream_host.started.
  void report_started(dream_run_id run);
  /// [any thread] The dream_on_exit of a run; `context` is its Ticket.
  static void report_exit(void* context, const dream_exit* exit) noexcept;

  // ---- services: what the C functions of host_services.cpp do ---------------------------------------------

  /// Whether a [loop] function may go on; reports it when the thread is wrong.
  [[nodiscard]] dream_status admit(std::string_view function);

  /// [any thread]
  void write_log(std::uint32_t level, dream_str message);
  [[nodiscard]] bool log_enabled(std::uint32_t level) const;

  dream_status write_output(dream_run_id run, std::uint32_t stream, dream_str bytes);
  dream_status when_writable(dream_run_id run, dream_on_writable on_writable, void* context);

  dream_status spawn(const dream_child& child, dream_child_id* id, dream_errors* errors);
  dream_status terminate_child(dream_child_id id, std::uint32_t urgency, dream_errors* errors);
  [[nodiscard]] std::int64_t child_pid(dream_child_id id) const;

  [[nodiscard]] std::uint64_t now() const;
  dream_status start_timer(std::uint64_t deadline, dream_on_time on_time, void* context, dream_timer_id* id);
  void cancel_timer(dream_timer_id id);

  /// [any thread]
  dream_status call_on_loop(dream_on_loop on_loop, void* context);
  dream_status work(dream_do_work do_work, dream_on_done on_done, void* context);
  [[nodiscard]] bool work_stopping() const { return work_.stopping(); }  ///< [any thread]

  /// A folder of the plugin's own in Place::state or Place::cache.
  dream_status own_folder(std::filesystem::path Place::*base, dream_str* path, dream_errors* errors);
  [[nodiscard]] const Place& place() const { return *place_; }  ///< [any thread]

 private:
  struct Child {
    ChildId id{};
    Ticket* ticket = nullptr;
    dream_on_exit on_exit = nullptr;
    dream_on_output on_output = nullptr;
    void* context = nullptr;
  };

  HostSide(Calls& calls, Services& services);

  /// [any thread] Does `work` on the loop, unless closed by then. False: it is closed already.
  bool post(std::function<void()> work);
  /// Does `work`, which calls the plugin: now, or later when a call of the plugin is running.
  void deliver(std::function<void()> work);
  /// The run of a service call, if it is one that may still do things.
  Ticket* open_run(dream_run_id run, std::string_view function);
  dream_status refuse(std::string_view function, dream_status code, std::string_view what,
                      dream_errors* errors);

  void started(dream_run_id run);
  void exited(Ticket& ticket, ReportedExit exit, bool late);
  void end(Ticket& ticket, ExitStatus status);
  void kill_children(const Ticket& ticket);
  void work_done(WorkList::Job job);
  void child_wrote(dream_child_id id, Stream stream, std::string_view bytes);
  void child_exited(dream_child_id id, const ExitStatus& status);

  // The struct that crosses the border comes first, so that its address is that of the whole.
  struct Table {
    dream_host base;
    HostSide* owner;
  };
  Table table_;
  const std::thread::id loop_;

  std::mutex mutex_;  ///< guards `services_` becoming null while another thread posts
  Services* services_;
  Calls* calls_;
  std::map<dream_run_id, Ticket> tickets_;
  std::map<dream_child_id, Child> children_;
  std::map<dream_timer_id, TimerId> timers_;
  WorkList work_;
  const std::shared_ptr<const Place> place_;
  std::map<std::string, std::string, std::less<>> folders_;  ///< that were made, by the folder they are in
};

/// The tables of post, work and paths.
extern const dream_post post_table;
extern const dream_work work_table;
extern const dream_paths paths_table;

/// What a service's error becomes for its caller.
dream_status tell(const Error& error, dream_errors* errors);

/// The C table of a service, or nullptr.
[[nodiscard]] const void* find_service(const char* id);

}  // namespace dream::plugin
