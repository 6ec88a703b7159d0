#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/process.hpp"
#include "base/time.hpp"
#include "plan/probe.hpp"
#include "plan/project_names.hpp"

/// What dream.json says, as values: no JSON, no files. `config` makes it, `plan` reads it.
/// Every `where` is the place in dream.json that set the thing (the key's, or the array element's).
namespace dream {

/// Variables in the order they are set: of two with the same name the later wins.
using Environment = std::vector<std::pair<std::string, std::string>>;

/// The JSON pointer of an `options` object in dream.json. Layers are merged (RFC 7396) when a step needs
/// them.
using OptionsPointer = std::string;

/// What a task that hasn't dream's own stdin reads.
enum class StandardInput : std::uint8_t {
  empty,  ///< its end, at once
  open,   ///< nothing, until the task is asked to end: a watcher takes the end of its input for its own
};

/// As dream.json writes it.
[[nodiscard]] constexpr const char* word_of(StandardInput input) {
  return input == StandardInput::open ? "open" : "empty";
}

/// Whom of a step the graceful signal goes to.
enum class StopTo : std::uint8_t {
  tree,  ///< everything that it started
  root,  ///< its first process alone, which tells its own
};

/// What becomes of the processes that a step's own first process leaves behind when it ends by itself.
enum class Leftovers : std::uint8_t {
  end,   ///< they are ended with the step
  keep,  ///< they stay until the end of the run
};

/// How a run is taken down.
enum class StopOrder : std::uint8_t {
  reverse,  ///< each step when none that needs it runs any more
  all,      ///< all at once
};

/// The form of the jobserver that steps in front share with make and others below them.
enum class Jobserver : std::uint8_t {
  pipe,  ///< inherited: every make and cargo know it
  fifo,  ///< a named one, for make from 4.4 and ninja from 1.13 on
};

/// A port that a task listens on, given to it as a variable.
struct Port {
  std::string name;  ///< of the variable
  std::uint16_t number = 0;
  SourceOffset where;
};

/// Whether another attempt of a step follows one that is over, and when.
struct Restart {
  enum class On : std::uint8_t {
    no,
    failure,
    always,  ///< in the foreground: as `failure`
  };
  On on = On::no;
  std::size_t max = 5;                         ///< restarts before the step has failed for good; 0: no limit
  Duration window = std::chrono::seconds(60);  ///< once it was ready, only those within this time count
  Duration delay = std::chrono::milliseconds(200);  ///< the first pause, doubled each time
  Duration max_delay = std::chrono::seconds(10);    ///< the longest
  bool operator==(const Restart&) const = default;
};

/// `tasks.T` and `projects.P.tasks.T`. What is absent is inherited.
struct TaskSettings {
  SourceOffset where;
  std::optional<bool> async;
  std::optional<bool> required;
  std::optional<bool> service;  ///< implies async
  std::optional<bool> pty;
  std::optional<bool> group;  ///< its dependencies are one group
  std::optional<Leftovers> leftovers;
  std::optional<Duration> delay;
  std::optional<Duration> timeout;
  std::optional<Duration> stop_grace;
  std::optional<int> stop_signal;
  std::optional<SuccessCodes> success_codes;
  std::optional<Probes> ready;
  std::optional<Duration> ready_timeout;
  std::optional<Restart> restart;
  std::optional<Health> health;
  std::optional<StopTo> stop_to;
  std::optional<std::optional<Command>> command;  ///< `null`: the task has no process
  std::optional<std::vector<std::string>> profiles;
  std::optional<std::string> description;
  std::vector<Port> ports;
  Environment env;
  std::vector<std::string> env_files;  ///< as written; relative to the project's folder
  std::optional<std::string> executor;
  std::optional<OptionsPointer> options;
  std::optional<StandardInput> standard_input;
  std::optional<bool> interactive;
};

/// What a dependency in the background releases the next step by.
enum class WaitFor : std::uint8_t { started, ready };

/// One entry of `workspace[project][task]`.
struct Dependency {
  SourceOffset where;
  /// Normalised. Empty, without `by_manifest`: each project that has the entry by its pattern.
  std::string project;
  std::string task;  ///< empty: the same task as the one that depends
  std::optional<bool> async;
  std::optional<bool> required;
  std::optional<Duration> delay;
  std::optional<WaitFor> wait_for;  ///< none: ready where the task has `ready`
  bool restart_with = false;        ///< whoever names it is restarted when this one was
  bool finally = false;             ///< runs at the end
  bool joins = false;               ///< the group of the entry before it
  /// `"^"`: the task in all projects that the manifest of the one that depends names; then without `project`.
  /// Of an entry that was made of such a one, with it.
  bool by_manifest = false;
  bool passed_on = false;  ///< it is one of those of a task that the project lacks; never written
};

/// `projects.P`, for one project or a glob.
struct ProjectSettings {
  SourceOffset where;
  std::optional<std::string> executor;
  std::optional<OptionsPointer> options;
  Environment env;
  std::vector<std::string> env_files;
  std::vector<Port> ports;  ///< of each of its tasks
  std::map<std::string, TaskSettings, std::less<>> tasks;
};

/// `projects["./packages/*"]`: for every project it matches and no exact entry names. The first that matches
/// wins.
struct ProjectGlob {
  std::string pattern;
  ProjectSettings settings;
};

/// `executors.X`.
struct ExecutorSettings {
  SourceOffset where;
  std::optional<std::string>
      plugin;  ///< path of a shared library, as written; relative to the workspace root
  std::optional<OptionsPointer> options;
};

/// An entry of `recursive`.
struct RecursiveRule {
  SourceOffset where;
  std::string project;             ///< normalised; may be a glob
  std::vector<std::string> tasks;  ///< `*`: all of them
};

/// `workspace[project][task]`: what the task needs, in the order written.
struct TaskDependencies {
  SourceOffset where;
  std::vector<Dependency> entries;
};

/// `workspace["./packages/*"]`: for every project it matches and no exact entry names. Those of several that
/// match are appended in the order written.
struct DependencyGlob {
  std::string pattern;
  std::map<std::string, TaskDependencies, std::less<>> tasks;
};

/// All that dream.json says.
struct Workspace {
  std::filesystem::path root;  ///< absolute
  std::filesystem::path file;  ///< the dream.json itself
  std::map<std::string, std::map<std::string, TaskDependencies, std::less<>>, std::less<>> dependencies;
  GlobList<DependencyGlob> dependency_globs;
  std::map<std::string, TaskSettings, std::less<>> tasks;
  std::vector<RecursiveRule> recursive;
  std::string executor = "shell";
  std::map<std::string, ExecutorSettings, std::less<>> executors;
  std::map<std::string, ProjectSettings, std::less<>> projects;
  GlobList<ProjectGlob> project_globs;
  /// Globs of files outside of projects that count for all of these when they change; none: the built-in
  /// ones.
  std::optional<std::vector<std::string>> affects;
  StopOrder stop_order = StopOrder::reverse;
  Jobserver jobserver = Jobserver::pipe;
  bool has_groups = false;  ///< some entries are one: in an array of their own, by "^", or by "group"

  /// The exact entry of a normalised project, else the first glob that matches, else nullptr.
  [[nodiscard]] const ProjectSettings* settings_of(const std::string& project) const;

  /// Calls `see(task, entry)` for each dependency entry, those of globs too; `task` is the one that depends.
  template <class See>
  void for_each_entry(const See& see) const {
    const auto see_all = [&](const auto& of_project) {
      for (const auto& [task, written] : of_project)
        for (const Dependency& entry : written.entries) see(task, entry);
    };
    for (const auto& [project, of_project] : dependencies) see_all(of_project);
    for (const DependencyGlob& glob : dependency_globs) see_all(glob.tasks);
  }
};

}  // namespace dream
