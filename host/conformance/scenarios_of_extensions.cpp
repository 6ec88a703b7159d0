/// What else a plugin can be asked.
#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "conformance/check.hpp"
#include "conformance/extensions.hpp"
#include "conformance/scenarios.hpp"
#include "conformance/scene_process.hpp"
#include "plugin/c_values.hpp"

namespace dream::conformance {

namespace {

using plugin::text_of;

/// What resembles the known ids, and what doesn't.
std::vector<std::string> ids_that_are_none() {
  std::vector<std::string> ids{"", "dream", "acme.unheard-of/1"};
  for (const std::string known : extension_ids) {
    const std::string name = known.substr(0, known.find('/'));
    for (const std::string& id : {name, name + "/", name + "/0", name + "/2", name + "/999", known + "0",
                                  known + " ", known.substr(1)}) {
      ids.push_back(id);
    }
  }
  return ids;
}

/// Whatever a call into an extension breaks is the fault of the extension: no other rule plays it.
class Witness {
 public:
  Witness(Stage& stage, Fault fault)
      : stage_(stage), fault_(fault), before_(stage.findings().faults.size()), alone_(!has_children()) {}
  ~Witness() {
    stage_.collect();
    const std::vector<SeenFault> faults = stage_.findings().faults;
    for (std::size_t at = before_; at < faults.size(); ++at) stage_.findings().add(fault_, faults[at].text);
  }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  /// Notes processes that the call has started.
  void check_processes(const char* call) const {
    if (!alone_ || (!has_children() && stage_.host().children().empty())) return;
    stage_.findings().add(fault_, fmt::format("\"{}\" starts a process", call));
  }

 private:
  Stage& stage_;
  Fault fault_;
  std::size_t before_;
  bool alone_;
};

void check_extension(Findings& findings, const char* id, const void* extension, std::uint32_t size,
                     bool has_function) {
  if (extension == nullptr || (size >= 2 * sizeof(void*) && has_function)) return;
  findings.add(Fault::incomplete_extension, fmt::format("its {} has no function", id));
}

void count_tasks(void* context, const dream_found_task*) noexcept {
  ++*static_cast<int*>(context);
}

void keep_line(void* context, dream_str line) noexcept {
  static_cast<std::vector<std::string>*>(context)->emplace_back(text_of(line));
}

/// What depends tells of one folder.
struct Needs {
  std::vector<std::pair<std::string, std::uint32_t>> told;
  dream_status status = DREAM_OK;

