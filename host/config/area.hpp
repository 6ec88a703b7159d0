#pragma once

#include <cstdint>
#include <string_view>

namespace dream::config {

/// What a value of dream.json is, by the keys on the way to it: what is done with all values alike, whoever
/// reads them, goes by this.
enum class Area : std::uint8_t {
  top,
  executors,
  executor,
  projects,
  project,
  tasks,
  task,
  workspace,
  command,  ///< of a task, or of a probe that executes one
  probes,   ///< `ready`, `health`
  times,    ///< `stop`, `restart`: objects whose keys may end in Ms
  values,   ///< all strings of it are given to somebody: `env`, what else is in a probe
  options,
  other,
};

/// The area of a member's value in an object of this area. The elements of an array have the array's.
[[nodiscard]] Area area_below(Area area, std::string_view key);

}  // namespace dream::config
