#include "process/child.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "base/assert.hpp"
#include "process/executable.hpp"

namespace dream::process {

namespace {

/// How long a helper that outlives the task (a `tee` of its own output) may take to write the rest.
constexpr Duration leftover_patience = std::chrono::milliseconds(200);

/// How long the end of a stream is waited for once nothing of the task lives: somebody else holds the pipe.
constexpr Duration drain_limit = std::chrono::milliseconds(200);

/// Closes a descriptor that only the start needs.
class ScopedDescriptor {
 public:
  explicit ScopedDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~ScopedDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  ScopedDescriptor(const ScopedDescriptor&) = delete;
  ScopedDescriptor& operator=(const ScopedDescriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

ExitStatus decode(int status) {
  if (WIFSIGNALED(status)) return KilledBy{WTERMSIG(status)};
  return ExitedWith{WEXITSTATUS(status)};
}

}  // namespace

Child::Child(ChildSpec spec, std::function<void()> on_change)
    : spec_(std::move(spec)), on_change_(std::move(on_change)) {}

Result<void> Child::start(const boost::asio::any_io_executor& executor, std::span<char> scratch,
                          const rlimit& file_limit) {
  if (Result<void> usable = check_directory(spec_.directory); !usable) return usable.error();
  Result<std::string> executable = find_executable(spec_.argv.at(0), spec_.directory, spec_.environment);
  if (!executable) return executable.error();
  const auto make_reader = [&](int read_end, Stream stream) {
    return std::make_shared<OutputPipe>(
        executor, read_end, scratch,
        [this, stream](std::string_view bytes) { return spec_.on_output(stream, bytes); }, on_change_);
  };
  Result<PipeEnds> out = make_pipe();
  if (!out) return out.error();
  const ScopedDescriptor out_write(out->write);
  out_ = make_reader(out->read, Stream::out);
  Result<PipeEnds> err = make_pipe();
  if (!err) return err.error();
  const ScopedDescriptor err_write(err->write);
  err_ = make_reader(err->read, Stream::err);
  const ScopedDescriptor nothing(spec_.inherit_stdin ? -1 : ::open("/dev/null", O_RDONLY | O_CLOEXEC));

  const LaunchSpec launch_spec{.executable = *executable,
                               .argv = spec_.argv,
                               .directory = spec_.directory,
                               .environment = spec_.environment,
                               .standard_input = spec_.inherit_stdin ? STDIN_FILENO : nothing.get(),
                               .standard_output = out_write.get(),
                               .standard_error = err_write.get()};
  Result<std::unique_ptr<ProcessHandle>> handle = launch(executor, launch_spec, file_limit);
  if (!handle) return handle.error();
  handle_ = std::move(*handle);
  root_.pid = handle_->id();
  if (const auto status = process_status(root_.pid)) root_ = status->identity;
  out_->start();
  err_->start();
  wait_for_root();
  return {};
}

void Child::wait_for_root() {
  handle_->async_wait([this](const boost::system::error_code& error, int) {
    const int status = handle_->native_exit_code();
    handle_->detach();  // the pid is free now: the handle must not act on it any more
    root_exit_ = error ? ExitStatus(Lost{error.message()}) : decode(status);
    on_change_();
  });
}

void Child::terminate(Urgency urgency) {
  if (urgency_ == Urgency::force || urgency_ == urgency) return;
  urgency_ = urgency;
  if (urgency == Urgency::graceful && !root_exit_) signal_new(tree_below(root_.pid), spec_.stop_signal);
  on_change_();
}

void Child::resume_output(Stream stream) {
  (stream == Stream::out ? out_ : err_)->resume();
  if (root_exit_) on_change_();  // its end may have waited for the reader
}

bool Child::needs_attention() const noexcept {
  if (urgency_ == Urgency::force) return true;
  if (!root_exit_) return false;
  const bool waits_for_reader = alone_since_ && (out_->paused() || err_->paused());
  return !waits_for_reader;
}

void Child::signal_new(const std::vector<ProcessStatus>& processes, int signal) {
  for (const ProcessStatus& process : processes) {
    if (!process.alive() || !signalled_.insert(process.identity).second) continue;
    send_signal(process.identity, signal);
    send_signal(process.identity, SIGCONT);  // a stopped process could not hear it
  }
}

std::vector<ProcessStatus> Child::members(const std::vector<ProcessStatus>& orphans) const {
  std::vector<ProcessStatus> all = root_exit_ ? std::vector<ProcessStatus>{} : tree_below(root_.pid);
  for (const ProcessStatus& orphan : orphans) {
    const std::vector<ProcessStatus> below = tree_below(orphan.identity.pid);
    all.insert(all.end(), below.begin(), below.end());
  }
  std::erase_if(all, [](const ProcessStatus& process) { return !process.alive(); });
  return all;
}

void Child::press_leftovers(Instant now, const std::vector<ProcessStatus>& leftovers) {
  if (urgency_ == Urgency::graceful) {
    signal_new(leftovers, spec_.stop_signal);
  } else if (now >= *lingers_since_ + leftover_patience) {
    signal_new(leftovers, spec_.stop_signal);
    if (!leftovers_force_at_) leftovers_force_at_ = now + spec_.leftover_grace;
    if (now >= *leftovers_force_at_) urgency_ = Urgency::force;
  }
}

bool Child::output_is_over(Instant now) {
  out_->drain();
  err_->drain();
  if (out_->ended() && err_->ended()) return true;
  if (out_->paused() || err_->paused()) return false;
  if (now < *alone_since_ + drain_limit) return false;
  out_->close();
  err_->close();
  return true;
}

bool Child::attend(Instant now, const std::vector<ProcessStatus>& orphans) {
  if (!root_exit_ && !urgency_) return false;
  const std::vector<ProcessStatus> living = members(orphans);
  if (urgency_ == Urgency::force) {
    for (const ProcessStatus& process : living) send_signal(process.identity, SIGKILL);
  }
  if (!root_exit_) return false;
  if (!lingers_since_) lingers_since_ = now;
  if (!living.empty() || !orphans.empty()) {
    alone_since_.reset();
    if (urgency_ != Urgency::force) press_leftovers(now, living);
    return false;
  }
  if (!alone_since_) alone_since_ = now;
  return output_is_over(now);
}

void Child::finish() {
  DREAM_ASSERT(root_exit_.has_value());
  const auto on_end = std::exchange(spec_.on_end, nullptr);
  on_end(*root_exit_);
}

}  // namespace dream::process
