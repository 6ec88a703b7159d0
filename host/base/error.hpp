#pragma once

#include <cstdint>
#include <string>

namespace dream {

/// What kind of failure an Error is. The exit code of the program depends on nothing else.
enum class ErrorCode : std::uint8_t {
  usage,           ///< the command line is wrong (exit code 2)
  configuration,   ///< dream.json is wrong (2)
  plan,            ///< no plan can be made of the request: a cycle, a missing folder (2)
  plugin,          ///< an executor plugin can't be used (2)
  not_found,       ///< a command or folder of a step is missing (127)
  not_executable,  ///< a step's command can't be executed (126)
  io,              ///< the system, a tool or a server refused (125 for a start, else 70)
  unsupported,     ///< a plugin or system doesn't know what was asked
  internal,        ///< a bug of dream or of a plugin (70)
};

/// An expected failure, told to a person: what happened, where, and what to do about it.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  ///< what happened, a sentence without a full stop
  std::string where;    ///< the place: a file:line:column, a JSON pointer, a path; may be empty
  std::string hint;     ///< what to do next; may be empty
};

/// "where: message (hint)", for one line of a terminal.
[[nodiscard]] std::string to_string(const Error& error);

}  // namespace dream
