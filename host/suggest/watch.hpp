#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "output/reporter.hpp"
#include "plan/plan.hpp"
#include "probe/log_line.hpp"
#include "process/supervisor.hpp"
#include "suggest/folder.hpp"
#include "suggest/seen.hpp"

namespace dream::suggest {

/// Looks on at a run: when each step of interest begins to listen on which ports, and which lines and files
/// it writes first. It looks often at first and ever more seldom, twice a second at least, until the run is
/// over.
class Watch : public output::Reporter {
 public:
  /// What it works with. All must outlive the watch.
  struct Parts {
    const process::Supervisor& supervisor;
    Clock& clock;
    std::function<pid_t(StepIndex)> pid_of;             ///< of its first process; 0: not of this machine
    std::filesystem::path root;                         ///< of the workspace
    std::function<void(const std::string& text)> tell;  ///< a sentence for the user
    std::function<std::string(std::string)> mask;       ///< a line, as it may be shown and kept
  };
  /// `plan` must outlive it, too.
  Watch(const Plan& plan, std::span<const StepIndex> steps, Parts parts);

  [[nodiscard]] Result<void> begin(Instant /*now*/) override { return {}; }
  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override;
  void hear(StepIndex step, Stream stream, std::string_view bytes);

  /// One for each step of the plan; of those of no interest nothing.
  [[nodiscard]] std::vector<Seen> take() { return std::move(seen_); }

 private:
  /// One attempt of a step, while it is looked at.
  struct Watched {
    StepIndex step{};
    Instant begin;
    std::filesystem::path folder{};  ///< empty: it shares it with another step
    Folder files{};                  ///< in it, when they were looked at last
    std::array<probe::LineReader, 2> lines{};
  };

  void begin_to_watch(Instant now, StepIndex step);
  void stop_watching(Instant now, StepIndex step, Seen::Course course);
  [[nodiscard]] Watched* watched(StepIndex step);
  void look();
  void look_at(Watched& watched);
  void look_at_ports(const Watched& watched, Seen& seen);
  void look_at_files(Watched& watched, Seen& seen);

  const Plan& plan_;
  Parts parts_;
  std::set<std::uint64_t> inherited_;  ///< sockets that dream itself has: every task gets them
  StepIndex requested_;
  std::vector<bool> of_interest_;  ///< by step
  std::vector<Seen> seen_;         ///< by step
  std::vector<Watched> watched_;
  std::unique_ptr<Clock::Alarm> alarm_;
  Instant news_{};  ///< when something was seen that wasn't before
  bool requested_runs_ = false;
  bool told_ = false;  ///< that there is nothing new
};

}  // namespace dream::suggest