  static void add(void* context, const dream_needed_project* needed) noexcept {
    const dream_needed_project seen = plugin::copy_of(needed);
    static_cast<Needs*>(context)->told.emplace_back(text_of(seen.folder), seen.kind);
  }
};

Needs needs_of(Stage& stage, const dream_depends& depends, const dream_project& project) {
  const Witness witness(stage, Fault::odd_need);
  testing::FakeErrors errors;
  Needs needs;
  const Calling here("depends.projects");
  needs.status = depends.projects(stage.host().table(), &project, &Needs::add, &needs, errors.table());
  stage.judge("depends.projects", needs.status, &errors);
  return needs;
}

void check_need(Findings& findings, const std::string& folder, std::uint32_t kind, const std::string& own) {
  const auto wrong = [&](std::string_view what) {
    findings.add(Fault::odd_need, fmt::format("\"depends.projects\" tells {}", what));
  };
  if (!folder.starts_with('/')) wrong(fmt::format("\"{}\", which is no absolute path", printable(folder)));
  if (std::filesystem::path(folder).lexically_normal() == own) wrong("that the project needs itself");
  if (kind > DREAM_NEED_OPTIONAL) wrong(fmt::format("the kind {}, which doesn't exist", kind));
}

bool is_running(Stage& stage, const StagedRun& run) {
  const bool started =
      run.start_status == DREAM_OK || std::ranges::count(stage.host().started_runs(), run.id) > 0;
  return started && run.exits == 0;
}

/// What is asked about a run that is then ended is to be answered once before its release.
struct Asking {
  const char* extension;
  Fault fault;
  const char* what;  ///< is answered: "the end of a command inside"
};

template <class Extension, class Ask>
void ask_and_end(const Subject& subject, Findings& findings, const Asking& asking, Ask ask) {
  Answers heard;
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  const auto* known = known_extension<Extension>(stage.table(), asking.extension);
  if (known == nullptr) {
    findings.skipped = lacks(asking.extension);
    return;
  }
  StagedRun* run = stage.start_and_wait();
  if (run == nullptr) return;
  if (run->start_status == DREAM_STARTING) stage.settle(*run, Ending::none);
  const std::optional<dream_status> status = ask(stage, plugin::copy_of(known), *run, heard);
  if (!status) findings.skipped = fmt::format("{} can't be asked for, as the task doesn't run", asking.what);
  stage.finish(*run);
  if (run->exits == 0) return;
  const int told = heard.told;
  stage.release(*run);
  stage.destroy();
  const int expected = status && *status >= 0 ? 1 : 0;
  if (told != expected || heard.told != told) {
    findings.add(
        asking.fault,
        fmt::format("{}, which {}, was told {} times before the run's release, and {} times after it",
                    asking.what, expected == 0 ? "could not be asked for" : "was asked for once", told,
                    heard.told - told));
  }
  if (heard.odd) findings.add(asking.fault, fmt::format("{} makes no sense as it is told", asking.what));
}

}  // namespace

std::string lacks(std::string_view what) {
  return fmt::format("{}{}", has_not, what);
}

void ask_discovery(Stage& stage, const dream_discover& discover, const Subject& subject) {
  const std::string empty = (subject.folder / "empty").string();
  const dream_project project{sizeof(dream_project), plugin::view_of(empty), plugin::view_of("./empty"),
                              plugin::view_of(empty), plugin::view_of("{}")};
  const Witness witness(stage, Fault::extension_answer);
  testing::FakeErrors errors;
  int found = 0;
  const Calling here("discover");
  const dream_status status =
      discover.tasks(stage.host().table(), &project, &count_tasks, &found, errors.table());
  stage.judge("discover.tasks", status, &errors);
  if (status < 0 || found > 0) {
    stage.findings().add(Fault::extension_answer, fmt::format("\"discover.tasks\" {} an empty folder",
                                                              status < 0 ? "fails for" : "finds tasks in"));
  }
  if (discover.tool != nullptr) {
    testing::FakeErrors missing;
    stage.judge("discover.tool", discover.tool(stage.host().table(), &project, missing.table()), &missing);
  }
  witness.check_processes("discover");
}

void ask_description(Stage& stage, const dream_describe& describe) {
  const testing::FakeTask task = stage.task(0);
  dream_task wire{};
  wire.size = sizeof(wire);
  wire.name = plugin::view_of(task.name);
  wire.directory = plugin::view_of(task.directory);
  wire.options = plugin::view_of(task.options);
  const Witness witness(stage, Fault::extension_answer);
  const Calling here("describe");
  testing::FakeErrors errors;
  std::vector<std::string> lines;
  const dream_status status = describe.describe(stage.executor(), &wire, &keep_line, &lines, errors.table());
  stage.judge("describe", status, &errors);
  if (status >= 0 && (lines.size() != 1 || !is_line_or_empty(lines[0]))) {
    stage.findings().add(Fault::extension_answer, "\"describe\" succeeds and doesn't give one line");
  }
  witness.check_processes("describe");
}

void Answers::add_end(void* context, const dream_exit* exit, dream_str output) noexcept {
  auto& heard = *static_cast<Answers*>(context);
  ++heard.told;
  const dream_exit end = plugin::copy_of(exit);
  const bool texts_are_sound = detail::is_sound(output) && detail::is_sound(end.text);
  if (!texts_are_sound || !plugin::read_exit(exit).sound || !is_line_or_empty(text_of(end.text)))
    heard.odd = true;
}

void Answers::add_health(void* context, std::uint32_t healthy, dream_str why) noexcept {
  auto& heard = *static_cast<Answers*>(context);
  ++heard.told;
  const bool is_line = detail::is_sound(why) && is_line_or_empty(text_of(why));
  if (!is_line || (healthy == 0 && why.size == 0)) heard.odd = true;
}

std::optional<dream_status> begin_inside(Stage& stage, const dream_inside& inside, const StagedRun& run,
                                         Answers& heard) {
  if (!is_running(stage, run)) return std::nullopt;
  const dream_str word = plugin::view_of("true");
  const dream_inside_command command{sizeof(dream_inside_command), 1000, {&word, 1}};
  const Witness witness(stage, Fault::inside_answer);
  testing::FakeErrors errors;
  const Calling here("inside.run");
  const dream_status status = inside.run(run.handle, &command, &Answers::add_end, &heard, errors.table());
  stage.judge("inside.run", status, &errors);
  return status;
}

std::optional<dream_status> ask_health(Stage& stage, const dream_health& health, const StagedRun& run,
                                       Answers& heard) {
  if (!is_running(stage, run)) return std::nullopt;
  const Witness witness(stage, Fault::health_answer);
  testing::FakeErrors errors;
  const Calling here("health.ask");
  const dream_status status = health.ask(run.handle, 1000, &Answers::add_health, &heard, errors.table());
  stage.judge("health.ask", status, &errors);
  return status;
}

void ask_for_extensions(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table) || table.extension == nullptr) return;
  const Calling here("extension");
  for (const std::string& id : ids_that_are_none()) {
    if (table.extension(id.c_str()) != nullptr) {
      findings.add(Fault::unknown_extension,
                   fmt::format("it has an extension \"{}\", which doesn't exist", printable(id)));
    }
  }
  if (const auto* discover = known_extension<dream_discover>(table, DREAM_DISCOVER_ID)) {
    check_extension(findings, DREAM_DISCOVER_ID, discover, discover->size, discover->tasks != nullptr);
  }
  if (const auto* depends = known_extension<dream_depends>(table, DREAM_DEPENDS_ID)) {
    check_extension(findings, DREAM_DEPENDS_ID, depends, depends->size, depends->projects != nullptr);
  }
  if (const auto* describe = known_extension<dream_describe>(table, DREAM_DESCRIBE_ID)) {
    check_extension(findings, DREAM_DESCRIBE_ID, describe, describe->size, describe->describe != nullptr);
  }
  if (const auto* inside = known_extension<dream_inside>(table, DREAM_INSIDE_ID)) {
    check_extension(findings, DREAM_INSIDE_ID, inside, inside->size, inside->run != nullptr);
  }
  if (const auto* health = known_extension<dream_health>(table, DREAM_HEALTH_ID)) {
    check_extension(findings, DREAM_HEALTH_ID, health, health->size, health->ask != nullptr);
  }
  if (const auto* reap = known_extension<dream_reap>(table, DREAM_REAP_ID)) {
    check_extension(findings, DREAM_REAP_ID, reap, reap->size, reap->reap != nullptr);
  }
}

