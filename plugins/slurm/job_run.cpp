#include "job_run.hpp"

#include <utility>

#include "leftovers.hpp"
#include "shared/far_command.hpp"
#include "shared/programs.hpp"

namespace dream::slurm {

namespace {

using sdk::Exit;
using sdk::Failure;
using sdk::Result;

constexpr std::uint64_t second = 1'000'000'000;
/// A forced end that Slurm doesn't confirm by then is left to the reaper. Less than a host waits.
constexpr std::uint64_t patience = 5 * second;
constexpr int sigkill = 9;
constexpr int most_tries = 5;  ///< of scancel

/// What each task of the step begins with: tells which step of which job it is, and where the step's own
/// output begins.
constexpr std::string_view first_words = R"sh(
mark() { printf '\036%s %s\n' "$nonce" "$1"; }
nonce=$1
cd -- "$2" 2> /dev/null || { mark 'refused directory' >&2; exit 127; }
shift 2
command -v -- "$1" > /dev/null 2>&1 || { mark 'refused program' >&2; exit 127; }
mark begins
mark "started $SLURM_JOB_ID.$SLURM_STEP_ID" >&2
unset nonce
exec "$@"
)sh";

}  // namespace

std::vector<std::string> srun_words(const JobPlan& plan) {
  // Without a folder of its own srun would run the job in /tmp where that of the step isn't there.
  std::vector<std::string> words{
      "srun", "-J", plan.name, "--export=ALL", "--input=none", "--chdir=/", "--kill-on-bad-exit=0"};
  words.insert(words.end(), plan.options.begin(), plan.options.end());
  words.insert(words.end(),
               {"--", "/bin/sh", "-c", std::string(first_words), "sh", plan.nonce, plan.directory});
  words.insert(words.end(), plan.words.begin(), plan.words.end());
  return words;
}

JobRun::JobRun(const sdk::Host& host, dream_run_id run, JobPlan plan,
               std::shared_ptr<plugins::RunNotes> notes)
    : host_(host),
      run_(run),
      plan_(std::move(plan)),
      notes_(std::move(notes)),
      srun_(host, run),
      helper_(host, run),
      out_(
          plan_.nonce, [this](std::string_view bytes) { write(DREAM_STDOUT, bytes); },
          [](const std::string&) {}),
      err_(
          plan_.nonce, [this](std::string_view bytes) { write(DREAM_STDERR, bytes); },
          [this](const std::string& words) { marked(words); }) {}

JobRun::~JobRun() {
  if (timer_ != 0) host_.timer()->cancel(host_.raw(), timer_);
}

Result<void> JobRun::begin() {
  if (Result<void> noted = notes_->begin(note_of(plan_.environment)); !noted) return noted;
  Result<void> spawned = srun_.spawn(
      {.argv = srun_words(plan_), .directory = plan_.directory, .environment = plan_.environment},
      [this](std::uint32_t stream, std::string_view bytes) {
        (stream == DREAM_STDOUT ? out_ : err_).take(bytes);
      },
      [this](const Exit& exit) { srun_ended(exit); });
  if (spawned) {
    wake_in(second);
  } else {
    notes_->end();
  }
  return spawned;
}

void JobRun::marked(const std::string& words) {
  const std::size_t blank = words.find(' ');
  const std::string word = words.substr(0, blank);
  if (blank == std::string::npos) return;
  if (word == "refused") refused_ = words.substr(blank + 1);
  if (word != "started" || !step_.empty()) return;  // of several tasks the first one counts
  step_ = words.substr(blank + 1);
  host_.started(run_);
  if (asked_) signal(forced_ ? sigkill : plan_.stop_signal);
}

void JobRun::srun_ended(const Exit& exit) {
  out_.finish();
  err_.finish();
  exit_ = exit;
  if (exit.kind != DREAM_EXIT_CODE && !step_.empty() && !left_) {
    // Its shepherd cancels the job, if that lives; else the reaper does.
    leave_behind("job step " + step_ + " of Slurm, as srun was killed");
  }
  // What it asks for no longer matters, and Slurm may keep it waiting.
  if (helper_.alive()) {
    helper_.kill();
  } else {
    settle();
  }
}

