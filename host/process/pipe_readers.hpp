#pragma once

#include <set>
#include <vector>

#include "process/process_tree.hpp"

/// Filters: `server | filter`. They end by the end of what they read, and whoever ends them before that ends
/// the writer's last words as well.
namespace dream::process {

/// Of `tree`, those whose stdin is a pipe that another living process of it writes to.
[[nodiscard]] std::set<ProcessIdentity> fed_by_others(const std::vector<ProcessStatus>& tree);

/// The same without those that nobody else of `tree` feeds, directly or not: processes that feed one another
/// in a circle would wait for ever.
[[nodiscard]] std::set<ProcessIdentity> fed_from_outside_of_a_circle(const std::vector<ProcessStatus>& tree);

}  // namespace dream::process