void ask_extensions(const Subject& subject, Findings& findings) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // a process that is started and let go is seen, too
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  Stage stage(subject, table, findings);
  const auto* discover = known_extension<dream_discover>(table, DREAM_DISCOVER_ID);
  const auto* describe = known_extension<dream_describe>(table, DREAM_DESCRIBE_ID);
  if (discover == nullptr && describe == nullptr) {
    findings.skipped = lacks("dream.discover/1 or dream.describe/1");
    return;
  }
  if (discover != nullptr) ask_discovery(stage, plugin::copy_of(discover), subject);
  if (describe != nullptr && stage.create()) ask_description(stage, plugin::copy_of(describe));
}

void ask_needs(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  const auto* known = known_extension<dream_depends>(table, DREAM_DEPENDS_ID);
  if (known == nullptr) {
    findings.skipped = lacks(DREAM_DEPENDS_ID);
    return;
  }
  const dream_depends depends = plugin::copy_of(known);
  Stage stage(subject, table, findings);
  const std::string root = subject.folder.string();
  const std::string empty = (subject.folder / "empty").string();
  dream_project project{sizeof(dream_project), plugin::view_of(root), plugin::view_of("./"),
                        plugin::view_of(root), plugin::view_of("{}")};
  const Needs first = needs_of(stage, depends, project);
  for (const auto& [folder, kind] : first.told) check_need(findings, folder, kind, root);
  const std::set distinct(first.told.begin(), first.told.end());
  if (distinct.size() < first.told.size())
    findings.add(Fault::odd_need, "\"depends.projects\" tells the same twice");
  const Needs again = needs_of(stage, depends, project);
  if (again.told != first.told || again.status != first.status)
    findings.add(Fault::other_needs, "\"depends.projects\" tells something else when it is asked again");
  project.directory = plugin::view_of(empty);
  project.path = plugin::view_of("./empty");
  const Needs nothing = needs_of(stage, depends, project);
  if (nothing.status < 0 || !nothing.told.empty()) {
    findings.add(Fault::need_of_nothing,
                 fmt::format("\"depends.projects\" {} an empty folder",
                             nothing.status < 0 ? "fails for" : "tells that something is needed by"));
  }
}

void run_a_command_inside(const Subject& subject, Findings& findings) {
  ask_and_end<dream_inside>(subject, findings,
                            {DREAM_INSIDE_ID, Fault::inside_answer, "the end of a command inside"},
                            begin_inside);
}

void ask_whether_healthy(const Subject& subject, Findings& findings) {
  ask_and_end<dream_health>(subject, findings,
                            {DREAM_HEALTH_ID, Fault::health_answer, "whether a run is healthy"}, ask_health);
}

void reap_nothing(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  Stage stage(subject, table, findings);
  const auto* known = known_extension<dream_reap>(table, DREAM_REAP_ID);
  if (known == nullptr) {
    findings.skipped = lacks(DREAM_REAP_ID);
    return;
  }
  const std::string folder = subject.folder.string();
  const dream_str options = plugin::view_of(subject.options);
  dream_dead_run run{};
  run.size = sizeof(run);
  run.limit_ms = 10'000;
  run.session = plugin::view_of("00000000-0000-4000-8000-000000000000");
  run.root = plugin::view_of(folder);
  run.options = {&options, 1};
  const Witness witness(stage, Fault::reap_answer);
  testing::FakeErrors errors;
  const Calling here("reap");
  const dream_status status = plugin::copy_of(known).reap(stage.host().table(), &run, errors.table());
  stage.judge("reap", status, &errors);
}

}  // namespace dream::conformance
