#include <algorithm>

#include "conformance/call_trail.hpp"
#include "conformance/extensions.hpp"
#include "conformance/scenarios.hpp"

namespace dream::conformance {

/// A run that was started right says "started" never, one that was only accepted once, if it runs.
void check_started(Stage& stage) {
  for (const StagedRun& run : stage.runs()) {
    const auto told = std::ranges::count(stage.host().started_runs(), run.id);
    const int most = run.start_status == DREAM_STARTING ? 1 : 0;
    if (told > most) {
      stage.findings().add(Fault::false_start,
                           most == 0 ? "it calls \"started\" of a run whose start has said so already"
                                     : "it calls \"started\" of one run more than once");
    }
    if (most == 1 && told == 0 && run.ended_well) {
      stage.findings().add(Fault::no_start,
                           "\"start\" answers DREAM_STARTING, and the run ends with 0 without \"started\": "
                           "until then dream waits for its start");
    }
  }
}

void live_a_whole_life(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  // Two that end by themselves, and one that is asked to.
  for (const bool asked : {false, false, true}) {
    StagedRun* run = stage.start();
    if (run == nullptr) break;
    stage.status(*run);
    stage.wait(*run);
    stage.status(*run);
    if (asked) {
      stage.terminate(*run, DREAM_GRACEFUL, Fault::terminate_again);
      stage.settle(*run, Ending::none, Stage::hasty_turns, false);
      stage.status(*run);
    }
    stage.finish(*run);
    stage.status(*run);
    if (run->exits == 0) return;
    stage.release(*run);
  }
  if (findings.started) findings.skipped.clear();
  check_started(stage);
  stage.destroy();
}

void ask_for_readiness(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  if ((stage.table().abilities & DREAM_PLUGIN_TELLS_READY) == 0) {
    findings.skipped = lacks("DREAM_PLUGIN_TELLS_READY");
    return;
  }
  stage.ask_whether_ready();
  StagedRun* run = stage.start_and_wait();
  findings.unstarted = false;  // a run that could never tell fails to start, as it should
  if (run == nullptr) return;
  stage.child_writes(*run);
  stage.settle(*run, Ending::none);
  stage.finish(*run);
  if (run->exits == 0) return;
  stage.release(*run);
  if (stage.host().ready_runs().empty()) findings.skipped = "no run of it was ready here";
}

void ask_for_the_unknown(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  constexpr std::uint32_t unknown = 4711;
  StagedRun& odd = stage.new_run();
  if (stage.try_start(stage.task(0), odd, unknown) >= 0) {
    findings.add(Fault::unknown_accepted, "\"start\" accepts a kind of command that doesn't exist");
    return;
  }
  StagedRun* run = stage.start_and_wait();
  if (run == nullptr) return;
  testing::FakeErrors errors;
  const Calling here("terminate");
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
    findings.skipped = no_child;
    return;
  }
  const std::size_t timers = stage.host().pending_timers();
  for (std::size_t form = 0; form < Stage::task_forms; ++form) {
    stage.host().fail_next_spawn(DREAM_E_NOT_FOUND, "there is no such program");
    StagedRun& run = stage.new_run();
    if (stage.try_start(stage.task(form), run) >= 0) {
      stage.wait(run);
      stage.finish(run);
      if (run.exits > 0) stage.release(run);
      continue;
    }
    const bool left_child = std::ranges::any_of(stage.host().children(), &testing::FakeChild::alive);
    if (left_child || stage.host().pending_timers() > timers || stage.host().pending_work() > 0 ||
        stage.host().pending_posts() > 0) {
      findings.add(Fault::failure_left_something,
                   "after a start that has failed, a child, a timer, work or a post is left");
    }
  }
  stage.destroy();
}

}  // namespace dream::conformance
