#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "control/run_answers.hpp"
#include "control/run_state.hpp"

namespace dream::control {

inline StepIndex at(std::size_t index) {
  return StepIndex(static_cast<std::uint32_t>(index));
}

/// ./a:start, a service with `ready` that the next one waits for; ./b:build in front; ./c:dev, requested.
inline Plan stack() {
  Plan plan;
  plan.steps.resize(3);
  plan.steps[0].id = {"./a", "start"};
  plan.steps[0].background = plan.steps[0].service = true;
  plan.steps[0].ready = {PortProbe{{80}}};
  plan.steps[0].releases_when_ready = plan.steps[0].ready_needed = true;
  plan.steps[1].id = {"./b", "build"};
  plan.steps[2].id = {"./c", "dev"};
  return plan;
}

/// A run as the engine tells of it.
class Told : public testing::Test {
 protected:
  explicit Told(Plan of = stack()) : plan(std::move(of)) {
    EXPECT_TRUE(run.begin(now));
    feed(engine::Begin{});
  }
  void feed(const engine::Event& event) {
    now += std::chrono::milliseconds(1);
    engine.handle(now, event);
    for (const engine::Action& action : engine.take_actions()) run.report(now, action, engine.outcomes());
  }
  void start(std::size_t step) { feed(engine::Started{{at(step), 1}}); }
  void exit(std::size_t step, int code) { feed(engine::Exited{{at(step), 1}, ExitedWith{code}}); }
  [[nodiscard]] std::string reached(std::vector<StepIndex> steps, Request::Until until) const {
    return reached({.steps = std::move(steps), .until = until, .named = true});
  }
  [[nodiscard]] std::string all_reached(Request::Until until = Request::Until::as_it_should) const {
    Wait wait{.steps = {}, .until = until, .named = false};
    for (std::size_t step = 0; step < plan.steps.size(); ++step) wait.steps.push_back(at(step));
    return reached(wait);
  }
  [[nodiscard]] std::string reached(const Wait& wait) const {
    const Result<bool> is = is_reached(run, wait, engine.restarting());
    return !is ? is.error().message : *is ? "yes" : "no";
  }
  [[nodiscard]] std::vector<std::size_t> waits_for(std::size_t step) const {
    std::vector<std::size_t> steps;
    for (const engine::Awaited& one : engine.waits_of(at(step))) steps.push_back(position(one.step));
    return steps;
  }
  [[nodiscard]] std::vector<std::string> why_of(std::size_t step) const {
    const RunAccess access{.pid_of = {},
                           .detail_of = {},
                           .trees_of =
                               [](std::span<const pid_t> roots) {
                                 return std::vector<std::vector<process::ProcessStatus>>(roots.size());
                               },
                           .engine = [this]() -> const engine::Engine& { return engine; },
                           .place_of = {},
                           .take_down = {},
                           .tell = {},
                           .leave = {},
                           .reload = {},
                           .changed_files = {}};
    return why(run, access, at(step), now);
  }

  Plan plan;
  engine::Engine engine{plan};
  RunState run{plan};
  Instant now{std::chrono::seconds(1)};
};

}  // namespace dream::control
