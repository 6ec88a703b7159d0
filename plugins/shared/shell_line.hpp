#pragma once

#include <dream/sdk/result.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dream::plugins {

/// The line with a place for arguments, which the shell gets as "$@". Where the line refers to them itself
/// ("$@", "$1"), and not only in a function, it stays as it is. Else they stand behind its last command, or
/// behind the one before `|| true` and the like. Fails where they would be lost or taken for a command.
[[nodiscard]] sdk::Result<std::string> line_with_arguments(std::string_view line);

/// The words by which a shell runs the line with these arguments: `sh -c LINE sh ARGUMENTS…`.
[[nodiscard]] sdk::Result<std::vector<std::string>> words_of_line(std::string_view line,
                                                                  const std::vector<std::string>& arguments,
                                                                  const std::string& shell = "sh");

}  // namespace dream::plugins