/// What it says on stdout comes into `answer_`.
Result<void> JobRun::ask_slurm(std::vector<std::string> argv, plugins::Child::OnExit on_exit) {
  answer_.clear();
  return helper_.spawn(
      {.argv = std::move(argv), .directory = plan_.directory, .environment = plan_.environment},
      [this](std::uint32_t stream, std::string_view bytes) {
        if (stream == DREAM_STDOUT) answer_ += bytes;
      },
      std::move(on_exit));
}

/// A controller that answers too late may have queued the job: nobody would wait for it.
bool JobRun::may_be_queued() const {
  const std::string& said = err_.before();
  return step_.empty() &&
         (said.find("timed out") != std::string::npos || said.find("Zero Bytes") != std::string::npos);
}

/// What is left to do once srun has ended.
void JobRun::settle() {
  if (left_ || !may_be_queued()) return finish();
  const auto over = [this](bool cancelled) {
    if (!cancelled)
      leave_behind("job " + plan_.name +
                   " of Slurm, if its controller has queued it: it answered srun too late");
    finish();
  };
  const Result<void> spawned = ask_slurm({"scancel", "-n", plan_.name}, [over](const Exit& exit) {
    over(exit.kind == DREAM_EXIT_CODE && exit.value == 0);
  });
  if (!spawned) over(false);
}

void JobRun::finish() {
  over_ = true;
  if (!left_) notes_->end();
  const int signal = forced_ ? sigkill : plan_.stop_signal;
  if (step_.empty() && asked_) return report_exit(Exit::signal(signal));
  if (step_.empty() && (!refused_.empty() || !has_run()))
    return report_start_failure(host_, run_, start_failure());
  if (step_.empty()) host_.started(run_);
  report_exit(*exit_);
}

/// Slurm may drop what a program has written just before SIGKILL ends it, and so the mark of its start.
bool JobRun::has_run() const {
  const std::string& said = err_.before();
  return said.find("srun: error: ") != std::string::npos && said.find(": task ") != std::string::npos;
}

Failure JobRun::start_failure() const {
  if (refused_ == "program") {
    return {DREAM_E_NOT_FOUND, "the node has no program " + plan_.words.front(),
            "install it there, or write its path"};
  }
  if (refused_ == "directory") {
    return {DREAM_E_NOT_FOUND, "the node has no folder " + plan_.directory,
            "run dream in a folder that the nodes share"};
  }
  const std::string& said = err_.before();
  const std::string line = plugins::last_line(said);
  const auto has = [&](std::string_view words) { return said.find(words) != std::string::npos; };
  if (has("configuration source") || has("Unable to contact slurm controller") || may_be_queued()) {
    return {DREAM_E_FAILED, "no cluster answers srun: " + line,
            "check that slurmctld runs (scontrol ping) and SLURM_CONF"};
  }
  return {DREAM_E_FAILED, "srun starts no job" + (line.empty() ? "" : ": " + line),
          "see the options, and what sinfo says of the partition"};
}

Result<void> JobRun::terminate(sdk::Urgency urgency) {
  if (over_) return {};
  const bool first_force = urgency == sdk::Urgency::force && !forced_;
  asked_ = true;
  forced_ = forced_ || first_force;
  if (exit_) {
    if (first_force) helper_.kill();
    return {};
  }
  if (first_force && host_.timer() != nullptr) {
    deadline_ = host_.timer()->now(host_.raw()) + patience;
    wake_in(patience);
  }
  if (step_.empty()) {
    take_back();
  } else {
    signal(forced_ ? sigkill : plan_.stop_signal);
  }
  return {};
}

void JobRun::leave_behind(const std::string& what) {
  left_ = true;
  host_.left_behind(run_, what);
}

