#pragma once

#include <dream/dream.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

#include "base/process.hpp"
#include "plugin/c_values.hpp"
#include "plugin/calls.hpp"
#include "plugin/error_sink.hpp"
#include "plugin/executor.hpp"
#include "plugin/services.hpp"
#include "plugin/work_list.hpp"

namespace dream::plugin {

/// What the host knows of one run, until that is released.
struct Ticket {
  /// `failed`: its start has; there is nothing to be told of it any more, as of one that has ended.
  enum class State : std::uint8_t { starting, running, ended, failed };
  /// How it was over: it ended, or its start failed.
  using End = std::variant<ExitStatus, Error>;

  dream_run_id id = 0;
  std::string subject;  ///< "./web:dev"
  StepIndex step{};
  RunObserver* observer = nullptr;  ///< null: nobody waits for it any more, and what it reports is ignored
  State state = State::starting;
  bool asked_to_end = false;
  bool tells_ready = false;          ///< it was asked to
  bool is_ready = false;             ///< it has said so
  std::size_t children = 0;          ///< that live
  std::optional<End> held_end = {};  ///< reported while children lived
  /// Asks the plugin how it is doing: the line for people. Empty: the run can't be asked.
  std::function<std::string()> look = {};
  std::string seen = {};                   ///< what look() said last
  std::optional<TimerId> start_news = {};  ///< until it runs: when its start is told to take long again

  /// The plugin may hear no more of it: its context may be gone.
  [[nodiscard]] bool over() const {
    return state == State::ended || state == State::failed || held_end || observer == nullptr;
  }

  /// The environment that start was called with, and how the plugin sees it during that call. What it passes
  /// on as it is, is not copied.
  SharedEnvironment environment = {};
  const dream_strs* given_environment = nullptr;
  SharedEnvironment own_environment = {};  ///< what dream.json gives of it
  [[nodiscard]] SharedEnvironment environment_of(dream_strs texts) const;
};

/// The host as one executor sees it: the dream_host that it holds, its runs, children and timers. Never
/// freed: after close() it only says no. Everything that isn't marked [any thread] is for the loop thread.
///
/// Each service has a file in host_side/: its C table and the functions of it, beside what they do.
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
  /// [any thread] The one that gave out this handle; null: none has.
  [[nodiscard]] static HostSide* which_gave(std::uint64_t handle);

  // ---- runs -----------------------------------------------------------------------------------------------

  /// Valid until release().
  Ticket& issue(StepIndex step, std::string subject, RunObserver& observer);
  /// start answered DREAM_OK.
  void mark_running(Ticket& ticket);
  /// start answered DREAM_STARTING: from now on it is told when that takes long.
  void watch_start(Ticket& ticket);
  /// start failed. True: nothing of the run is left, and `ticket` is gone. False: it has left children, which
  /// are killed now; the observer is told when they are gone.
  [[nodiscard]] bool fail_start(Ticket& ticket, const Error& error);
  /// The end of a run that the plugin will never report; told later, on the loop.
  void lose(Ticket& ticket, std::string reason);
  /// SIGKILL for all of its children.
  void kill_children(const Ticket& ticket);
  /// The run's object is gone: so is the ticket, unless the run has not ended.
  void release(Ticket& ticket);
  /// Tickets that are issued and not released.
  [[nodiscard]] std::size_t runs() const { return tickets_.size(); }

  /// [any thread] dream_host.started, .start_failed, .left_behind, .ready.
  void report_started(dream_run_id run);
  void report_start_failed(dream_run_id run, std::shared_ptr<ErrorSink> said, dream_status code);
  void report_left_behind(dream_run_id run, dream_str what);
  void report_ready(dream_run_id run);
  /// [any thread] The dream_on_exit of a run; `context` is exit_context(its ticket).
  static void report_exit(void* context, const dream_exit* exit) noexcept;
  [[nodiscard]] static void* exit_context(const Ticket& ticket);

  /// What a plugin is asked about a run that lives, and answers later, once: one of the two.
  struct Question {
    dream_run_id run = 0;
    OnInside on_inside = {};
    OnHealth on_health = {};
  };
  /// One that is about to be asked; the context of its answer.
  [[nodiscard]] void* expect(Question question);
  /// It won't be answered.
  void forget(const void* context);
  /// [any thread] The dream_on_inside and dream_on_health of a question.
  static void report_inside(void* context, const dream_exit* exit, dream_str output) noexcept;
  static void report_health(void* context, std::uint32_t healthy, dream_str why) noexcept;

  // ---- services -------------------------------------------------------------------------------------------

