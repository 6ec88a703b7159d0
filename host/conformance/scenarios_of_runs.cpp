#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <vector>

#include "conformance/scenarios.hpp"

namespace dream::conformance {

namespace {

/// A run that was started right says "started" never, one that was only accepted at most once.
void check_started(Stage& stage) {
  for (const StagedRun& run : stage.runs()) {
    const auto told = std::ranges::count(stage.host().started_runs(), run.id);
    const int most = run.start_status == DREAM_STARTING ? 1 : 0;
    if (told > most) {
      stage.findings().add(Fault::false_start,
                           most == 0 ? "it calls \"started\" of a run whose start has said so already"
                                     : "it calls \"started\" of one run more than once");
    }
  }
}

}  // namespace

void live_a_whole_life(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  for (int time = 0; time < 2; ++time) {
    StagedRun* run = stage.start();
    if (run == nullptr) return;
    stage.status(*run);
    stage.wait(*run);
    stage.status(*run);
    stage.finish(*run);
    stage.status(*run);
    if (run->exits == 0) return;
    stage.release(*run);
  }
  check_started(stage);
  stage.destroy();
}

void ask_for_the_unknown(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  constexpr std::uint32_t unknown = 4711;
  StagedRun& odd = stage.runs().emplace_back();
  if (stage.try_start(stage.task(0), odd, unknown) >= 0) {
    findings.add(Fault::unknown_accepted, "\"start\" accepts a kind of command that doesn't exist");
    return;
  }
  StagedRun* run = stage.start_and_wait();
  if (run == nullptr) return;
  testing::FakeErrors errors;
  if (stage.table().terminate(run->handle, unknown, errors.table()) >= 0) {
    findings.add(Fault::unknown_accepted, "\"terminate\" accepts an urgency that doesn't exist");
  }
  stage.finish(*run);
  if (run->exits > 0) stage.release(*run);
}

void pass_larger_structs(const Subject& subject, Findings& findings) {
  const Scene known(subject, findings);
  if (!known.stage) return;
  known.stage->run_once();
  if (known.stage->runs().empty()) return;  // none could be started
  Stage later(subject, known.stage->table(), findings);
  constexpr std::uint32_t extra = 24;
  if (!later.create(extra)) {
    findings.add(Fault::larger_struct, "\"create\" fails when dream_project is larger than it knows");
    return;
  }
  StagedRun* run = later.start(extra);
  if (run == nullptr) {
    findings.skipped.clear();
    findings.add(Fault::larger_struct, "\"start\" fails when dream_task is larger than it knows");
    return;
  }
  later.wait(*run);
  later.status(*run);
  later.finish(*run);
  if (run->exits > 0) later.release(*run);
}

void fail_to_start(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  if (!stage.run_once()) return;
  const std::size_t children = stage.host().children().size();
  if (children == 0) {
    findings.skipped = "it starts no child, so that none can fail to start";
    return;
  }
  const std::size_t timers = stage.host().pending_timers();
  for (std::size_t form = 0; form < Stage::task_forms; ++form) {
    stage.host().fail_next_spawn(DREAM_E_NOT_FOUND, "there is no such program");
    StagedRun& run = stage.runs().emplace_back();
    if (stage.try_start(stage.task(form), run) >= 0) {
      stage.wait(run);
      stage.finish(run);
      if (run.exits > 0) stage.release(run);
      continue;
    }
    if (stage.host().pending_timers() > timers || stage.host().pending_work() > 0 ||
        stage.host().pending_posts() > 0) {
      findings.add(Fault::failure_left_something,
                   "after a start that has failed, a timer, work or a post is left");
    }
  }
  stage.destroy();
}

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
  stage.end_terminated_children(*run, false);
  stage.settle(*run);
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
    stage.end_terminated_children(*run, true);
    stage.settle(*run);
  }
  if (run->exits == 0) {
    findings.add(Fault::no_force, "a run whose child ignores its stop signal doesn't end by DREAM_FORCE");
    stage.end_children(*run);
    stage.settle(*run);
  }
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
      return stage.end_terminated_children(run, true);
    case 5:
      return stage.end_children(run);
    case 6:
      return stage.host().run_posted();
    default:
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
    stage.destroy();
    if (findings.faults.empty()) continue;
    // Whatever it was, in this order it was seen.
    findings.add(Fault::any_order, fmt::format("in game {}: {}", game, findings.faults.front().text));
    return;
  }
}

}  // namespace dream::conformance
