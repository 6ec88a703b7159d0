#pragma once

#include <dream/abi.h>

#include <cstddef>

#include "base/result.hpp"
#include "plugin/calls.hpp"
#include "plugin/search_path.hpp"

namespace dream::plugin {

/// A table of version 1.0 ends with `extension`. What was appended later may be missing from a plugin's
/// table, so sizes are compared with this, which never changes.
inline constexpr std::size_t plugin_table_size_1_0 =
    offsetof(dream_plugin, extension) + sizeof(dream_plugin::extension);

/// Loads a plugin, the very file that was found, and shakes hands. The answer is the plugin's table, zero
/// where the plugin doesn't know a member yet; every required function is there. Errors: plugin, `where` is
/// the path; each says in words why this file can't be used.
///
/// The library stays loaded for ever: a plugin may have threads. What can't be survived is a static
/// constructor that throws: the C++ runtime of the plugin ends the process.
[[nodiscard]] Result<dream_plugin> load_plugin(const FoundPlugin& plugin, Calls& calls);

}  // namespace dream::plugin
