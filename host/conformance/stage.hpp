#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <dream/testing/plugin_driver.hpp>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/process.hpp"
#include "conformance/fault.hpp"
#include "conformance/lent.hpp"

namespace dream::conformance {

/// What a check is about.
struct Subject {
  std::filesystem::path file;
  std::filesystem::path folder;  ///< a project's folder with a task `dev` in every form that is known
  std::string options = "{}";    ///< of the plugin, JSON
  std::uint64_t seed = 0;        ///< of random orders
  std::chrono::microseconds call_limit = std::chrono::milliseconds(50);  ///< what a call may take
};

/// A plugin's entry function.
using Entry = const dream_plugin* (*)(const dream_handshake*);

/// One run on the stage.
struct StagedRun {
  std::size_t number = 0;  ///< from 1, for people
  dream_run* handle = nullptr;
  dream_run_id id = 0;
  dream_status start_status = DREAM_OK;
  bool waited = false;
  bool released = false;
  bool asked_to_end = false;
  bool ended_well = false;          ///< with 0, and nobody had asked it to end
  std::size_t children_before = 0;  ///< how many there were when it was first asked to end
  std::optional<ExitStatus> end;    ///< as on_exit was told; none after start_failed
  bool says_why = false;            ///< the end has a text
  std::atomic<int> exits = 0;
};

/// Which children of a run end while a scene goes on.
enum class Ending : std::uint8_t {
  none,
  forced,  ///< those that were forced to: they ignore their stop signal
  asked,   ///< those that were asked to, or forced
  all,
};

/// Whether it is one line of text, or nothing.
[[nodiscard]] bool is_line_or_empty(std::string_view text);
/// Why a plugin that starts no child can't be judged by a rule about children.
inline constexpr std::string_view no_child = "it starts no child";
/// Why what its child does says nothing about the run.
inline constexpr std::string_view more_than_a_child = "a run of it is more than one child of this machine";

/// A host without processes that plays scenes with a plugin, and notes what goes wrong in them.
class Stage {
 public:
  Stage(const Subject& subject, const dream_plugin& table, Findings& findings);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  [[nodiscard]] testing::FakeHost& host() { return host_; }
  [[nodiscard]] Findings& findings() { return findings_; }
  [[nodiscard]] const dream_plugin& table() const { return table_; }
  [[nodiscard]] bool runs_elsewhere() const { return (table_.abilities & DREAM_PLUGIN_RUNS_ELSEWHERE) != 0; }
  [[nodiscard]] dream_executor* executor() const { return executor_; }
  [[nodiscard]] std::deque<StagedRun>& runs() { return runs_; }

  /// The tasks that are started from now on ask to be told when they are ready.
  void ask_whether_ready() { asks_ready_ = true; }

  /// Makes the executor. False: it failed, and why is in failure().
  bool create(std::uint32_t extra_size = 0);
  void destroy();

  [[nodiscard]] StagedRun& new_run();
  /// Starts the first form of the task that the plugin accepts, without waiting. nullptr: it starts none, and
  /// the scenario counts as skipped. If it has started one before, that is a fault.
  StagedRun* start(std::uint32_t extra_size = 0);
  /// Starts a task that may well be refused.
  dream_status try_start(const testing::FakeTask& task, StagedRun& run, std::uint32_t command_kind = 0,
                         std::uint32_t extra_size = 0);
  void wait(StagedRun& run);
  StagedRun* start_and_wait();
  /// One run from its start to its release. False: it can't be started, or doesn't end.
  bool run_once();
  void terminate(StagedRun& run, std::uint32_t urgency, Fault on_failure);
  dream_state status(StagedRun& run);
  /// Whether a child of it lives.
  [[nodiscard]] bool has_child(const StagedRun& run) const;
  void release(StagedRun& run);

  /// Lets the children of a run write and end, and whatever else it waits for happen. Notes no_exit when it
  /// doesn't end even by force.
  void finish(StagedRun& run);
  /// How often something may come from a thread of the plugin's, 20 ms apart.
  static constexpr int hasty_turns = 3;
  static constexpr int patient_turns = 50;
  /// Lets everything happen, turn by turn: children, posts, work, and time as far as somebody waits for it.
  /// Until the run is over, or nothing more comes.
  void settle(const StagedRun& run, Ending ending, int most_turns = patient_turns, bool time_passes = true);
  void child_writes(const StagedRun& run);
  /// Those that `ending` says. A child that was started after its run was asked to end helps with that, and
  /// ends by itself.
  void end_children(const StagedRun& run, Ending ending);

  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] testing::FakeTask task(std::size_t form) const;
  static constexpr std::size_t task_forms = 3;

  /// What the plugin says to people: something behind the view, and one line of it.
  void check_text(const char* what, dream_str text);
  /// Judges the answer of a call: a status that exists, and a reason for each failure.
  void judge(const char* call, dream_status status, const testing::FakeErrors* errors);
  /// Notes what the host has refused since the last time, and texts that were used after they were taken
  /// back.
  void collect();
  /// Forgets the runs that are over and what belongs to them, so that only the plugin's memory grows.
  void forget();

 private:
  struct Waiting {
    Stage* stage;
    StagedRun* run;
  };
  static void on_exit(void* context, const dream_exit* exit) noexcept;
  void note_exit(StagedRun& run, const dream_exit* exit);
  void note_start_failed(dream_run_id id);
  void check_line(const char* what, std::string_view text);
  [[nodiscard]] Fault fault_of(const testing::FakeRefusal& refusal) const;
  void add(Fault fault, std::string text);

  const Subject& subject_;
  dream_plugin table_;
  Findings& findings_;
  testing::FakeHost host_;
  dream_executor* executor_ = nullptr;
  std::string failure_;
  std::recursive_mutex mutex_;  ///< of findings_ and runs_: an end may be told on any thread
  std::size_t last_number_ = 0;
  std::deque<StagedRun> runs_;
  const std::thread::id loop_ = std::this_thread::get_id();
  std::atomic<bool> ended_by_thread_ = false;  ///< a run, not on the loop
  std::deque<Waiting> waiting_;
  std::deque<Lent> lent_;
  std::size_t collected_ = 0;  ///< refusals
  bool asks_ready_ = false;
};

}  // namespace dream::conformance
