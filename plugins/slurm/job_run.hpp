#pragma once

#include <dream/sdk.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/child.hpp"
#include "shared/marks.hpp"
#include "shared/run_notes.hpp"

namespace dream::slurm {

/// What a step needs, with nothing borrowed.
struct JobPlan {
  std::vector<std::string> options;  ///< of srun
  std::vector<std::string> words;    ///< what the job runs
  std::string name;                  ///< of the job
  std::string nonce;
  std::string directory;
  std::vector<std::string> environment;  ///< of srun, and so of the job
  int stop_signal = 15;
};

/// All of srun's words.
[[nodiscard]] std::vector<std::string> srun_words(const JobPlan& plan);

/// A step that is a job step of Slurm: srun is the child; signals go by scancel, as srun takes one for a wish
/// to kill.
class JobRun : public sdk::Run {
 public:
  JobRun(const sdk::Host& host, dream_run_id run, JobPlan plan, std::shared_ptr<plugins::RunNotes> notes);
  ~JobRun() override;

  /// Once.
  [[nodiscard]] sdk::Result<void> begin();

  sdk::Result<void> terminate(sdk::Urgency urgency) override;
  [[nodiscard]] sdk::RunState state() const override;

 private:
  void marked(const std::string& words);
  void srun_ended(const sdk::Exit& exit);
  [[nodiscard]] sdk::Result<void> ask_slurm(std::vector<std::string> argv, plugins::Child::OnExit on_exit);
  [[nodiscard]] bool may_be_queued() const;
  void settle();
  void finish();
  [[nodiscard]] bool has_run() const;
  [[nodiscard]] sdk::Failure start_failure() const;
  void signal(int number);
  void send_signal();
  void take_back();
  void leave_behind(const std::string& what);
  void ask_why_it_waits();
  void wake_in(std::uint64_t nanoseconds);
  static void woken(void* context) noexcept;
  void write(std::uint32_t stream, std::string_view bytes);

  sdk::Host host_;
  dream_run_id run_;
  JobPlan plan_;
  std::shared_ptr<plugins::RunNotes> notes_;
  plugins::Child srun_;
  plugins::Child helper_;  ///< scancel or squeue
  plugins::Marks out_;
  plugins::Marks err_;
  std::string step_;  ///< "12.0", once it runs
  std::string refused_;
  std::string waiting_;  ///< why it doesn't run yet
  std::string answer_;   ///< of the helper
  std::optional<sdk::Exit> exit_;
  int unsent_signal_ = 0;  ///< goes out when the helper has ended, or after a pause; 0: none
  int tries_left_ = 0;     ///< of the last one
  bool asked_ = false;
  bool forced_ = false;
  bool over_ = false;
  bool left_ = false;  ///< something of it may live on
  dream_timer_id timer_ = 0;
  std::uint64_t deadline_ = 0;  ///< of a forced end
};

}  // namespace dream::slurm
