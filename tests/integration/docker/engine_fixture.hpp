#pragma once

#include <gtest/gtest.h>

#include <dream/testing/plugin_driver.hpp>
#include <map>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"
#include "test_engine.hpp"

namespace dream::docker::testing {

using dream::testing::FakeExit;
using dream::testing::FakeHost;
using dream::testing::FakeRun;
using dream::testing::FakeTask;
using dream::testing::PluginDriver;

/// The plugin as dream drives it, with a real engine, a project folder, and a session of its own, by which
/// its containers are told from those of the tests beside it.
struct EngineTest : ::testing::Test {
  explicit EngineTest(std::string engine_address = shared_engine().address());

  /// Options as members of an object, without braces: `"image": "box"`.
  FakeRun& start(const std::string& members, FakeTask task = {});
  /// A run of a shell line in the image `box`.
  FakeRun& run_line(const std::string& line, const std::string& more = "");
  FakeExit exit_of(const FakeRun& run);
  /// Of a start that fails after all, with the codes that dream has for it.
  FakeExit failed_start_of(const FakeRun& run);
  /// Throws with all that is known of its end.
  void expect_it_goes_on(const FakeRun& run);
  void await_started(const FakeRun& run);
  void await_output(const FakeRun& run, const std::string& text);
  [[nodiscard]] std::string out(const FakeRun& run) const { return host.output(run.id, DREAM_STDOUT); }
  [[nodiscard]] std::string err(const FakeRun& run) const { return host.output(run.id, DREAM_STDERR); }
  [[nodiscard]] std::string detail(const FakeRun& run) {
    return dream::testing::text(plugin.status(run).detail);
  }

  /// The ids of what this test's session has on the engine.
  [[nodiscard]] std::vector<std::string> containers() const;

  template <class Condition>
  void until(Condition condition) {
    while (!condition()) {
      if (!host.await_post()) throw std::runtime_error("waited in vain");
      host.run_posted();
    }
  }

  std::string address;
  TemporaryFolder project;
  FakeHost host;
  PluginDriver plugin;
};

}  // namespace dream::docker::testing
