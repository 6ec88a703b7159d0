#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "history/archive.hpp"
#include "plan/plan.hpp"

namespace dream::history {

/// How long a step took when it was last recorded.
struct LastTimes {
  std::optional<Duration> ready;  ///< from its start
  std::optional<Duration> ran;    ///< until it succeeded
};

/// Of each step of the plan, by the newest records of its workspace that tell it. What a run usually writes
/// is so small that all of them are read, where that is needed; of larger ones no more than `most_bytes`, and
/// one.
[[nodiscard]] std::vector<LastTimes> last_times(const Archive& archive, const std::filesystem::path& root,
                                                const Plan& plan,
                                                std::size_t most_bytes = std::size_t{16} << 20U);

}  // namespace dream::history
