#include "cli/same_runs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/text.hpp"
#include "cli/views/ctl_view.hpp"
#include "control/place.hpp"
#include "plugin/search_path.hpp"
#include "process/process_tree.hpp"

namespace dream::cli {

namespace {

/// The parent of this process, its parent and so on.
std::set<pid_t> processes_above() {
  std::set<pid_t> above;
  auto status = process::process_status(::getppid());
  while (status && above.insert(status->identity.pid).second)
    status = process::process_status(status->parent);
  return above;
}

}  // namespace

std::vector<control::Connection> find_same_runs(const Selection& selection, const std::filesystem::path& root,
                                                Duration patience) {
  std::vector<std::string> ids;
  for (const SelectedStep& step : selection.steps) ids.push_back(to_string(step.id));
  return control::open_runs(
      control::sockets_of_runs(plugin::own_environment()),
      [&, real = control::real_root(root)](const control::RunInfo& run) {
        return run.root == real && run.requested == ids;
      },
      patience);
}

Result<void> check_starts_not_itself(const Plan& plan, const std::filesystem::path& root) {
  constexpr Duration at_a_start = std::chrono::milliseconds(500);
  if (::getenv(process::child_mark_name) == nullptr) return {};  // no task has started it
  const std::set<pid_t> above = processes_above();
  std::vector<control::Connection> runs = control::open_runs(
      control::sockets_of_runs(plugin::own_environment()),
      [&, real = control::real_root(root)](const control::RunInfo& run) {
        return run.root == real && above.contains(run.pid);
      },
      at_a_start);
  for (control::Connection& run : runs) {
    if (!run.send({.id = 1, .what = control::Request::What::ps})) continue;
    const auto answer = run.line(read_clock() + at_a_start);
    for (const StepSeen& step : answer ? steps_in(*answer) : std::vector<StepSeen>()) {
      const bool is_planned = std::ranges::any_of(
          plan.steps, [&](const Step& planned) { return to_string(planned.id) == step.id; });
      if (step.pid == 0 || !above.contains(step.pid) || !is_planned) continue;
      return Error{
          ErrorCode::plan,
          step.id + " would start itself without end: it has started this dream (run " +
              run.info().short_id() + "), which runs it again, so nothing is run",
          {},
          "call its script otherwise; if it only collects its dependencies, \"command\": null does that"};
    }
  }
  return {};
}

std::string sentence_on(const control::RunInfo& run, const std::string& what) {
  return fmt::format("{} {} (run {}, pid {})", join_words(run.requested), what, run.short_id(), run.pid);
}

}  // namespace dream::cli
