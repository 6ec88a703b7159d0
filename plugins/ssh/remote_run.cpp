#include "remote_run.hpp"

#include <charconv>
#include <utility>

#include "client.hpp"
#include "failures.hpp"

namespace dream::ssh {

namespace {

using sdk::Exit;
using sdk::Failure;
using sdk::Result;

/// How long the other side may take to tell of a forced end: 2 s that it tries, and the way. Less than a host
/// waits.
constexpr std::uint64_t patience_ns = 6'000'000'000;

constexpr std::size_t most_of_rsync = 4096;

}  // namespace

RemoteRun::RemoteRun(const sdk::Host& host, dream_run_id run, RemotePlan plan, std::optional<Seat> seat)
    : host_(host),
      run_(run),
      plan_(std::move(plan)),
      seat_(std::move(seat)),
      child_(host, run),
      out_(
          plan_.far.nonce, [this](std::string_view bytes) { write(DREAM_STDOUT, bytes); },
          [this](const std::string& words) { marked(DREAM_STDOUT, words); }),
      err_(
          plan_.far.nonce, [this](std::string_view bytes) { write(DREAM_STDERR, bytes); },
          [this](const std::string& words) { marked(DREAM_STDERR, words); }) {}

RemoteRun::~RemoteRun() {
  *lives_ = false;
  if (seat_) seat_->master()->forget(this);
  if (timer_ != 0) host_.timer()->cancel(host_.raw(), timer_);
}

Result<void> RemoteRun::begin(sdk::LoopQueue& loop, std::set<std::shared_ptr<Master>>& kept) {
  if (!seat_) {
    stage_ = Stage::entering;
    return plan_.options.sync ? copy() : enter();
  }
  seat_->master()->when_ready(this, loop, [this, lives = lives_, &kept](const Result<void>& ready) {
    if (!*lives) return;
    std::erase_if(kept, [](const auto& one) { return !one->usable(); });  // nobody takes a seat there
    if (ready) kept.insert(seat_->master());
    connected(ready);
  });
  return {};
}

void RemoteRun::connected(const Result<void>& ready) {
  if (stage_ != Stage::connecting) return;
  if (!ready) return fail(ready.failure());
  go_on(plan_.options.sync ? copy() : enter());
}

/// The next child, or why there is none.
void RemoteRun::go_on(const Result<void>& step) {
  if (!step) fail(step.failure());
}

Result<void> RemoteRun::copy() {
  stage_ = Stage::copying;
  return child_.spawn(
      {.argv = rsync_words(plan_.options, socket(), plan_.folder),
       .directory = plan_.folder,
       .environment = plan_.environment},
      [this](std::uint32_t stream, std::string_view bytes) {
        if (stream == DREAM_STDERR && said_.size() < most_of_rsync) said_ += bytes;
      },
      [this](const Exit& exit) { copied(exit); });
}

void RemoteRun::copied(const Exit& exit) {
  if (asked_) return end(Exit::signal(plan_.far.stop_signal));
  if (exit.kind == DREAM_EXIT_CODE && exit.value == 0) return go_on(enter());
  fail(sync_failure(plan_.options.host, exit.value, said_));
}

Result<void> RemoteRun::enter() {
  stage_ = Stage::entering;
  if (Result<void> opened = line_.open(far_script(plan_.far)); !opened) return opened;
  const std::vector<std::string> words = session_words(plan_.options, socket(), far_command(plan_.far.nonce));
  return child_.spawn(
      {.argv = line_.as_stdin_of(words), .directory = plan_.folder, .environment = plan_.environment},
      [this](std::uint32_t stream, std::string_view bytes) {
        (stream == DREAM_STDOUT ? out_ : err_).take(bytes);
      },
      [this](const Exit& exit) { session_ended(exit); });
}

void RemoteRun::marked(std::uint32_t stream, const std::string& words) {
  const std::size_t blank = words.find(' ');
  const std::string word = words.substr(0, blank);
  const std::string value = blank == std::string::npos ? "" : words.substr(blank + 1);
  if (word == "refused") {
    if (!refused_) refused_ = value;
  } else if (word == "started" && stage_ == Stage::entering) {
    stage_ = Stage::running;
    line_.keep_only_the_writing_end();
    const bool told =
        line_.send("is " + value) && (!asked_ || line_.send(std::to_string(plan_.far.stop_signal)));
    host_.started(run_);
    if (!told) child_.kill();  // the end of its line ends it
  } else if (word == "ended") {
    int code = 0;
    std::from_chars(value.data(), value.data() + value.size(), code);
    code_ = code;
    ended_.insert(stream);
    // Whatever holds the streams over there now isn't known as the step's, and would keep the session open.
    if (ended_.size() == 2) child_.kill();
  }
}

void RemoteRun::session_ended(const Exit& /*exit*/) {
  out_.finish();
  err_.finish();
  line_.close();
  if (stage_ == Stage::running && code_) return end(Exit::code(*code_));
  if (stage_ == Stage::running) return lost();
  if (asked_) return end(Exit::signal(forced_ ? 9 : plan_.far.stop_signal));
  if (refused_) {
    return fail(refusal(plan_.options.host, *refused_, plan_.far.argv.front(), plan_.far.directory));
  }
  if (code_) return fail(exec_failure(plan_.options.host, *code_));
  fail(connection_failure(plan_.options.host, err_.before().empty() ? out_.before() : err_.before()));
}

/// As ssh itself has it. What ran there has lost its life line, too.
void RemoteRun::lost() {
  constexpr int of_ssh = 255;
  Exit exit = forced_ ? Exit::signal(9) : Exit::code(of_ssh);
  exit.text = forced_
                  ? "\"" + plan_.options.host + "\" didn't tell in time that the step has ended there"
                  : "the connection to \"" + plan_.options.host + "\" was lost; what ran there ends with it";
  end(std::move(exit));
}

void RemoteRun::fail(const Failure& failure) {
  stage_ = Stage::over;
  report_start_failure(host_, run_, failure);
}

void RemoteRun::end(Exit exit) {
  stage_ = Stage::over;
  report_exit(std::move(exit));
}

Result<void> RemoteRun::terminate(sdk::Urgency urgency) {
  if (stage_ == Stage::over) return {};
  asked_ = true;
  forced_ = forced_ || urgency == sdk::Urgency::force;
  if (stage_ == Stage::connecting) {
    end(Exit::signal(forced_ ? 9 : plan_.far.stop_signal));
  } else if (stage_ == Stage::copying) {
    child_.kill();
  } else if (stage_ == Stage::entering) {
    // Not yet to be told apart from the login; the end of the line ends what may run there already.
    if (forced_) child_.kill();
  } else if (forced_) {
    if (line_.send("9")) {
      give_the_far_side_time();
    } else {
      child_.kill();
    }
  } else if (!line_.send(std::to_string(plan_.far.stop_signal))) {
    return Failure{DREAM_E_FAILED, "the connection to \"" + plan_.options.host + "\" takes nothing more"};
  }
  return {};
}

void RemoteRun::give_the_far_side_time() {
  const dream_timer* timer = host_.timer();
  if (timer_ != 0) return;
  if (timer == nullptr) return child_.kill();
  if (timer->start(host_.raw(), timer->now(host_.raw()) + patience_ns, &time_passed, this, &timer_) < 0)
    child_.kill();
}

void RemoteRun::time_passed(void* context) noexcept {
  auto& run = *static_cast<RemoteRun*>(context);
  run.timer_ = 0;
  run.child_.kill();
}

sdk::RunState RemoteRun::state() const {
  if (stage_ == Stage::over) return {.phase = sdk::Phase::exited};
  const bool runs = stage_ == Stage::running;
  const sdk::Phase phase = asked_ ? sdk::Phase::stopping : runs ? sdk::Phase::running : sdk::Phase::starting;
  const std::string& host = plan_.options.host;
  std::string detail = "on " + host;
  if (stage_ == Stage::connecting) detail = "connecting to " + host;
  if (stage_ == Stage::copying) detail = "copying to " + host;
  if (stage_ == Stage::entering) detail = "starting on " + host;
  return {.phase = phase, .detail = detail};
}

void RemoteRun::write(std::uint32_t stream, std::string_view bytes) {
  if (ended_.contains(stream)) return;
  // The host holds the children of a run whose reader is slow.
  host_.output()->write(host_.raw(), run_, stream, sdk::view(bytes));
}

}  // namespace dream::ssh
