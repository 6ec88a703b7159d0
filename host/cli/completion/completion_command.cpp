#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/completion/completion.hpp"
#include "cli/since.hpp"
#include "cli/terminal.hpp"
#include "cli/views/ctl_view.hpp"
#include "cli/workspace.hpp"
#include "control/client.hpp"
#include "control/place.hpp"
#include "embedded/bash_completion.hpp"
#include "embedded/fish_completion.hpp"
#include "embedded/zsh_completion.hpp"
#include "history/archive.hpp"
#include "prepare/offers.hpp"
#include "prepare/project_list.hpp"

namespace dream::cli {

namespace {

/// A run that doesn't answer at once isn't waited for: somebody types.
constexpr Duration typing_patience = std::chrono::milliseconds(500);

/// What the workspace offers; none of it where there is no dream.json or it can't be read.
class Offering {
 public:
  Offering(Options options, const CompletionPlace& place) : options_(std::move(options)) {
    options_.directory = place.directory;
    if (place.project) options_.projects = {*place.project};
    Result<prepare::LoadedWorkspace> loaded = prepare::read_workspace(options_.directory, options_.trust);
    if (loaded) loaded_ = std::move(*loaded);
  }

  [[nodiscard]] std::vector<Candidate> projects() const {
    std::vector<Candidate> found;
    if (!loaded_) return found;
    for (const prepare::ListedProject& project : prepare::list_projects(loaded_->workspace))
      found.push_back({project.name, {}});
    return found;
  }

  [[nodiscard]] std::vector<Candidate> tasks() const {
    std::vector<Candidate> found;
    if (!loaded_) return found;
    const std::string name = project();
    std::optional<AskedPlugins> plugins;
    if (!config::has_errors(loaded_->problems)) plugins.emplace(*loaded_, options_);
    for (const prepare::OfferedTask& task :
         prepare::offered_tasks(name, *loaded_, plugins ? &plugins->registry() : nullptr))
      found.push_back({task.name, task.what.empty() && !task.found ? "task of " + name : task.what});
    return found;
  }

  [[nodiscard]] std::vector<Candidate> executors() const {
    std::vector<Candidate> found;
    const Workspace& workspace = loaded_ ? loaded_->workspace : Workspace();
    for (const std::string& id : prepare::plugin_search_path(workspace, options_.trust).available())
      found.push_back({id, "executor"});
    return found;
  }

  [[nodiscard]] std::vector<Candidate> runs() const {
    std::vector<Candidate> found;
    for (const control::Connection& run : open_runs())
      found.push_back({run.info().short_id(), join_words(run.info().requested)});
    return found;
  }

  /// By the names of their files alone: none is read.
  [[nodiscard]] std::vector<Candidate> records() const {
    std::vector<Candidate> found;
    if (!loaded_) return found;
    const auto archive = history::Archive::open_own();
    if (!archive) return found;
    for (const history::Entry& entry : archive->entries_of(loaded_->workspace.root)) {
      found.push_back(
          {entry.run.substr(0, control::RunInfo::short_size), "of " + local_time(entry.started_ms)});
      if (found.size() == history::Limits{}.runs_of_workspace) break;
    }
    return found;
  }

  [[nodiscard]] std::vector<Candidate> steps() const {
    std::vector<Candidate> found;
    for (control::Connection& run : open_runs()) {
      const auto answer =
          run.ask({.id = 1, .what = control::Request::What::ps}, read_clock() + typing_patience);
      for (const StepSeen& step : answer ? steps_in(*answer) : std::vector<StepSeen>())
        found.push_back({step.id, step.state});
    }
    return found;
  }

 private:
  /// Those of this workspace, which it may have none of.
  [[nodiscard]] std::vector<control::Connection> open_runs() const {
    if (!loaded_) return {};
    return control::open_runs(control::sockets_of_runs(plugin::own_lookup()),
                              [root = control::real_root(loaded_->workspace.root)](
                                  const control::RunInfo& run) { return run.root == root; },
                              {typing_patience})
        .meant;
  }

  /// The one whose tasks are meant; empty: none.
  [[nodiscard]] std::string project() const {
    const auto named = options_.projects.empty() ? std::nullopt : std::optional(options_.projects.front());
    const auto project = prepare::requested_project(named, options_.directory, loaded_->workspace);
    return project ? *project : std::string();
  }

  Options options_;
  std::optional<prepare::LoadedWorkspace> loaded_;
};

/// A candidate a line: the word, a tab, and what it is. No name can break out of its line.
int answer(const Options& options) {
  const CompletionSource source{
      .tasks = [&](const CompletionPlace& place) { return Offering(options, place).tasks(); },
      .projects = [&](const CompletionPlace& place) { return Offering(options, place).projects(); },
      .executors = [&](const CompletionPlace& place) { return Offering(options, place).executors(); },
      .steps = [&](const CompletionPlace& place) { return Offering(options, place).steps(); },
      .runs = [&](const CompletionPlace& place) { return Offering(options, place).runs(); },
      .records = [&](const CompletionPlace& place) { return Offering(options, place).records(); }};
  std::string text;
  for (const Candidate& one : complete_words(options.arguments, source)) {
    if (printable(one.word) != one.word) continue;
    text += one.word;
    if (!one.help.empty()) text += "\t" + printable(one.help);
    text += '\n';
  }
  return print(text);
}

int refuse(const std::string& message) {
  complain(Error{ErrorCode::usage, message, {}, "dream completion bash|zsh|fish"});
  return exit_nothing_run;
}

// Without the name of a shell it answers the scripts: `dream completion -- WORDS`.
int complete(const Options& options) {
  if (options.words.empty() && !options.arguments.empty()) return answer(options);
  if (options.words.empty()) return refuse("completion needs the name of a shell");
  if (options.words[0] == "bash") return print(embedded::bash_completion);
  if (options.words[0] == "zsh") return print(embedded::zsh_completion);
  if (options.words[0] == "fish") return print(embedded::fish_completion);
  return refuse("there is no completion for \"" + printable(options.words[0]) + "\"");
}

}  // namespace

const Subcommand completion_command{

    .name = "completion",
    .takes = "bash|zsh|fish",
    .help = "prints a script that completes command lines in that shell",
    .examples = {"eval \"$(dream completion bash)\"    # in ~/.bashrc",
                 "dream completion fish | source     # in ~/.config/fish/config.fish"},
    .define = [](Definition& definition, Options& options) { definition.words(options.words, 0, 1); },
    .run = complete,
};

}  // namespace dream::cli
