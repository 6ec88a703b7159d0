#pragma once

#include <gtest/gtest.h>

#include <dream/testing/plugin_driver.hpp>
#include <stdexcept>
#include <string>

#include "scripted_engine.hpp"

namespace dream::docker {

/// The plugin as dream drives it, with an engine that has troubles.
struct ScriptedRun : ::testing::Test {
  ScriptedRun() { plugin.create(); }

  dream::testing::FakeRun& start(const std::string& more = "", std::uint32_t flags = 0,
                                 std::uint64_t ready_limit_ms = 0) {
    dream::testing::FakeRun* run =
        plugin.start({.options = R"({"image": "box", "host": ")" + engine.address() + "\"" + more + "}",
                      .flags = flags,
                      .ready_limit_ms = ready_limit_ms});
    if (run == nullptr) throw std::runtime_error(plugin.error().message);
    return *run;
  }
  template <class Condition>
  void until(Condition condition) {
    while (!condition()) {
      if (!host.await_post()) throw std::runtime_error("waited in vain");
      host.run_posted();
    }
  }
  dream::testing::FakeExit exit_of(const dream::testing::FakeRun& run) {
    until([&] { return !run.exits.empty(); });
    return run.exits.front();
  }
  /// What is told of a start that has failed after all, as a person reads it.
  std::string failure_of(const dream::testing::FakeRun& run) {
    until([&] { return plugin.start_failed(run); });
    EXPECT_TRUE(run.exits.empty());
    const auto& failed = host.start_failures().back();
    return failed.message + " (" + failed.where + ")" + "; " + failed.hint;
  }
  dream::testing::FakeRun& start_and_hold(std::uint32_t flags = 0) {
    engine.hold("POST /containers/c1/wait");
    dream::testing::FakeRun& run = start("", flags);
    until([&] { return !host.started_runs().empty(); });
    return run;
  }

  ScriptedEngine engine;
  dream::testing::FakeHost host;
  dream::testing::PluginDriver plugin{host, dream_plugin_v1};
};

}  // namespace dream::docker
