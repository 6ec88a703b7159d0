#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "container_plan.hpp"
#include "scripted_engine.hpp"
#include "step_life.hpp"

namespace dream::docker {

/// Notes what it hears. Room for output is only there when a test says so.
struct Listener : LifeObserver {
  void on_output(std::vector<Piece> pieces, std::function<void()> go_on) override {
    EXPECT_FALSE(room) << "the last piece isn't written yet";
    for (const Piece& piece : pieces) output += piece.bytes;
    room = std::move(go_on);
    if (reads) make_room();
  }
  void on_started() override { started = true; }
  void on_ready() override { ready = true; }
  void on_standing(Standing standing) override { standings.push_back(standing.state); }
  void on_warning(std::string text) override { warnings.push_back(std::move(text)); }
  void on_left_behind(std::string what) override { left.push_back(std::move(what)); }
  void on_end(LifeEnd told) override { end = std::move(told); }

  void make_room() { std::exchange(room, nullptr)(); }

  bool reads = true;
  bool started = false;
  bool ready = false;
  std::string output;
  std::function<void()> room;
  std::vector<std::string> standings, warnings, left;
  std::optional<LifeEnd> end;
};

/// A life on this thread, with an engine that answers what the test says.
struct ScriptedLife : ::testing::Test {
  [[nodiscard]] ContainerPlan plan() const {
    ContainerPlan plan{.options = {.image = "box"},
                       .endpoint = *parse_endpoint(engine.address(), own_lookup())};
    plan.step = "./web:dev";
    plan.name = "dream-web-dev";
    plan.labels = {{run_label, "run"}, {step_label, plan.step}, {process_label, "process"}};
    plan.network = "of-the-run";
    plan.shares_network = shares_network;
    plan.docker_configuration = folder.path().string();
    return plan;
  }
  template <class Condition>
  void until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (context.run_one_until(end) == 0) throw std::runtime_error("waited in vain");
    }
  }
  void until_end() {
    until([&] { return listener->end.has_value(); });
  }
  [[nodiscard]] const sdk::Exit& exit() const { return std::get<sdk::Exit>(*listener->end); }

  ScriptedEngine engine;
  TemporaryFolder folder;
  asio::io_context context{1};
  std::shared_ptr<Listener> listener = std::make_shared<Listener>();
  bool shares_network = false;
};

}  // namespace dream::docker
