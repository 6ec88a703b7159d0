#include "cli/same_runs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/terminal.hpp"
#include "cli/views/ctl_view.hpp"
#include "control/place.hpp"
#include "plugin/search_path.hpp"
#include "process/process_tree.hpp"

namespace dream::cli {

namespace {

/// Nobody's start is held up for long by runs that say nothing. On a busy machine one that is well takes its
/// time.
constexpr Duration short_patience = std::chrono::seconds(1);

/// The parent of this process, its parent and so on.
std::set<pid_t> processes_above() {
  std::set<pid_t> above;
  auto status = process::process_status(::getppid());
  while (status && above.insert(status->identity.pid).second)
    status = process::process_status(status->parent);
  return above;
}

/// Nothing: no run is known to have started this process.
std::optional<Result<void>> judge_runs_above(const Plan& plan, const std::string& root,
                                             const std::set<pid_t>& above) {
  constexpr Duration patience = std::chrono::milliseconds(500);
  std::optional<Result<void>> judged;
  const auto is_above = [&](pid_t pid) { return above.contains(pid); };
  control::OpenRuns runs = control::open_runs(control::sockets_of_runs(plugin::own_lookup()),
                                              [&](const control::RunInfo& run) { return is_above(run.pid); },
                                              {patience, is_above});
  for (control::Connection& run : runs.meant) {
    const auto answer = run.ask({.id = 1, .what = control::Request::What::ps}, read_clock() + patience);
    for (const StepSeen& step : answer ? steps_in(*answer) : std::vector<StepSeen>()) {
      if (step.pid == 0 || !above.contains(step.pid)) continue;
      judged = Result<void>();
      const bool is_planned =
          run.info().root == root && std::ranges::any_of(plan.steps, [&](const Step& planned) {
            return to_string(planned.id) == step.id;
          });
      if (!is_planned) continue;
      return Error{
          ErrorCode::plan,
          step.id + " would start itself without end: it has started this dream (run " +
              run.info().short_id() + "), which runs it again, so nothing is run",
          {},
          "call its script otherwise; if it only collects its dependencies, \"command\": null does that"};
    }
  }
  return judged;
}

std::function<bool(const control::RunInfo&)> is_same(const Plan& plan, const std::filesystem::path& root) {
  return [what = what_runs(control::info_of(plan, {}, root))](const control::RunInfo& run) {
    return what_runs(run) == what;
  };
}

bool has_terminal(pid_t pid) {
  const auto status = process::process_status(pid);
  return status && status->has_terminal;
}

/// The folders that a run may have been started for, as its process has them: where it stands, also as its
/// shell has reached that over links, and what its -C says. Empty: it has ended, or may not be looked at.
std::vector<std::string> starting_folders(pid_t pid) {
  std::vector<std::filesystem::path> folders{process::folder_of(pid)};
  if (const auto reached = process::environment_value(pid, "PWD")) folders.emplace_back(*reached);
  const std::optional<Options> options = options_of_run(pid);
  std::vector<std::string> found;
  for (std::filesystem::path folder : folders) {
    if (folder.empty()) continue;
    if (options && options->directory) folder /= *options->directory;
    found.push_back(printable(folder.lexically_normal().string()));
    found.push_back(control::real_root(folder));
  }
  return found;
}

}  // namespace

std::string what_runs(control::RunInfo run) {
  std::ranges::sort(run.requested);  // who asks for the same in another order asks for the same
  return fmt::format("{}\n{}\n--profile {}", run.root, fmt::join(run.requested, "\n"),
                     fmt::join(run.profiles, "\n"));
}

std::optional<Options> options_of_run(pid_t pid) {
  const std::string line = process::command_line(pid);
  std::vector<const char*> words;
  for (std::size_t at = 0; at < line.size(); at += std::strlen(words.back()) + 1)
    words.push_back(line.c_str() + at);
  const auto parsed = parse_command_line(static_cast<int>(words.size()), words.data());
  const auto* invocation = parsed ? std::get_if<Invocation>(&*parsed) : nullptr;
  return invocation == nullptr ? std::nullopt : std::optional(invocation->options);
}

control::Waiting waiting_for_any_run() {
  return {.on_long_wait = [](const control::SilentRun& run) {
    complain(fmt::format("{} yet; dream waits for it for {} at most", sentence_on(run),
                         human_duration(control::usual_patience)));
  }};
}

control::Waiting waiting_for(std::function<bool(const std::string&)> is_folder_meant) {
  control::Waiting waiting = waiting_for_any_run();
  waiting.can_be_meant = [is_folder_meant = std::move(is_folder_meant)](pid_t pid) {
    const std::vector<std::string> folders = starting_folders(pid);
    if (folders.empty()) return process::process_status(pid).has_value();
    return std::ranges::any_of(folders, is_folder_meant);
  };
  return waiting;
}

control::Waiting waiting_for_runs_of(const std::string& root) {
  return waiting_for([root](const std::string& folder) { return is_in(folder, root); });
}

bool is_in(const std::string& inner, const std::string& outer) {
  return inner == outer || inner.starts_with(outer.ends_with('/') ? outer : outer + "/");
}

control::OpenRuns find_same_runs(const Plan& plan, const std::filesystem::path& root, Duration most) {
  control::Waiting waiting = waiting_for_runs_of(control::real_root(root));
  waiting.most = most;
  const auto same = is_same(plan, root);
  control::OpenRuns runs = control::open_runs(control::sockets_of_runs(plugin::own_lookup()), same, waiting);
  const Result<history::Archive> archive = history::Archive::open_own();
  if (runs.silent.empty() || !archive) return runs;
  const std::vector<history::Overview> recorded = recorded_runs(*archive, archive->entries_of(root));
  std::erase_if(runs.silent, [&](const control::SilentRun& run) {
    return std::ranges::any_of(recorded, [&](const history::Overview& overview) {
      return overview.header.run.run == run.run && !same(overview.header.run);
    });
  });
  return runs;
}

std::vector<history::Overview> recorded_runs(const history::Archive& archive,
                                             const std::vector<history::Entry>& entries) {
  std::vector<history::Overview> runs;
  for (const history::Entry& entry : entries) {
    if (!archive.is_held(entry)) continue;
    const Result<std::string> text = archive.read(entry);
    Result<history::Overview> overview = text ? history::overview_of(*text) : text.error();
    if (overview && !overview->exit_code) runs.push_back(std::move(*overview));
  }
  return runs;
}

std::optional<control::RunInfo> find_same_recorded_run(const Plan& plan, const std::filesystem::path& root) {
  const Result<history::Archive> archive = history::Archive::open_own();
  if (!archive) return {};
  const auto run_in = [](const history::Overview& overview) { return overview.header.run; };
  const std::vector<history::Overview> runs = recorded_runs(*archive, archive->entries_of(root));
  const auto same = std::ranges::find_if(runs, is_same(plan, root), run_in);
  return same == runs.end() ? std::nullopt : std::optional(run_in(*same));
}

Result<void> check_starts_not_itself(const Plan& plan, const std::filesystem::path& root) {
  constexpr Duration at_a_start = std::chrono::seconds(1);
  constexpr int pause_us = 5000;
  if (::getenv(process::child_mark_name) == nullptr) return {};  // no task has started it
  const std::set<pid_t> above = processes_above();
  if (std::ranges::none_of(above, process::runs_this_program)) return {};
  const std::string real = control::real_root(root);
  // A run can be asked only a moment after its first step has started, and on a busy machine later.
  for (const Instant end = read_clock() + at_a_start; read_clock() < end; ::usleep(pause_us))
    if (const auto judged = judge_runs_above(plan, real, above)) return *judged;
  return {};
}

std::string sentence_on(const control::SilentRun& run) {
  const std::string pid = run.pid == 0 ? "" : fmt::format(" (pid {})", run.pid);
  return fmt::format("run {}{} {}", run.run.substr(0, control::RunInfo::short_size), pid,
                     run.unheard ? fmt::format("goes on and can't be asked, as its socket is gone or lies "
                                               "elsewhere (XDG_RUNTIME_DIR); `kill {}` ends it",
                                               run.pid)
                     : run.stopped
                         ? fmt::format("is stopped, as by Ctrl-Z, and can't be asked: {} continues it",
                                       has_terminal(run.pid) ? "fg" : fmt::format("`kill -CONT {}`", run.pid))
                     : run.refused.empty() ? "doesn't answer"
                                           : "can't be asked: " + run.refused);
}

std::string sentence_on(const control::RunInfo& run, const Verb& verb) {
  return fmt::format("{} {} (run {}, pid {})", join_words(run.requested),
                     run.requested.size() > 1 ? verb.of_many : verb.of_one, run.short_id(), run.pid);
}

bool is_being_stopped(control::Connection& run, Duration patience) {
  const auto answer = run.ask({.id = 1, .what = control::Request::What::ps}, read_clock() + patience);
  return answer && tells_of_stop(*answer);
}

bool wait_for_end(control::Connection& run, const Plan& plan) {
  Duration most = std::chrono::seconds(10);  // for what can't be killed, and the summary
  for (const Step& step : plan.steps)
    most += step.stop_grace + (step.finally ? step.timeout.value_or(Duration::zero()) : Duration::zero());
  complain(sentence_on(run.info(), {"is being stopped", "are being stopped"}) +
           "; this run begins when that one has ended");
  const Instant until = read_clock() + most;
  while (run.line(until)) {
  }
  if (!run.timed_out()) return true;
  complain("run " + run.info().short_id() + " hasn't ended, and isn't waited for any more");
  return false;
}

bool is_stopping_run(pid_t pid) {
  control::OpenRuns runs = control::open_runs(control::sockets_of_runs(plugin::own_lookup()),
                                              [&](const control::RunInfo& run) { return run.pid == pid; },
                                              {short_patience, [&](pid_t other) { return other == pid; }});
  return std::ranges::any_of(runs.meant,
                             [](control::Connection& run) { return is_being_stopped(run, short_patience); });
}

void tell_same_runs(const Plan& plan, const std::filesystem::path& root) {
  constexpr std::size_t most = 3;
  auto runs = find_same_runs(plan, root, short_patience).meant;
  for (std::size_t at = 0; at < std::min(runs.size(), most); ++at) {
    if (is_being_stopped(runs[at], short_patience) && wait_for_end(runs[at], plan)) continue;
    complain(sentence_on(runs[at].info(), {"runs already, and goes on", "run already, and go on"}) +
             "; dream ctl down --run " + runs[at].info().short_id() + " ends that one");
  }
  if (runs.size() > most) complain(fmt::format("so do {} more; dream ctl ps shows them", runs.size() - most));
}

}  // namespace dream::cli
