#pragma once

#include <string>

/// The manual, from the same words as `--help`.
namespace dream::cli {

/// The manual page dream(1), as troff.
[[nodiscard]] std::string manual_page();

/// The reference of commands, options and exit codes in docs/configuration.md.
[[nodiscard]] std::string command_reference();

}  // namespace dream::cli