/// Cancels a job that waits, by its name, until srun has seen it: it may not be in the queue yet. A srun that
/// is killed would leave it there.
void JobRun::take_back() {
  if (helper_.alive()) return;
  if (!plugins::variable(plan_.environment, "SLURM_JOB_ID").empty()) {
    // Within an allocation there is no job of this name, and srun itself waits until there is room for a
    // step.
    srun_.terminate(forced_ ? DREAM_FORCE : DREAM_GRACEFUL);
    return wake_in(second / 5);
  }
  const Result<void> spawned = ask_slurm({"scancel", "-n", plan_.name}, [this](const Exit&) {
    if (exit_) return settle();
    if (unsent_signal_ != 0) return send_signal();
    wake_in(second / 5);
  });
  if (!spawned) wake_in(second / 5);
}

/// One after the other; of those that wait the last one counts.
void JobRun::signal(int number) {
  unsent_signal_ = number;
  tries_left_ = most_tries;
  if (!helper_.alive()) send_signal();
}

void JobRun::send_signal() {
  const int number = std::exchange(unsent_signal_, 0);
  --tries_left_;
  const Result<void> spawned =
      ask_slurm({"scancel", "-s", std::to_string(number), step_}, [this, number](const Exit& exit) {
        if (exit_) return settle();
        if (unsent_signal_ != 0) return send_signal();
        // A controller that is busy; that the step has ended meanwhile is told by srun.
        if (exit.value == 0 || tries_left_ == 0) return;
        unsent_signal_ = number;
        wake_in(second / 5);
      });
  if (!spawned) host_.log(DREAM_LOG_WARNING, "scancel can't be started: " + spawned.failure().message);
}

void JobRun::ask_why_it_waits() {
  const Result<void> spawned =
      ask_slurm({"squeue", "-h", "-n", plan_.name, "-o", "job %i is %T, %r"}, [this](const Exit&) {
        // Of a step within an allocation srun itself says it.
        const std::string& said = answer_.empty() ? err_.before() : answer_;
        if (!said.empty()) waiting_ = plugins::last_line(said);
        if (exit_) return settle();
        if (unsent_signal_ != 0) return send_signal();
        if (step_.empty()) wake_in(asked_ ? 0 : 5 * second);
      });
  static_cast<void>(spawned);
}

void JobRun::wake_in(std::uint64_t nanoseconds) {
  const dream_timer* timer = host_.timer();
  if (timer == nullptr) return;
  if (timer_ != 0) timer->cancel(host_.raw(), std::exchange(timer_, 0));
  static_cast<void>(timer->start(host_.raw(), timer->now(host_.raw()) + nanoseconds, &woken, this, &timer_));
}

void JobRun::woken(void* context) noexcept {
  auto& run = *static_cast<JobRun*>(context);
  run.timer_ = 0;
  if (run.over_ || run.exit_) return;
  if (run.forced_ && run.host_.timer()->now(run.host_.raw()) >= run.deadline_) {
    run.leave_behind((run.step_.empty() ? "job " + run.plan_.name : "job step " + run.step_) +
                     " of Slurm, which doesn't confirm its end");
    run.srun_.kill();
    run.helper_.kill();
  } else if (run.step_.empty() && run.asked_) {
    run.take_back();
  } else if (run.step_.empty() && !run.helper_.alive()) {
    run.ask_why_it_waits();
  } else {
    if (run.unsent_signal_ != 0 && !run.helper_.alive()) run.send_signal();
    if (run.forced_) run.wake_in(second / 5);  // it has started, and has a deadline
  }
}

sdk::RunState JobRun::state() const {
  if (over_) return {.phase = sdk::Phase::exited};
  const bool runs = !step_.empty();
  const sdk::Phase phase = asked_ ? sdk::Phase::stopping : runs ? sdk::Phase::running : sdk::Phase::starting;
  std::string detail = runs ? "job step " + step_ : waiting_;
  if (detail.empty()) detail = "waits for Slurm";
  return {.phase = phase, .detail = detail};
}

void JobRun::write(std::uint32_t stream, std::string_view bytes) {
  // The host holds the children of a run whose reader is slow.
  host_.output()->write(host_.raw(), run_, stream, sdk::view(bytes));
}

}  // namespace dream::slurm
