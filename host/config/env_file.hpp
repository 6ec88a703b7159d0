#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "config/file_rule.hpp"
#include "plan/workspace.hpp"

/// Files of NAME=VALUE lines, as `envFile` names them.
///
/// Blank lines, comments from `#` at the start of a line or after a blank, and `export ` before a name are
/// passed over. A bare value ends at the end of its line, without the blanks around it. 'Single quotes' take
/// everything as it is; in "double quotes" \n, \r, \t, \" and \\ are escapes and any other backslash stands
/// for itself. A quoted value may go over several lines. Nothing is expanded. Of two lines with one name the
/// later wins.
namespace dream::config {

/// Larger files are refused.
inline constexpr std::size_t max_env_file_size = std::size_t{1} << 20U;

/// What a run gives a pipe to come to its end.
inline constexpr std::chrono::milliseconds env_pipe_time{2000};

/// A missing or broken file is an Error{configuration} with file:line:column, and so is one that `rule`
/// refuses. What can be read only once (a pipe) is for a run: without a `pipe_time` it counts as empty.
[[nodiscard]] Result<Environment> read_env_file(const std::filesystem::path& file, const FileRule& rule = {},
                                                std::chrono::milliseconds pipe_time = env_pipe_time);

/// The same for a text in memory, which messages call `name`.
[[nodiscard]] Result<Environment> parse_env_file(std::string name, std::string text);

}  // namespace dream::config
