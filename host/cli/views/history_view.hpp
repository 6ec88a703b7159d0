#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/views/view_text.hpp"
#include "history/record.hpp"
#include "history/times.hpp"

namespace dream::cli {

/// A recorded run.
struct PastRun {
  history::Overview overview;
  bool runs = false;  ///< it goes on
};

/// One line for each. `everywhere`: with their workspaces.
[[nodiscard]] std::string history_text(const std::vector<PastRun>& runs, bool everywhere,
                                       const TextStyle& style);
[[nodiscard]] std::string history_json(const std::vector<PastRun>& runs);

/// Two runs, the earlier one first.
[[nodiscard]] std::string compare_text(const history::Header& before, const history::Header& after,
                                       const std::vector<history::Compared>& steps, const TextStyle& style);
[[nodiscard]] std::string compare_json(const history::Header& before, const history::Header& after,
                                       const std::vector<history::Compared>& steps);

}  // namespace dream::cli
