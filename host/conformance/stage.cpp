#include "conformance/stage.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstring>

#include "plugin/c_values.hpp"

namespace dream::conformance {

namespace {

using plugin::view_of;
using std::chrono::milliseconds;

// A thread of the plugin's has this long to come back to the loop, time and again.
constexpr milliseconds patience{20};
constexpr std::uint64_t second = 1'000'000'000;
// What a larger struct of a later host has behind what is known.
constexpr unsigned char beyond = 0xA5;

/// A struct as a later host would make it: with more behind it, which isn't zero.
template <class Struct>
class Larger {
 public:
  Larger(Struct value, std::uint32_t extra) {
    bytes_.fill(beyond);
    value.size = static_cast<std::uint32_t>(sizeof(Struct)) + extra;
    std::memcpy(bytes_.data(), &value, sizeof(Struct));
  }
  [[nodiscard]] const Struct* get() const { return reinterpret_cast<const Struct*>(bytes_.data()); }

 private:
  alignas(Struct) std::array<unsigned char, sizeof(Struct) + 64> bytes_{};
};

}  // namespace

std::vector<std::string> own_environment() {
  std::vector<std::string> variables;
  for (const char* const* entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    variables.emplace_back(*entry);
  }
  return variables;
}

Stage::Stage(const Subject& subject, const dream_plugin& table, Findings& findings)
    : subject_(subject), table_(table), findings_(findings) {
  host_.root = subject.folder.string();
  host_.state_folder = (subject.folder / "state").string();
  host_.cache_folder = (subject.folder / "cache").string();
}

Stage::~Stage() {
  destroy();
}

void Stage::judge(const char* call, dream_status status, const testing::FakeErrors* errors) {
  const std::scoped_lock lock(mutex_);
  if (status < DREAM_E_INTERNAL || status > DREAM_AGAIN) {
    findings_.add(Fault::unknown_status, fmt::format("\"{}\" answers {}, which is no status", call, status));
  }
  if (errors == nullptr) return;
  const int expected = status < 0 ? 1 : 0;
  if (errors->count != expected) {
    findings_.add(Fault::silent_failure, fmt::format(R"("{}" answers {} and has called "fail" {} times)",
                                                     call, plugin::status_name(status), errors->count));
  } else if (status < 0 && (errors->message.empty() || errors->code != status)) {
    findings_.add(Fault::silent_failure,
                  fmt::format(R"("{}" answers {} and told "fail" {})", call, plugin::status_name(status),
                              errors->message.empty() ? "no message" : "another code"));
  }
}

bool Stage::create(std::uint32_t extra_size) {
  testing::FakeErrors errors;
  const std::string folder = subject_.folder.string();
  const Larger<dream_project> project(
      {0, view_of(folder), view_of("./"), view_of(folder), view_of(subject_.options)}, extra_size);
  const dream_status status = table_.create(host_.table(), project.get(), &executor_, errors.table());
  judge("create", status, &errors);
  if (status >= 0) return true;
  executor_ = nullptr;
  failure_ = errors.message;
  return false;
}

void Stage::destroy() {
  if (executor_ == nullptr) return;
  const bool all_over =
      std::ranges::all_of(runs_, [](const StagedRun& run) { return run.handle == nullptr || run.released; });
  host_.stop_work();
  if (all_over) table_.destroy(executor_);
  executor_ = nullptr;
}

testing::FakeTask Stage::task(std::size_t form) const {
  testing::FakeTask task;
  task.directory = subject_.folder.string();
  task.environment = own_environment();
  task.options = subject_.options;
  if (form == 0) task.command_line = "true";
  if (form == 1) task.command_argv = {"true"};
  return task;
}

dream_status Stage::try_start(const testing::FakeTask& task, StagedRun& run, std::uint32_t command_kind,
                              std::uint32_t extra_size) {
  testing::FakeErrors errors;
  run.id = runs_.size() + 1000;
  const auto argv = plugin::views_of(task.command_argv);
  const auto environment = plugin::views_of(task.environment);
  dream_task wire{};
  wire.flags = task.flags;
  wire.run = run.id;
  wire.name = view_of(task.name);
  wire.stop_signal = task.stop_signal;
  wire.grace_ms = task.grace_ms;
  wire.directory = view_of(task.directory);
  wire.environment = plugin::span_of(environment);
  wire.options = view_of(task.options);
  if (task.command_line) {
    wire.command_kind = DREAM_COMMAND_LINE;
    wire.command_line = view_of(*task.command_line);
  } else if (!argv.empty()) {
    wire.command_kind = DREAM_COMMAND_ARGV;
    wire.command_argv = plugin::span_of(argv);
  }
  if (command_kind != 0) wire.command_kind = command_kind;
  const Larger<dream_task> larger(wire, extra_size);
  run.start_status = table_.start(executor_, larger.get(), &run.handle, errors.table());
  judge("start", run.start_status, &errors);
  if (run.start_status < 0) {
    failure_ = errors.message;
    run.handle = nullptr;
  } else if (run.handle == nullptr) {
    findings_.add(Fault::no_handle, "\"start\" succeeds and stores no run");
    failure_ = "there is no run";
  }
  return run.start_status;
}

StagedRun* Stage::start(std::uint32_t extra_size) {
  for (std::size_t form = 0; form < task_forms; ++form) {
    StagedRun& run = runs_.emplace_back();
    try_start(task(form), run, 0, extra_size);
    if (run.handle != nullptr) return &run;
    runs_.pop_back();
  }
  findings_.skipped = "no task could be started: " + failure_;
  return nullptr;
}

void Stage::wait(StagedRun& run) {
  run.waited = true;
  endings_.push_back(Ending{this, &run});
  judge("wait", table_.wait(run.handle, &Stage::on_exit, &endings_.back()), nullptr);
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
  testing::FakeErrors errors;
  const dream_status status = table_.terminate(run.handle, urgency, errors.table());
  judge("terminate", status, &errors);
  if (status < 0) {
    findings_.add(on_failure, fmt::format("\"terminate\" of a run that {} fails: {}",
                                          run.exits > 0 ? "is over" : "runs", errors.message));
  }
}

dream_state Stage::status(StagedRun& run) {
  struct {
    dream_state state;
    std::array<unsigned char, 64> more;
  } larger{};
  larger.more.fill(beyond);
  larger.state.size = sizeof(dream_state) + 8;
  const bool over = run.exits > 0;
  const dream_status status = table_.status(run.handle, &larger.state);
  judge("status", status, nullptr);
  if (std::ranges::any_of(larger.more, [](unsigned char byte) { return byte != beyond; })) {
    findings_.add(Fault::larger_struct, "\"status\" writes behind the members of dream_state that it knows");
  }
  const std::uint32_t phase = larger.state.phase;
  if (phase > DREAM_PHASE_EXITED) {
    findings_.add(Fault::odd_state, fmt::format("\"status\" tells a phase {}, which doesn't exist", phase));
  } else if (phase != DREAM_PHASE_EXITED && over) {
    findings_.add(Fault::odd_state, "\"status\" tells that a run goes on which has called on_exit");
  }
  return larger.state;
}

void Stage::release(StagedRun& run) {
  run.released = true;
  table_.release(run.handle);
  settle(run);
  look_after_end(run);
}

void Stage::look_after_end(StagedRun& run) {
  const std::scoped_lock lock(mutex_);
  if (run.exits > 0 && output(run) != run.output_at_exit) {
    findings_.add(Fault::late_output, "it writes output of a run that has called on_exit");
    run.output_at_exit = output(run);
  }
}

std::string Stage::output(const StagedRun& run) const {
  return host_.output(run.id, DREAM_STDOUT) + host_.output(run.id, DREAM_STDERR);
}

void Stage::on_exit(void* context, const dream_exit* exit) noexcept {
  const auto& ending = *static_cast<Ending*>(context);
  ending.stage->note_exit(*ending.run, exit);
}

void Stage::note_exit(StagedRun& run, const dream_exit* exit) {
  const std::scoped_lock lock(mutex_);
  if (run.released) {
    findings_.add(Fault::exit_after_release, "it calls on_exit of a run that was released");
    return;
  }
  if (++run.exits > 1) {
    findings_.add(Fault::second_exit, "it calls on_exit of one run more than once");
    return;
  }
  run.output_at_exit = output(run);
  if (exit == nullptr || !plugin::read_exit(exit).sound) {
    findings_.add(Fault::odd_exit, "on_exit is told an end that makes no sense");
  }
}

void Stage::child_writes(const StagedRun& run) {
  for (std::size_t at = 0; at < host_.children().size(); ++at) {
    const testing::FakeChild& child = host_.children()[at];
    if (child.run != run.id || !child.alive) continue;
    host_.child_writes(at, DREAM_STDOUT, "out\n");
    host_.child_writes(at, DREAM_STDERR, "err\n");
  }
}

void Stage::end_children(const StagedRun& run) {
  for (std::size_t at = 0; at < host_.children().size(); ++at) {
    if (host_.children()[at].run == run.id && host_.children()[at].alive) {
      host_.exit_child(at, DREAM_EXIT_CODE, 0);
    }
  }
}

void Stage::end_terminated_children(const StagedRun& run, bool stubborn) {
  for (std::size_t at = 0; at < host_.children().size(); ++at) {
    const testing::FakeChild& child = host_.children()[at];
    if (child.run != run.id || !child.alive || child.terminations.empty()) continue;
    const bool forced = std::ranges::find(child.terminations, DREAM_FORCE) != child.terminations.end();
    if (forced || !stubborn) host_.exit_child(at, DREAM_EXIT_SIGNAL, forced ? SIGKILL : SIGTERM);
  }
}

void Stage::settle(const StagedRun& run, int most_turns) {
  // A released run owes nothing but what is on its way already.
  const int turns = run.exits > 0 ? 1 : most_turns;
  for (int turn = 0; turn < turns; ++turn) {
    host_.run_posted();
    while (host_.pending_work() > 0) host_.do_work();
    host_.run_posted();
    if (run.exits > 0 && turn > 0) return;
    if (host_.pending_timers() > 0) host_.advance(second);
    if (run.exits == 0) static_cast<void>(host_.await_post(patience));
  }
}

void Stage::finish(StagedRun& run) {
  child_writes(run);
  end_children(run);
  settle(run, hasty_turns);  // it need not end by itself
  for (const std::uint32_t urgency : {DREAM_GRACEFUL, DREAM_FORCE}) {
    if (run.exits > 0) return;
    terminate(run, urgency, Fault::terminate_again);
    end_terminated_children(run, false);
    settle(run, urgency == DREAM_FORCE ? patient_turns : hasty_turns);
  }
  if (run.exits == 0) {
    findings_.add(Fault::no_exit,
                  "it doesn't call on_exit, though its children have ended and it was forced to");
  }
}

}  // namespace dream::conformance
