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
  suggest
};
enum class When : std::uint8_t { automatic, always, never };
enum class Output : std::uint8_t { automatic, prefix, raw, grouped, events };

/// The command line, understood.
struct Options {
  CommandName command = CommandName::run;
  std::string task;                    ///< of run, plan and suggest
  std::vector<std::string> arguments;  ///< after `--`
  std::optional<std::filesystem::path> directory;
  std::optional<std::string> project;
  std::optional<bool> recursive;
  std::optional<Duration> grace;
  Output output = Output::automatic;
  std::optional<std::filesystem::path> log_directory;
  std::optional<std::filesystem::path> trace_file;
  When color = When::automatic;
  bool json = false;
  bool debug = false;
  bool trust = false;   ///< any dream.json is obeyed, plugins of the workspace are loaded unconfirmed
  bool forget = false;  ///< of trust: the folder is trusted no more
  bool write = false;   ///< of suggest: what is suggested goes into dream.json
  std::vector<std::string> words;   ///< of plugin, completion and trust: what follows it
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
