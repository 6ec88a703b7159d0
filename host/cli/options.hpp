#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace dream::cli {

/// What the first word of a command line names.
enum class CommandName : std::uint8_t {
  run,
  plan,
  list,
  validate,
  info,
  schema,
  plugin,
  completion,
  init,
  trust,
  suggest,
  ctl
};
enum class When : std::uint8_t { automatic, always, never };
enum class Graph : std::uint8_t { none, dot, mermaid };
enum class Output : std::uint8_t { automatic, prefix, raw, grouped, events };

/// The command line, understood.
struct Options {
  CommandName command = CommandName::run;
  std::vector<std::string> tasks;      ///< of run, plan and suggest (that takes one); ids, too
  std::vector<std::string> arguments;  ///< after `--`
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
  std::vector<std::string> profiles;  ///< that are asked for
  bool detach = false;                ///< of run: it goes on when it is up
  bool record = false;                ///< of run: what happens is kept, for ctl history and show
  int notice = -1;                    ///< of a detached run: a pipe for the path of its socket
  bool moves_ports = false;           ///< --ports auto
  Output output = Output::automatic;
  std::optional<std::filesystem::path> log_directory;
  std::optional<std::filesystem::path> trace_file;
  When color = When::automatic;
  bool json = false;
  bool debug = false;
  bool trust = false;   ///< any dream.json is obeyed, plugins of the workspace are loaded unconfirmed
  bool forget = false;  ///< of trust: the folder is trusted no more
  bool strict = false;  ///< of validate: warnings are failures
  bool write = false;   ///< of suggest: what is suggested goes into dream.json
  std::vector<std::string> words;   ///< of plugin, completion, trust and ctl: what follows it
  std::optional<std::string> from;  ///< of init: the file to take over; none: it looks around
  std::string only_rule;            ///< of plugin check; empty: all of them
  std::uint64_t seed = 1;           ///< of plugin check
  std::string plugin_options;       ///< of plugin check and info, JSON; empty: none
};

/// Text that answers the command line by itself (help, version).
struct Answer {
  std::string text;
};

/// Reads the command line. Errors have the code usage and name what is close to a misspelt word.
[[nodiscard]] Result<std::variant<Options, Answer>> parse_options(int argument_count,
                                                                  const char* const* arguments);

}  // namespace dream::cli
