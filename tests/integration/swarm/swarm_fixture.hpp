#pragma once

#include <string>
#include <vector>

#include "engine_fixture.hpp"

namespace dream::docker::testing {

/// The engines of the swarm that CTest starts: the manager, which the tests speak to, and the other node.
inline const std::string here = "unix://" DREAM_TEST_SWARM "/here/docker.sock";
inline const std::string far = "unix://" DREAM_TEST_SWARM "/far/docker.sock";

/// The options of a service on one of the two: "here", "far". Without the run's network, which takes some
/// seconds, unless `network` is empty.
inline std::string on_node(const std::string& node, const std::string& network = "bridge") {
  return R"("image": "box", "swarm": {"constraints": "node.hostname==)" + node + "\"}" +
         (network.empty() ? "" : R"(, "network": ")" + network + "\"");
}

/// The plugin as dream drives it, with a real swarm.
struct SwarmTest : EngineTest {
  SwarmTest() : EngineTest(here) {}

  FakeRun& run_on(const std::string& node, const std::string& line, const std::string& more = "") {
    return start(on_node(node) + more, {.command_line = line});
  }
  /// The ids of what this test's session has in the swarm.
  [[nodiscard]] std::vector<std::string> services() const {
    return services_with(address, "dream.run=" + host.session);
  }
};

}  // namespace dream::docker::testing
