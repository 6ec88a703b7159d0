#include "conformance/stage.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iterator>

#include "base/environment.hpp"
#include "conformance/call_trail.hpp"
#include "plugin/c_values.hpp"
#include "plugin/place.hpp"
#include "plugin/validate_options.hpp"

namespace dream::conformance {

namespace {

using std::chrono::milliseconds;

// A thread of the plugin's has this long to come back to the loop, time and again.
constexpr milliseconds patience{20};
constexpr std::uint64_t second = 1'000'000'000;
constexpr std::int64_t last_pid = 4'194'304;  // Linux gives no higher one

/// Whether somebody else than the loop could have something to say.
bool has_other_threads() {
  std::error_code failure;
  return std::distance(std::filesystem::directory_iterator("/proc/self/task", failure), {}) > 1;
}

/// Why it has failed, as dream would show it, but for the hint.
std::string reason_of(const testing::FakeErrors& errors) {
  return errors.where.empty() ? errors.message : errors.where + ": " + errors.message;
}

}  // namespace

Stage::Stage(const Subject& subject, const dream_plugin& table, Findings& findings)
    : subject_(subject), table_(table), findings_(findings) {
  host_.root = subject.folder.string();
  host_.state_folder = (subject.folder / "state").string();
  host_.cache_folder = (subject.folder / "cache").string();
  host_.session = plugin::new_session_id();  // each host is another run of dream
  host_.on_call_back = &note_running;
  host_.on_start_failed = [this](dream_run_id run) { note_start_failed(run); };
}

Stage::~Stage() {
  destroy();
}

bool Stage::create(std::uint32_t extra_size) {
  forget_steps();
  testing::FakeErrors errors;
  Lent& lent = lent_.emplace_back();
  const std::string folder = subject_.folder.string();
  dream_project project{};
  project.root = lent.text(folder);
  project.path = lent.text("./");
  project.directory = lent.text(folder);
  project.options = lent.text(subject_.options);
  const dream_project* larger = lent.larger(project, extra_size);
  note_step("create");
  const Calling here("create");
  const dream_status status = table_.create(host_.table(), larger, &executor_, errors.table());
  lent.take_back();
  judge("create", status, &errors);
  if (status >= 0) return true;
  executor_ = nullptr;
  failure_ = reason_of(errors);
  return false;
}

void Stage::destroy() {
  collect();
  if (executor_ == nullptr) return;
  const bool all_over =
      std::ranges::all_of(runs_, [](const StagedRun& run) { return run.handle == nullptr || run.released; });
  host_.stop_work();
  if (all_over) {
    note_step("destroy");
    const Calling here("destroy");
    table_.destroy(executor_);
  }
  executor_ = nullptr;
  collect();
}

testing::FakeTask Stage::task(std::size_t form) const {
  testing::FakeTask task;
  task.directory = subject_.folder.string();
  task.environment = own_variables();
  task.options = subject_.options;
  if (asks_ready_) {
    task.flags |= DREAM_TASK_TELL_READY;
    task.ready_limit_ms = 60'000;
  }
  if (form == 0) task.command_line = "true";
  if (form == 1) task.command_argv = {"true"};
  return task;
}

StagedRun& Stage::new_run() {
  const std::scoped_lock lock(mutex_);
  StagedRun& run = runs_.emplace_back();
  run.number = ++last_number_;
  return run;
}

dream_status Stage::try_start(const testing::FakeTask& task, StagedRun& run, std::uint32_t command_kind,
                              std::uint32_t extra_size) {
  testing::FakeErrors errors;
  run.id = host_.open_run(task.flags);
  Lent& lent = lent_.emplace_back();
  dream_task wire{};
  wire.flags = task.flags;
  wire.run = run.id;
  wire.name = lent.text(task.name);
  wire.stop_signal = task.stop_signal;
  wire.grace_ms = task.grace_ms;
  wire.arguments = lent.texts(task.arguments);
  wire.directory = lent.text(task.directory);
  wire.environment = lent.texts(task.environment);
  wire.own_environment = lent.texts(task.own_environment);
  wire.ready_limit_ms = task.ready_limit_ms;
  wire.options = lent.text(task.options);
  if (task.command_line) {
    wire.command_kind = DREAM_COMMAND_LINE;
    wire.command_line = lent.text(*task.command_line);
  } else if (!task.command_argv.empty()) {
    wire.command_kind = DREAM_COMMAND_ARGV;
    wire.command_argv = lent.texts(task.command_argv);
  }
  if (command_kind != 0) wire.command_kind = command_kind;
  const dream_task* larger = lent.larger(wire, extra_size);
  note_step(fmt::format("start {}", run.number));
  const Calling here("start");
  run.start_status = table_.start(executor_, larger, &run.handle, errors.table());
  lent.take_back();
  judge("start", run.start_status, &errors);
  if (run.start_status < 0) {
    failure_ = reason_of(errors);
    run.handle = nullptr;
  } else if (run.handle == nullptr) {
    add(Fault::no_handle, "\"start\" succeeds and stores no run");
    failure_ = "there is no run";
  }
  if (run.handle == nullptr) host_.close_run(run.id);
  return run.start_status;
}

StagedRun* Stage::start(std::uint32_t extra_size) {
  const std::string schema(plugin::text_of(table_.options_schema));
  if (const auto fit = plugin::validate_options(schema, subject_.options); !fit) {
    findings_.skipped =
        "no task could be started, for its options don't fit its schema: " + fit.error().where +
        (fit.error().where.empty() ? "" : ": ") + fit.error().message;
    return nullptr;
  }
  std::vector<std::string> reasons;
  for (std::size_t form = 0; form < task_forms; ++form) {
    StagedRun& run = new_run();
    try_start(task(form), run, 0, extra_size);
    if (run.handle != nullptr) {
      findings_.started = true;
      return &run;
    }
    runs_.pop_back();
    if (std::ranges::find(reasons, failure_) == reasons.end()) reasons.push_back(failure_);
  }
  failure_ = fmt::format("{}", fmt::join(reasons, "; "));
  findings_.unstarted = true;
  findings_.skipped = "no task could be started: " + failure_;
  if (findings_.started) add(Fault::start_again, "a task was started, and after it none: " + failure_);
  return nullptr;
}

void Stage::wait(StagedRun& run) {
  run.waited = true;
  waiting_.push_back(Waiting{this, &run});
  note_step(fmt::format("wait {}", run.number));
  const Calling here("wait");
  judge("wait", table_.wait(run.handle, &Stage::on_exit, &waiting_.back()), nullptr);
}

StagedRun* Stage::start_and_wait() {
  StagedRun* run = start();
  if (run != nullptr) wait(*run);
  return run;
}

bool Stage::run_once() {
  StagedRun* run = start_and_wait();
  if (run == nullptr) return false;
  finish(*run);
  if (run->exits == 0) return false;
  release(*run);
  return true;
}

void Stage::terminate(StagedRun& run, std::uint32_t urgency, Fault on_failure) {
  if (!run.asked_to_end) run.children_before = host_.children().size();
  run.asked_to_end = true;
  testing::FakeErrors errors;
  note_step(fmt::format("{} {}", urgency == DREAM_FORCE ? "force" : "terminate", run.number));
  const Calling here("terminate");
  const dream_status status = table_.terminate(run.handle, urgency, errors.table());
  judge("terminate", status, &errors);
  if (status < 0) {
    add(on_failure, fmt::format("\"terminate\" of a run that {} fails: {}",
                                run.exits > 0 ? "is over" : "runs", errors.message));
  }
}

dream_state Stage::status(StagedRun& run) {
  struct {
    dream_state state;
    std::array<unsigned char, 64> more;
  } larger{};
  larger.more.fill(Lent::beyond);
  larger.state.size = sizeof(dream_state) + 8;
  const bool over = run.exits > 0;
  note_step(fmt::format("status {}", run.number));
  const Calling here("status");
  const dream_status status = table_.status(run.handle, &larger.state);
  judge("status", status, nullptr);
  if (std::ranges::any_of(larger.more, [](unsigned char byte) { return byte != Lent::beyond; })) {
    add(Fault::larger_struct, "\"status\" writes behind the members of dream_state that it knows");
  }
  if (status >= 0) check_text("the detail of \"status\"", larger.state.detail);
  if (const std::int64_t pid = larger.state.pid; pid < 0 || pid == 1 || pid > last_pid || pid == ::getpid()) {
    add(Fault::odd_pid, fmt::format("\"status\" tells the pid {}, which is none of a task", pid));
  }
  const std::uint32_t phase = larger.state.phase;
  if (phase > DREAM_PHASE_EXITED) {
    add(Fault::odd_state, fmt::format("\"status\" tells a phase {}, which doesn't exist", phase));
  } else if (phase != DREAM_PHASE_EXITED && over) {
    add(Fault::odd_state, "\"status\" tells that a run goes on which has called on_exit");
  } else if (phase == DREAM_PHASE_EXITED && !over && has_child(run)) {
    add(Fault::odd_state, "\"status\" tells that a run is over whose child lives");
  }
  return larger.state;
}

bool Stage::has_child(const StagedRun& run) const {
  return std::ranges::any_of(
      host_.children(), [&](const testing::FakeChild& child) { return child.alive && child.run == run.id; });
}

void Stage::release(StagedRun& run) {
  run.released = true;
  note_step(fmt::format("release {}", run.number));
  {
    const Calling here("release");
    table_.release(run.handle);
  }
  settle(run, Ending::none);
  collect();
}

void Stage::child_writes(const StagedRun& run) {
  note_step(fmt::format("the children of {} write", run.number));
  for (std::size_t at = 0; at < host_.children().size(); ++at) {
    const testing::FakeChild& child = host_.children()[at];
    if (child.run != run.id || !child.alive) continue;
    host_.child_writes(at, DREAM_STDOUT, "out\n");
    host_.child_writes(at, DREAM_STDERR, "err\n");
  }
}

void Stage::end_children(const StagedRun& run, Ending ending) {
  if (ending == Ending::none) return;
  for (std::size_t at = 0; at < host_.children().size(); ++at) {
    const testing::FakeChild& child = host_.children()[at];
    if (child.run != run.id || !child.alive) continue;
    const bool forced = std::ranges::find(child.terminations, DREAM_FORCE) != child.terminations.end();
    const bool helps = run.asked_to_end && at >= run.children_before;
    const bool asked = !child.terminations.empty() && ending == Ending::asked;
    if (!forced && !helps && !asked && ending != Ending::all) continue;
    note_step(fmt::format("child {} of {} ends", at + 1, run.number));
    if (forced || asked) {
      host_.exit_child(at, DREAM_EXIT_SIGNAL, forced ? SIGKILL : SIGTERM);
    } else {
      host_.exit_child(at, DREAM_EXIT_CODE, 0);
    }
  }
}

void Stage::settle(const StagedRun& run, Ending ending, int most_turns, bool time_passes) {
  // A released run owes nothing but what is on its way already.
  const int turns = run.exits > 0 ? 1 : most_turns;
  for (int turn = 0; turn < turns; ++turn) {
    end_children(run, ending);
    host_.run_posted();
    while (host_.pending_work() > 0) host_.do_work();
    host_.run_posted();
    if (run.exits > 0 && turn > 0) return;
    const bool timed = time_passes && host_.pending_timers() > 0;
    if (timed) {
      note_step("a second passes");
      host_.advance(second);
    }
    if (run.exits > 0) continue;
    const bool heard = host_.pending_posts() > 0 || (has_other_threads() && host_.await_post(patience));
    // What has just happened may have asked another child to end.
    const std::size_t children = host_.children().size();
    end_children(run, ending);
    const bool more = host_.children().size() > children || host_.pending_posts() > 0;
    if (!timed && !heard && !more && !has_other_threads()) return;
  }
}

void Stage::finish(StagedRun& run) {
  child_writes(run);
  settle(run, Ending::all, hasty_turns);  // it need not end by itself
  for (const std::uint32_t urgency : {DREAM_GRACEFUL, DREAM_FORCE}) {
    if (run.exits > 0) break;
    terminate(run, urgency, Fault::terminate_again);
    settle(run, Ending::asked, urgency == DREAM_FORCE ? patient_turns : hasty_turns);
  }
  collect();
  if (run.exits > 0) return;
  add(Fault::no_exit, "it doesn't call on_exit, though its children have ended and it was forced to");
}

void Stage::forget() {
  if (std::ranges::all_of(runs_,
                          [](const StagedRun& run) { return run.handle == nullptr || run.released; })) {
    host_.forget();
    collected_ = 0;
    lent_.clear();
  }
}

}  // namespace dream::conformance
