#pragma once

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <vector>

#include "executor_fixture.hpp"

namespace dream::plugin {

/// A workspace whose projects a plugin is asked about. What it has read it keeps, so a test writes all first.
class NeedsTest : public ExecutorTest {
 protected:
  [[nodiscard]] dream::testing::FakeProject project_at(const std::string& path) const {
    return {.root = root(), .path = "./" + path, .directory = path.empty() ? root() : root() + "/" + path};
  }

  /// "libs/util runtime", from the root; the failure, where there is one.
  std::vector<std::string> needs(const std::string& path) {
    static constexpr std::array kinds{"runtime", "peer", "development", "optional"};
    std::vector<std::string> told;
    for (const auto& needed : plugin.needed(project_at(path)))
      told.push_back(needed.folder.substr(std::min(needed.folder.size(), root().size() + 1)) + " " +
                     kinds.at(needed.kind));
    if (plugin.error().count > 0) told.push_back(plugin.error().message);
    return told;
  }
};

}  // namespace dream::plugin
