#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace dream::output {

/// A short name for each step, unlike all others: the last part of its project's path, as much more of the
/// path as tells it apart, and the task where a project has several.
[[nodiscard]] std::vector<std::string> short_names(const Plan& plan);

/// `name | ` for each step, of one width, coloured by step when `color` is set.
[[nodiscard]] std::vector<std::string> line_labels(const Plan& plan, bool color);

/// The columns of a task's terminal beside a label, however narrow the user's window is: a program that is
/// told less than 20 can't show anything.
[[nodiscard]] std::size_t columns_beside_label(std::size_t window_columns, std::size_t label_columns);

}  // namespace dream::output
