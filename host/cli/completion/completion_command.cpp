#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/completion/completion.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace.hpp"
#include "embedded/bash_completion.hpp"
#include "embedded/fish_completion.hpp"
#include "embedded/zsh_completion.hpp"
#include "prepare/offers.hpp"
#include "prepare/project_list.hpp"

namespace dream::cli {

namespace {

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
      found.push_back({*project.name, {}});
    return found;
  }

  [[nodiscard]] std::vector<Candidate> tasks() const {
    std::vector<Candidate> found;
    if (!loaded_) return found;
    const std::string name = project();
    for (const prepare::ListedProject& project : prepare::list_projects(loaded_->workspace)) {
      if (*project.name != name) continue;
      for (const prepare::ListedTask& task : project.tasks)
        found.push_back({*task.name, description(name, *task.name).value_or("task of " + name)});
    }
    if (config::has_errors(loaded_->problems)) return found;
    AskedPlugins plugins(*loaded_, options_);
    std::unordered_set<std::string> known;
    for (const Candidate& one : found) known.insert(one.word);
    for (const plugin::FoundTask& task : prepare::find_tasks(name, *loaded_, plugins.registry())) {
      if (!known.insert(task.name).second) continue;
      found.push_back({task.name, task.summary.empty() ? task.source : task.summary});
    }
    return found;
  }

  [[nodiscard]] std::vector<Candidate> executors() const {
    std::vector<Candidate> found;
    const Workspace& workspace = loaded_ ? loaded_->workspace : Workspace();
    for (const std::string& id : prepare::plugin_search_path(workspace, options_.trust).available())
      found.push_back({id, "executor"});
    return found;
  }

 private:
  /// What dream.json says of a task.
  [[nodiscard]] std::optional<std::string> description(const std::string& project,
                                                       const std::string& task) const {
    const ProjectSettings* settings = loaded_->workspace.settings_of(project);
    for (const auto* tasks : {settings == nullptr ? nullptr : &settings->tasks, &loaded_->workspace.tasks}) {
      if (tasks == nullptr) continue;
      const auto found = tasks->find(task);
      if (found != tasks->end() && found->second.description) return found->second.description;
    }
    return std::nullopt;
  }

  /// The one whose tasks are meant; empty: none.
  [[nodiscard]] std::string project() const {
    if (!options_.projects.empty()) return normalise_project(options_.projects.front());
    const Result<std::filesystem::path> folder = prepare::starting_folder(options_.directory);
    const Result<std::string> project =
        folder ? config::project_of_folder(loaded_->workspace, *folder) : Result<std::string>(folder.error());
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
      .executors = [&](const CompletionPlace& place) { return Offering(options, place).executors(); }};
  std::string text;
  for (const Candidate& one : complete_words(options.arguments, source)) {
    if (printable(one.word) != one.word) continue;
    text += one.word;
    if (!one.help.empty()) text += "\t" + printable(one.help);
    text += '\n';
  }
  return print(text);
}

int refuse(std::string message) {
  complain(Error{ErrorCode::usage, std::move(message), {}, "dream completion bash|zsh|fish"});
  return exit_nothing_run;
}

}  // namespace

// Without the name of a shell it answers the scripts: `dream completion -- WORDS`.
int completion_command(const Options& options) {
  if (options.words.empty() && !options.arguments.empty()) return answer(options);
  if (options.words.empty()) return refuse("completion needs the name of a shell");
  if (options.words.size() > 1) return refuse("unexpected \"" + printable(options.words[1]) + "\"");
  if (options.words[0] == "bash") return print(embedded::bash_completion);
  if (options.words[0] == "zsh") return print(embedded::zsh_completion);
  if (options.words[0] == "fish") return print(embedded::fish_completion);
  return refuse("there is no completion for \"" + printable(options.words[0]) + "\"");
}

}  // namespace dream::cli
