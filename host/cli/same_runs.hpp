#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "control/client.hpp"
#include "history/archive.hpp"
#include "history/record.hpp"
#include "plan/plan.hpp"

/// Runs of the same that go on already.
namespace dream::cli {

/// The workspace, what was asked for and the profiles: runs in which these are the same are "the same".
[[nodiscard]] std::string what_runs(control::RunInfo run);

/// Those of the same; `silent`: those that may be of the same, as far as is known.
/// `most`: for all that say nothing.
[[nodiscard]] control::OpenRuns find_same_runs(const Plan& plan, const std::filesystem::path& root,
                                               Duration most = control::usual_patience);

/// What a run was started with, as its process has it. None: it has ended, or may not be looked at.
[[nodiscard]] std::optional<Options> options_of_run(pid_t pid);

/// How to wait for runs: a user who waits for long learns for whom.
[[nodiscard]] control::Waiting waiting_for_any_run();
/// The same where those are meant that may have been started for such a folder.
[[nodiscard]] control::Waiting waiting_for(std::function<bool(const std::string&)> is_folder_meant);
/// For runs of this workspace.
[[nodiscard]] control::Waiting waiting_for_runs_of(const std::string& root);

/// Whether a folder is this one or lies below it.
[[nodiscard]] bool is_in(const std::string& inner, const std::string& outer);

/// The runs that go on by these records, in the same order.
[[nodiscard]] std::vector<history::Overview> recorded_runs(const history::Archive& archive,
                                                           const std::vector<history::Entry>& entries);

/// The newest one of the same.
[[nodiscard]] std::optional<control::RunInfo> find_same_recorded_run(const Plan& plan,
                                                                     const std::filesystem::path& root);

/// Tells of them: a detached one is easily forgotten, and its ports and files are in use. Many are no news to
/// whoever starts them. The end of one that is being stopped is waited for.
void tell_same_runs(const Plan& plan, const std::filesystem::path& root);

/// Whether it is being stopped, by its own word.
[[nodiscard]] bool is_being_stopped(control::Connection& run, Duration patience = control::usual_patience);

/// Waits for the end of a run that is being stopped, no longer than all its steps may take one after the
/// other if they are those of this plan. The signals that end dream end the wait. False: it hasn't ended.
[[nodiscard]] bool wait_for_end(control::Connection& run, const Plan& plan);

/// Whether a run with this process is being stopped.
[[nodiscard]] bool is_stopping_run(pid_t pid);

/// Whether a step of the plan has started this program, directly or through others: an error then, for it
/// would start itself without end.
[[nodiscard]] Result<void> check_starts_not_itself(const Plan& plan, const std::filesystem::path& root);

/// "run 5f0c1a2b (pid 17) doesn't answer".
[[nodiscard]] std::string sentence_on(const control::SilentRun& run);

struct Verb {
  const char* of_one;
  const char* of_many;
};
/// "./c:dev runs already (run 5f0c1a2b, pid 17)", "./b:dev and ./c:dev run already (…)".
[[nodiscard]] std::string sentence_on(const control::RunInfo& run, const Verb& verb);

}  // namespace dream::cli
