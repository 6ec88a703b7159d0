#pragma once

#include <dream/sdk.hpp>
#include <filesystem>
#include <optional>

#include "shared/tasks.hpp"

namespace dream::plugins {

/// The tasks that `deno task` knows in a folder: those of its own deno.json, deno.jsonc or package.json, or
/// of the nearest folder above that has one, and those of the workspace that it may belong to. Each name
/// once. None: there is no such file.
[[nodiscard]] sdk::Result<std::optional<Tasks>> find_tasks(const std::filesystem::path& folder);

/// The same with this configuration file for the nearest one.
[[nodiscard]] sdk::Result<std::optional<Tasks>> find_tasks_of(const std::filesystem::path& configuration);

/// The tasks of one folder's own files. None: it has no such file.
[[nodiscard]] sdk::Result<std::optional<Tasks>> tasks_in(const std::filesystem::path& folder);

}  // namespace dream::plugins
