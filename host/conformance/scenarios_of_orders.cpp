/// How runs are ended, and everything in any order.
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "conformance/call_trail.hpp"
#include "conformance/scenarios.hpp"
#include "conformance/scene_process.hpp"

namespace dream::conformance {

void terminate_early_and_often(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  StagedRun* run = stage.start();
  if (run == nullptr) return;
  stage.terminate(*run, DREAM_GRACEFUL, Fault::terminate_again);
  stage.wait(*run);
  for (const std::uint32_t urgency : {DREAM_GRACEFUL, DREAM_FORCE, DREAM_FORCE, DREAM_GRACEFUL}) {
    stage.terminate(*run, urgency, Fault::terminate_again);
  }
  stage.settle(*run, Ending::asked);
  stage.finish(*run);
  if (run->exits == 0) return;
  stage.terminate(*run, DREAM_GRACEFUL, Fault::terminate_again);
  stage.terminate(*run, DREAM_FORCE, Fault::terminate_again);
  stage.release(*run);
}

void terminate_the_stubborn(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  StagedRun* run = stage.start_and_wait();
  if (run == nullptr) return;
  for (const std::uint32_t urgency : {DREAM_GRACEFUL, DREAM_FORCE}) {
    if (run->exits > 0) break;
    stage.terminate(*run, urgency, Fault::no_force);
    stage.settle(*run, Ending::forced);
  }
  const auto is_spared = [&](const testing::FakeChild& child) {
    return child.alive && child.run == run->id &&
           std::ranges::find(child.terminations, DREAM_FORCE) == child.terminations.end();
  };
  if (run->exits > 0 && std::ranges::any_of(stage.host().children(), is_spared)) {
    findings.add(Fault::no_force, "the end of a run is told whose child lives, and wasn't forced to end");
  } else if (run->exits == 0) {
    findings.add(Fault::no_force, "a run whose child ignores its stop signal doesn't end by DREAM_FORCE");
    stage.settle(*run, Ending::all);
  }
  if (run->exits > 0) stage.release(*run);
}

// Asked to end, a run asks its child; to kill it is the host's decision, when the grace is over.
void terminate_gracefully(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  StagedRun* run = stage.start_and_wait();
  if (run == nullptr) return;
  const auto alive = [&] { return std::ranges::any_of(stage.host().children(), &testing::FakeChild::alive); };
  stage.settle(*run, Ending::none, Stage::hasty_turns, false);
  if (run->exits == 0 && alive()) {
    const std::size_t children = stage.host().children().size();
    const std::size_t timers = stage.host().pending_timers();
    stage.terminate(*run, DREAM_GRACEFUL, Fault::terminate_again);
    stage.settle(*run, Ending::none, Stage::hasty_turns, false);
    bool asked = stage.host().children().size() > children || stage.host().pending_timers() > timers;
    for (const testing::FakeChild& child : stage.host().children()) {
      asked = asked || !child.terminations.empty();
      if (std::ranges::find(child.terminations, DREAM_FORCE) == child.terminations.end()) continue;
      findings.add(Fault::not_asked, "\"terminate\" with DREAM_GRACEFUL kills the child");
    }
    if (!asked) {
      findings.add(Fault::not_asked, "\"terminate\" with DREAM_GRACEFUL doesn't ask the child to end");
    }
  }
  stage.finish(*run);
  if (run->exits > 0) stage.release(*run);
}

namespace {

/// One thing that may happen next to a run.
void happen(Stage& stage, StagedRun& run, unsigned what) {
  switch (what) {
    case 0:
      return stage.terminate(run, DREAM_GRACEFUL, Fault::any_order);
    case 1:
      return stage.terminate(run, DREAM_FORCE, Fault::any_order);
    case 2:
      static_cast<void>(stage.status(run));
      return;
    case 3:
      return stage.child_writes(run);
    case 4:
      return stage.end_children(run, Ending::forced);
    case 5:
      return stage.end_children(run, Ending::all);
    case 6:
      note_step("posts");
      return stage.host().run_posted();
    default:
      note_step("a millisecond passes");
      return stage.host().advance(1'000'000);
  }
}

}  // namespace

// Several runs at once, each asked for anything at any time.
void play_at_random(const Subject& subject, Findings& findings) {
  constexpr int games = 10;
  constexpr int moves = 60;
  constexpr std::size_t most_runs = 4;
  std::mt19937_64 random(subject.seed);
  for (int game = 0; game < games; ++game) {
    const Scene scene(subject, findings);
    if (!scene.stage) return;
    Stage& stage = *scene.stage;
    std::vector<StagedRun*> live;
    for (int move = 0; move < moves; ++move) {
      const std::size_t chosen = random() % (most_runs + 1);
      if (chosen >= live.size()) {
        StagedRun* run = live.size() < most_runs ? stage.start_and_wait() : nullptr;
        if (run != nullptr) live.push_back(run);
        if (findings.skipped.empty()) continue;
        if (live.empty()) return;
        findings.add(Fault::any_order, "another run beside the first can't be started: " + stage.failure());
        break;
      }
      if (!findings.faults.empty()) break;
      StagedRun& run = *live[chosen];
      happen(stage, run, static_cast<unsigned>(random() % 8));
      stage.collect();
      if (run.exits == 0 || random() % 2 == 0) continue;
      stage.release(run);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    for (StagedRun* run : live) {
      if (!findings.faults.empty()) break;
      stage.finish(*run);
      if (run->exits > 0) stage.release(*run);
    }
    check_started(stage);
    const std::string steps = own_trail().steps;
    stage.destroy();
    if (findings.faults.empty()) continue;
    // Whatever it was, in this order it was seen.
    findings.add(Fault::any_order,
                 fmt::format("{}; {}", findings.faults.front().text, order_words(subject.seed, steps)));
    return;
  }
}

}  // namespace dream::conformance
