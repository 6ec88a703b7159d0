#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <dream/testing/plugin_driver.hpp>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "conformance/fault.hpp"

namespace dream::conformance {

/// What a check is about.
struct Subject {
  std::filesystem::path file;
  std::filesystem::path folder;  ///< a project's folder with a task `dev` in every form that is known
  std::string options = "{}";    ///< of the plugin, JSON
  std::uint64_t seed = 0;        ///< of random orders
};

/// A plugin's entry function.
using Entry = const dream_plugin* (*)(const dream_handshake*);

/// One run on the stage.
struct StagedRun {
  dream_run* handle = nullptr;
  dream_run_id id = 0;
  dream_status start_status = DREAM_OK;
  bool waited = false;
  bool released = false;
  std::atomic<int> exits = 0;
  std::string output_at_exit;  ///< what had been written by then
};

/// NAME=VALUE, of this process.
[[nodiscard]] std::vector<std::string> own_environment();

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
  [[nodiscard]] dream_executor* executor() const { return executor_; }
  [[nodiscard]] std::deque<StagedRun>& runs() { return runs_; }

  /// Makes the executor. False: it failed, and why is in failure().
  bool create(std::uint32_t extra_size = 0);
  void destroy();

  /// Starts the first form of the task that the plugin accepts, without waiting. nullptr: it starts none, and
  /// the scenario counts as skipped.
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
  void release(StagedRun& run);

  /// Lets the children of a run write and end, and whatever else it waits for happen. Notes no_exit when it
  /// doesn't end even by force.
  void finish(StagedRun& run);
  /// How often something may come from a thread of the plugin's, 20 ms apart.
  static constexpr int hasty_turns = 3;
  static constexpr int patient_turns = 50;
  /// Lets everything happen that doesn't need a child: posts, work, time. Until the run is over, or nothing
  /// more comes.
  void settle(const StagedRun& run, int most_turns = patient_turns);
  void child_writes(const StagedRun& run);
  /// Children of the run that were told to end do so; a stubborn one only by force.
  void end_terminated_children(const StagedRun& run, bool stubborn);
  void end_children(const StagedRun& run);

  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] testing::FakeTask task(std::size_t form) const;
  static constexpr std::size_t task_forms = 3;

  /// Judges the answer of a call: a status that exists, and a reason for each failure.
  void judge(const char* call, dream_status status, const testing::FakeErrors* errors);
  /// Everything that was written for a run.
  [[nodiscard]] std::string output(const StagedRun& run) const;

 private:
  struct Ending {
    Stage* stage;
    StagedRun* run;
  };
  static void on_exit(void* context, const dream_exit* exit) noexcept;
  void note_exit(StagedRun& run, const dream_exit* exit);
  void look_after_end(StagedRun& run);

  const Subject& subject_;
  dream_plugin table_;
  Findings& findings_;
  testing::FakeHost host_;
  dream_executor* executor_ = nullptr;
  std::string failure_;
  std::recursive_mutex mutex_;  ///< of runs_ and findings_: an end may be told on any thread
  std::deque<StagedRun> runs_;
  std::deque<Ending> endings_;
};

}  // namespace dream::conformance
