#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "control/request.hpp"
#include "output/colors.hpp"

namespace dream::cli {

enum class When : std::uint8_t { automatic, always, never };
enum class Graph : std::uint8_t { none, dot, mermaid };
enum class Output : std::uint8_t { automatic, prefix, raw, grouped, quiet, events };

/// What the commands of `dream ctl` ask of which run.
struct CtlOptions {
  control::Request request;
  std::optional<std::string> run;        ///< the begin of its id, or "-1" for a record; none: the one meant
  bool everywhere = false;               ///< of ps: the runs of all workspaces
  std::optional<Duration> timeout;       ///< of wait
  bool watch = false;                    ///< of ps: again and again
  bool raw = false;                      ///< of logs: without labels
  std::vector<std::string> runs;         ///< of show and compare: the begin of an id, or "-1" for the last
  std::optional<std::int64_t> since_ms;  ///< of logs: since 1970

  /// Whether the run of this id may be meant.
  [[nodiscard]] bool may_mean(const std::string& id) const { return !run || id.starts_with(*run); }
  [[nodiscard]] bool means_record() const { return run && run->starts_with('-'); }

  /// Of each step.
  [[nodiscard]] std::size_t lines_of_logs() const {
    constexpr std::size_t usual = 100;
    if (request.lines) return *request.lines;
    return since_ms ? control::most_lines : usual;
  }
};

/// What a command line says. A command's definition tells which of it can be said.
struct Options {
  bool is_named = true;  ///< the command is there by name: false for `dream dev`
  bool version = false;
  bool info = false;
  bool dry_run = false;
  std::vector<std::string> tasks;      ///< of run, plan and suggest (that takes one); ids, too
  std::vector<std::string> words;      ///< of other commands
  std::vector<std::string> arguments;  ///< after `--`
  CtlOptions ctl;
  std::optional<std::filesystem::path> directory;
  std::vector<std::string> projects;  ///< as written: paths and globs
  bool all = false;                   ///< every project that has the task
  bool affected = false;              ///< those that have changed
  std::optional<std::string> affected_since;
  bool dependents = false;    ///< those too that depend on the selected ones
  Graph graph = Graph::none;  ///< of plan
  bool list_only = false;     ///< of run: names the projects, runs nothing
  std::optional<bool> recursive;
  std::optional<Duration> grace;
  std::optional<std::size_t> jobs;  ///< none: as many as there are processors
  bool keep_going = false;
  std::vector<std::string> profiles;     ///< that are asked for
  bool detach = false;                   ///< of run: it goes on when it is up
  bool record = false;                   ///< of run: what happens is kept, for ctl history and show
  std::optional<output::Colors> colors;  ///< of a detached run: as its caller's terminal has them
  int notice = -1;                       ///< of a detached run: a pipe for the path of its socket
  bool moves_ports = false;              ///< --ports auto
  Output output = Output::automatic;
  bool quiet = false;  ///< the same as Output::quiet
  std::optional<std::filesystem::path> log_directory;
  std::optional<std::filesystem::path> trace_file;
  When color = When::automatic;
  bool json = false;
  bool debug = false;
  bool trust = false;   ///< any dream.json is obeyed, plugins of the workspace are loaded unconfirmed
  bool forget = false;  ///< of trust: no longer accept the dream.json in DIR
  bool strict = false;  ///< of validate: warnings are failures
  bool write = false;   ///< of suggest: what is suggested goes into dream.json
  std::optional<std::string> from;            ///< of init: the file to take over; none: it looks around
  std::optional<std::string> only_rule;       ///< of plugin check; none: all of them
  std::optional<std::size_t> seed;            ///< of plugin check
  std::optional<std::string> plugin_options;  ///< of plugin check and info, JSON
};

}  // namespace dream::cli
