#pragma once

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

/// Of each step of the plan, by the newest records of its workspace. Few records are read, whatever there is.
[[nodiscard]] std::vector<LastTimes> last_times(const Archive& archive, const std::filesystem::path& root,
                                                const Plan& plan);

}  // namespace dream::history
