/// Whether what a task says reaches its children.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"
#include "conformance/extensions.hpp"
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

namespace {

/// What a shell would take apart, drop, and replace.
constexpr std::array<std::string_view, 3> words{"kept-together as one", "", "$kept_literally"};

/// What is left of a word in any quotes.
std::string_view core_of(std::string_view word) {
  return word.substr(word.find_first_not_of('$'), word.find(' '));
}

/// Whether a text has a word as a shell would take it apart: between blanks, without quotes.
bool has_bare(std::string_view text, std::string_view word) {
  constexpr std::string_view blanks = " \t\n";
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || blanks.find(text[at - 1]) != std::string_view::npos;
    if (begins && (end == text.size() || blanks.find(text[end]) != std::string_view::npos)) return true;
  }
  return false;
}

/// Whether a word is one for a child, or in quotes within something longer: in a shell's line, or for another
/// machine.
bool stays_one_word(const std::vector<testing::FakeChild>& children, std::string_view word) {
  const auto has = [&](const std::string& text) {
    return text == word || (text.find(core_of(word)) != std::string::npos && !has_bare(text, word));
  };
  return std::ranges::any_of(children, [&](const testing::FakeChild& child) {
    return std::ranges::any_of(child.argv, has) || std::ranges::any_of(child.environment, has);
  });
}

void look_for_words(Stage& stage, const std::vector<testing::FakeChild>& children) {
  const auto has_all = [](const testing::FakeChild& child) {
    return !std::ranges::search(child.argv, words).empty();
  };
  const auto has_some = [](const testing::FakeChild& child) {
    return std::ranges::find(child.argv, words.front()) != child.argv.end();
  };
  if (std::ranges::any_of(children, has_all)) return;
  for (const std::string_view word : {words.front(), words.back()}) {
    if (stays_one_word(children, word)) continue;
    const bool is_told = mentions(children, core_of(word));
    if (!is_told && stage.runs_elsewhere()) {
      stage.findings().skipped = more_than_a_child;
      return;
    }
    return stage.findings().add(
        Fault::split_words, is_told ? fmt::format("a shell would take the word \"{}\" of an argv apart", word)
                                    : fmt::format("no child gets the word \"{}\" of an argv", word));
  }
  if (std::ranges::any_of(children, has_some))
    stage.findings().add(Fault::split_words, "the words of an argv aren't all there, in their order");
}

}  // namespace

void pass_words_on(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  testing::FakeTask task = stage.task(1);
  task.command_argv.insert(task.command_argv.end(), words.begin(), words.end());
  StagedRun& run = stage.new_run();
  const dream_status status = stage.try_start(task, run);
  if (run.handle == nullptr) {
    findings.skipped = status == DREAM_E_UNSUPPORTED ? lacks("tasks whose command is an argv")
                                                     : "no task could be started: " + stage.failure();
    return;
  }
  stage.wait(run);
  stage.settle(run, Ending::none, Stage::hasty_turns, false);
  const std::vector<testing::FakeChild> children = children_of(stage, run);
  if (children.empty()) {
    findings.skipped = no_child;
  } else {
    look_for_words(stage, children);
  }
  stage.finish(run);
  if (run.exits > 0) stage.release(run);
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
