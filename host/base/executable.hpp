#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dream {

/// A file that can be executed.
struct Executable {
  std::string path;
  /// What exec is told in `directory`, and a script finds as its $0: the path as it was written, there or in
  /// PATH.
  std::string written;
};

/// The file that running `name` in `directory` with `environment` executes: a name with a slash is a path
/// (relative to `directory`), another one is looked up in the environment's PATH. Error{not_found} or
/// Error{not_executable}.
[[nodiscard]] Result<Executable> find_executable(const std::string& name, const std::string& directory,
                                                 const std::vector<std::string>& environment);

/// Whether the file can be read and doesn't begin like a program of some kind: what a shell would take for a
/// script though it has no #! line. Behind its first line may be anything.
[[nodiscard]] bool is_text(const std::string& path);

/// The program that the first line of a script names (`#!/usr/bin/env`), by its whole path, where there is no
/// such file; else empty.
[[nodiscard]] std::string missing_interpreter(const std::string& path);

/// Says that a script can't be started without it, or a program without its loader.
[[nodiscard]] Error lacks_interpreter(const std::string& path);

/// The PATH of an environment, or what is used where it has none.
[[nodiscard]] std::string_view search_path_of(const std::vector<std::string>& environment);

/// Whether `directory` can be a working directory: Error{not_found} or Error{not_executable} if not.
[[nodiscard]] Result<void> check_directory(const std::string& directory);

}  // namespace dream
