#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
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

/// A missing or broken file is an Error{configuration} with file:line:column.
[[nodiscard]] Result<Environment> read_env_file(const std::filesystem::path& file);

/// The same for a text in memory, which messages call `name`.
[[nodiscard]] Result<Environment> parse_env_file(std::string name, std::string text);

}  // namespace dream::config