  /// Whether a [loop] function may go on; reports it when the thread is wrong.
  [[nodiscard]] dream_status admit(std::string_view function);

  /// [any thread]
  void write_log(std::uint32_t level, dream_str message);
  [[nodiscard]] bool log_enabled(std::uint32_t level) const;

  dream_status write_output(dream_run_id run, std::uint32_t stream, dream_str bytes);
  dream_status when_writable(dream_run_id run, dream_on_writable on_writable, void* context);

  dream_status spawn(const dream_child* given, dream_child_id* id, dream_errors* errors);
  dream_status terminate_child(dream_child_id id, std::uint32_t urgency, dream_errors* errors);
  dream_status hold_child(dream_child_id id, std::uint32_t stream, bool held, std::string_view function);
  [[nodiscard]] std::int64_t child_pid(dream_child_id id);

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
    dream_run_id run = 0;
    dream_on_exit on_exit = nullptr;
    dream_on_output on_output = nullptr;
    void* context = nullptr;
  };

  HostSide(std::uint64_t number, Calls& calls, Services& services);

  /// Handles are of one sequence, whoever gives them and whatever they are of, so that none can be taken for
  /// another. Never 0.
  [[nodiscard]] std::uint64_t next_handle() const;

  /// [any thread] Does `work` on the loop, unless closed by then. False: it is closed already.
  bool post(std::function<void()> work);
  /// [any thread] Tells of a fault on the loop, each once: a thread may call wrongly all the time.
  void post_fault(std::string_view function, std::string_view what);
  /// Asked by what the loop calls, which is never within a call of the plugin. False: closed.
  [[nodiscard]] bool may_call_back() const;
  /// Calls the plugin back; with --debug it is then told which of its runs say something new of themselves.
  void call_back(CallName name, const std::function<void()>& body);
  /// The run of a report or of a service call, or null.
  Ticket* find(dream_run_id run);
  /// What the judge of calls is to know of a run or child.
  [[nodiscard]] static detail::Life life_of(const Ticket* ticket);
  [[nodiscard]] detail::Life life_of_child(dream_child_id id) const;
  /// The run whose end is reported, if it may still end.
  Ticket* ending_run(dream_run_id run, std::string_view function);
  /// Tells that the plugin has called a function of the host wrongly, and why it fails.
  dream_status refuse(CallName call, detail::Judgement why, dream_errors* errors = nullptr);

  void tell_long_start(dream_run_id run, Duration taken);
  void stop_start_news(Ticket& ticket);
  void started(dream_run_id run);
  void start_failed(dream_run_id run, const ErrorSink& said, dream_status code);
  void left_behind(dream_run_id run, const std::string& what);
  void ready(dream_run_id run);
  void exited(dream_run_id run, ReportedExit exit);
  /// The question of this answer, which is then known to be answered. Without a function to tell: nobody
  /// wants to know any more.
  [[nodiscard]] Question answered(std::uint64_t handle, std::string_view function);
  /// Ends the run, at once or when its last child is gone.
  void end_with_children(Ticket& ticket, Ticket::End end, std::string_view function);
  void end(Ticket& ticket, Ticket::End end);
  void work_done(WorkList::Job job);
  void child_wrote(dream_child_id id, Stream stream, std::string_view bytes);
  void child_exited(dream_child_id id, const ExitStatus& status);

  // The struct that the plugin sees comes first, so that its address is that of the whole.
  struct Table {
    dream_host base;
    HostSide* owner;
  };
  Table table_;
  const std::uint64_t number_;  ///< from 1
  const std::thread::id loop_;

  std::mutex mutex_;  ///< guards `services_` becoming null while another thread posts, and:
  std::set<std::pair<std::string, std::string>> posted_faults_;
  Services* services_;
  Calls* calls_;
  std::map<dream_run_id, Ticket> tickets_;
  std::map<dream_child_id, Child> children_;
  std::map<dream_timer_id, TimerId> timers_;
  std::map<std::uint64_t, Question> questions_;  ///< that aren't answered
  WorkList work_;
  const std::shared_ptr<const Place> place_;
  std::map<std::string, std::string, std::less<>> folders_;  ///< that were made, by the folder they are in
};

/// The services, by their files in host_side/.
extern const dream_log log_table;
extern const dream_output output_table;
extern const dream_process process_table;
extern const dream_timer timer_table;
extern const dream_post post_table;
extern const dream_work work_table;
extern const dream_paths paths_table;

/// What is given for a stream of output or of a child.
[[nodiscard]] std::optional<Stream> stream_from(std::uint32_t stream);

/// What a service's error becomes for its caller.
dream_status tell(const Error& error, dream_errors* errors);

}  // namespace dream::plugin
