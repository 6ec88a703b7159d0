#pragma once

#include <functional>

#include "conformance/check.hpp"

namespace dream::conformance {

/// Checks all rules that are asked for, in a process that outlives this one for a moment if it has to: it is
/// the ancestor of all that the plugin starts, ends it, and removes the folder, whatever ends this process.
/// An Error: the options don't fit the plugin, or there can't be such a process.
[[nodiscard]] Result<std::vector<Checked>> check_in_keeper(const CheckRequest& request,
                                                           const std::function<void(const Checked&)>& tell);

}  // namespace dream::conformance
