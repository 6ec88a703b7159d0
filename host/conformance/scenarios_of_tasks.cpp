/// Whether what a task says reaches its children.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"
#include "conformance/scenarios.hpp"

namespace dream::conformance {

namespace {

constexpr std::string_view argument = "passed-on it's";
constexpr std::string_view argument_core = "passed-on";  // what is left of it in any quotes
constexpr std::string_view variable = "DREAM_CHECK_MARK=dream-check-value";
constexpr std::string_view variable_value = "dream-check-value";
constexpr int stop_signal = SIGUSR2;

/// Whether one of the children of a run has a text anywhere: what runs elsewhere gets it by a command line.
bool mentions(const std::vector<testing::FakeChild>& children, std::string_view text) {
  const auto has = [&](const std::string& word) { return word.find(text) != std::string::npos; };
  return std::ranges::any_of(children, [&](const testing::FakeChild& child) {
    return std::ranges::any_of(child.argv, has) || std::ranges::any_of(child.environment, has);
  });
}

std::vector<testing::FakeChild> children_of(Stage& stage, const StagedRun& run) {
  std::vector<testing::FakeChild> children;
  for (const testing::FakeChild& child : stage.host().children()) {
    if (child.run == run.id) children.push_back(child);
  }
  return children;
}

/// How the task was given, for people.
std::string_view form_of(const testing::FakeTask& task) {
  if (task.command_line) return "a command line";
  return task.command_argv.empty() ? "no command" : "an argv";
}

void look_for_the_task(Stage& stage, const StagedRun& run, const testing::FakeTask& task) {
  const std::vector<testing::FakeChild> children = children_of(stage, run);
  if (children.empty()) return;
  const auto dropped = [&](Fault fault, std::string_view what) {
    stage.findings().add(fault, fmt::format("of a task with {}, {}", form_of(task), what));
  };
  if (!task.arguments.empty() && !mentions(children, argument_core)) {
    dropped(Fault::dropped_arguments, "no child gets the arguments, and nothing says that they are refused");
  }
  const auto is_there = [&](const auto& child) { return child.directory == task.directory; };
  if (std::ranges::none_of(children, is_there) && !mentions(children, task.directory)) {
    dropped(Fault::dropped_directory, "no child runs in its directory, or is told of it");
  }
  if (!mentions(children, variable_value)) {
    dropped(Fault::dropped_environment, "no child gets its environment");
  }
}

/// Whoever lets the host ask a child to end lets it do so by the task's signal, or tells the signal to
/// somebody else.
void look_for_the_signal(Stage& stage, const StagedRun& run) {
  const std::vector<testing::FakeChild> children = children_of(stage, run);
  const auto asked_otherwise = [](const testing::FakeChild& child) {
    return child.stop_signal != stop_signal &&
           std::ranges::find(child.terminations, DREAM_GRACEFUL) != child.terminations.end();
  };
  const std::string name = signal_name(stop_signal).substr(3);
  if (std::ranges::none_of(children, asked_otherwise) || mentions(children, name)) return;
  stage.findings().add(Fault::dropped_signal,
                       fmt::format("a child is asked to end, and not by the task's stop_signal ({})",
                                   signal_name(stop_signal)));
}

}  // namespace

void pass_everything_on(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  std::size_t started = 0;
  for (std::size_t form = 0; form < Stage::task_forms; ++form) {
    // With arguments, and without them where they are refused.
    for (const bool with_arguments : {true, false}) {
      testing::FakeTask task = stage.task(form);
      task.directory = (subject.folder / "scripts").string();
      if (form == Stage::task_forms - 1) task.directory = subject.folder.string();  // where such a task is
      if (with_arguments) task.arguments = {std::string(argument)};
      task.environment.emplace_back(variable);
      task.own_environment = {std::string(variable)};
      task.stop_signal = stop_signal;
      StagedRun& run = stage.new_run();
      if (stage.try_start(task, run) < 0 || run.handle == nullptr) continue;
      ++started;
      stage.wait(run);
      stage.terminate(run, DREAM_GRACEFUL, Fault::terminate_again);
      stage.settle(run, Ending::none, Stage::hasty_turns, false);
      look_for_the_task(stage, run, task);
      look_for_the_signal(stage, run);
      stage.finish(run);
      if (run.exits > 0) stage.release(run);
      break;
    }
  }
  if (started == 0) {
    findings.skipped = "no task could be started: " + stage.failure();
  } else if (stage.host().children().empty()) {
    findings.skipped = no_child;
  }
}

// The reader takes nothing: whoever was told so waits until there is room.
void read_slowly(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  stage.host().stop_reading();
  StagedRun* run = stage.start_and_wait();
  if (run == nullptr) return;
  constexpr int times = 3;
  for (int time = 0; time < times && run->exits == 0; ++time) {
    stage.child_writes(*run);
    stage.settle(*run, Ending::none, Stage::hasty_turns);
  }
  stage.host().go_on_reading();
  stage.finish(*run);
  if (stage.host().hasty_writes() > 0) {
    findings.add(Fault::hasty_output,
                 "it goes on writing after DREAM_AGAIN, before it was told that there is room");
  }
  if (run->exits > 0) stage.release(*run);
}

}  // namespace dream::conformance
