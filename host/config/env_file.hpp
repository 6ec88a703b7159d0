#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/env_expansion.hpp"
#include "config/file_rule.hpp"

/// Files of NAME=VALUE lines, as `envFile` names them, read as docker compose reads them
/// (docs/configuration.md has a table).
///
/// Blank lines, comments and `export ` before a name are passed over; `NAME: VALUE` is the same as
/// `NAME=VALUE`, and NAME alone takes the value that the environment has. A bare value ends at the end of its
/// line or before ` #`, without the blanks around it. Quoted values may go over several lines; a backslash
/// keeps the quote, and in double quotes there are escapes. Variables are expanded but in single quotes. Of
/// two lines with one name the later wins.
namespace dream::config {

using Variables = std::map<std::string, std::string, std::less<>>;

/// Larger files are refused, and those whose variables make more of them.
inline constexpr std::size_t max_env_file_size = std::size_t{1} << 20U;

/// What a run gives a pipe to come to its end.
inline constexpr std::chrono::milliseconds env_pipe_time{2000};

/// The text of such a file. A missing one is an Error{configuration}, and so is one that `rule` refuses. What
/// can be read only once (a pipe) is for a run: without a `pipe_time` it counts as empty.
[[nodiscard]] Result<std::string> read_env_file(const std::filesystem::path& file, const FileRule& rule = {},
                                                std::chrono::milliseconds pipe_time = env_pipe_time);

struct EnvFile {
  Variables variables;
  std::vector<std::string> warnings;
};

/// What becomes of a line that can't be read.
enum class BrokenLines : std::uint8_t {
  refused,   ///< the whole text is
  left_out,  ///< with a warning
};

/// Adds the variables of a text, which messages call `name`, to those `before`. What they and the lines
/// before say of a name counts for `$NAME` where `environment` has none. A broken text is an
/// Error{configuration} with file:line:column.
[[nodiscard]] Result<EnvFile> parse_env_file(
    std::string name, std::string text,
    const Lookup& environment = [](const std::string&) { return std::nullopt; }, Variables before = {},
    BrokenLines broken = BrokenLines::refused);

}  // namespace dream::config
