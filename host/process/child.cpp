#include "process/child.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "base/executable.hpp"
#include "process/wait_for_end.hpp"

namespace dream::process {

namespace {

/// Descriptors that must stay free: without them no process can be looked at or killed.
constexpr rlim_t reserved_descriptors = 16;

/// A new descriptor has the lowest free number, so a low one tells that there is room above it.
bool room_above(int descriptor) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
         static_cast<rlim_t>(descriptor) + reserved_descriptors < limit.rlim_cur;
}

Error too_many_files(const std::string& what) {
  return {ErrorCode::io, what + ": too many open files", {}, "raise the limit on open files (ulimit -n)"};
}

}  // namespace

Child::~Child() {
  for (const std::shared_ptr<OutputPipe>& pipe : {out_, err_}) {
    if (pipe) pipe->abandon();
  }
  if (handle_ && !root_exit_) handle_->detach();  // else it would be killed and waited for
}

Result<void> Child::start() {
  const auto make_reader = [this](Stream stream) {
    return std::make_shared<OutputPipe>(
        context_.executor, context_.scratch,
        [this, stream] { return !spec_.has_room || spec_.has_room(stream); },
        [this, stream](std::string_view bytes) { return spec_.on_output(stream, bytes); },
        [this] {
          if (root_exit_) changed();
        });
  };
  ChildStreams& streams = spec_.streams;
  // Asked first: if the host has none, one of the pipes may get its number.
  const bool has_stdin = streams.in == Inlet::ours && ::fcntl(STDIN_FILENO, F_GETFD) >= 0;
  out_ = make_reader(Stream::out);
  err_ = make_reader(Stream::err);
  const Result<Descriptor> out = open_outlet(*out_, streams.out, STDOUT_FILENO);
  if (!out) return out.error();
  const bool joined = streams.joined && streams.out == streams.err && streams.out != Outlet::ours;
  const Result<Descriptor> err = joined ? open_outlet(*err_, streams.err = Outlet::ours, out->get())
                                        : open_outlet(*err_, streams.err, STDERR_FILENO);
  if (!err) return err.error();
  if (!room_above(err->get())) return too_many_files("no pipe for a task's output");
  if (reads_terminal()) return start_with(out->get(), out->get(), err->get());
  if (has_stdin) return start_with(STDIN_FILENO, out->get(), err->get());
  if (streams.in == Inlet::open) {
    const Result<Descriptor> in = open_input();
    if (!in) return in.error();
    return start_with(in->get(), out->get(), err->get());
  }
  if (!context_.nothing.is_open()) return Error{ErrorCode::io, "can't be opened", "/dev/null", {}};
  return start_with(context_.nothing.get(), out->get(), err->get());
}

/// A stdin that goes on until the other end is closed. Only this process has that: it is closed on exec.
Result<Descriptor> Child::open_input() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return too_many_files("no pipe for a task's input");
  input_ = Descriptor(ends[1]);
  return Descriptor(ends[0]);
}

/// What the child writes to; `reader` is what reads it. `ours` is the descriptor for Outlet::ours.
Result<Descriptor> Child::open_outlet(OutputPipe& reader, Outlet& outlet, int ours) const {
  if (outlet == Outlet::ours) {
    Descriptor copy(::fcntl(ours, F_DUPFD_CLOEXEC, 3));
    if (copy.get() < 0) return too_many_files("no descriptor for a task's output");
    reader.leave_out();
    return copy;
  }
  if (outlet == Outlet::terminal) {
    Result<Descriptor> terminal = reader.open_terminal(
        spec_.streams.window, spec_.streams.in == Inlet::terminal ? PtyUse::interactive : PtyUse::output);
    if (terminal) return terminal;
    outlet = Outlet::pipe;
    if (spec_.streams.on_no_terminal) spec_.streams.on_no_terminal(terminal.error());
  }
  return reader.open();
}

Result<void> Child::start_with(int standard_input, int standard_output, int standard_error) {
  if (spec_.argv.empty()) return Error{ErrorCode::not_found, "no program is named", {}, {}};
  Result<Executable> executable = find_executable(spec_.argv.front(), spec_.directory, *spec_.environment);
  if (!executable) {
    const Result<void> usable = check_directory(spec_.directory);  // it may be the reason
    return usable ? executable.error() : usable.error();
  }
  Inheritance inheritance = context_.inheritance;
  inheritance.descriptors.insert(inheritance.descriptors.end(), spec_.descriptors.begin(),
                                 spec_.descriptors.end());
  std::ranges::sort(inheritance.descriptors);
  const LaunchSpec launch_spec{.executable = *executable,
                               .argv = spec_.argv,
                               .directory = spec_.directory,
                               .environment = *spec_.environment,
                               .variables = spec_.variables,
                               .inheritance = inheritance,
                               .standard_input = standard_input,
                               .standard_output = standard_output,
                               .standard_error = standard_error,
                               .file_limit = context_.file_limit,
                               .own_session = !foreground(),
                               .controls_terminal = reads_terminal()};
  Result<Launched> launched = launch(context_.executor, launch_spec);
  if (!launched) return launched.error();
  handle_ = std::move(launched->handle);
  end_.emplace(std::move(launched->end));
  root_ = handle_->id();
  out_->start();
  err_->start();
  if (foreground()) {
    suspension_.emplace(context_.executor, root_);
    root_may_be_stopped();
  }
  wait_for_root();
  return {};
}

void Child::wait_for_root() {
  end_->call_when_readable([this](const boost::system::error_code& failure) {
    if (context_.before_reaping) context_.before_reaping();
    boost::system::error_code error = failure;
    if (!error && handle_->running(error)) return wait_for_root();
    const int status = handle_->native_exit_code();
    handle_->detach();  // the pid is free now: the handle must not act on it any more
    root_exit_ = error ? ExitStatus(Lost{error.message()}) : exit_status_of(status);
    end_.reset();
    suspension_.reset();
    static_cast<void>(input_.close());
    if (!spec_.keeps_leftovers)
      for (const std::shared_ptr<OutputPipe>& pipe : {out_, err_}) pipe->let_go();
    if (key_ != 0 && !is_end_by(*root_exit_, key_)) asked_.clear();
    key_ = 0;
    changed();
  });
}

void Child::resume_output(Stream stream) {
  (stream == Stream::out ? out_ : err_)->resume();
  if (root_exit_) changed();  // its end may have waited for the reader
}

void Child::resume(Duration stopped) {
  for (std::optional<Instant>* moment : {&patience_until_, &leftovers_force_at_})
    if (*moment) **moment += stopped;
  if (suspension_) suspension_->resume();
}

/// The kernel tells the processes that a terminal controls; those of ours control none.
void Child::resize(const winsize& window) {
  if (!has_typist_) static_cast<void>(set_window(window));
}

bool Child::resize_for_typist(const winsize& window) {
  if (!reads_terminal()) return false;
  has_typist_ = true;
  return set_window(window);
}

void Child::redraw_all() {
  if (!root_exit_ && reads_terminal()) out_->redraw_all();
}

bool Child::set_window(const winsize& window) {
  const Outlet terminal = Outlet::terminal;
  if (root_exit_ || (spec_.streams.out != terminal && spec_.streams.err != terminal)) return false;
  const bool changes = out_->resize(window);
  err_->resize(window);
  if (reads_terminal()) {
    out_->redraw();
  } else {
    ::kill(foreground() ? root_ : -root_, SIGWINCH);
  }
  return changes;
}

bool Child::takes_typing() const {
  return !root_exit_ && reads_terminal() && out_->takes_typing();
}

bool Child::type(std::string_view bytes, std::function<void()> on_taken) {
  return takes_typing() && out_->type(bytes, std::move(on_taken));
}

void Child::root_may_be_stopped() {
  if (suspension_) suspension_->child_changed();
}

bool Child::keep(const Left& left) {
  const bool out_ended = out_->finish_and_drop_the_rest();
  const bool err_ended = err_->finish_and_drop_the_rest();
  if (!out_ended || !err_ended) return false;
  tell_left_behind(left, true);
  kept_ = Kept::now;
  return true;
}

bool Child::take_rest() {
  const bool out_ended = out_->finish();
  const bool err_ended = err_->finish();
  return out_ended && err_ended;
}

void Child::finish() {
  DREAM_ASSERT(root_exit_.has_value());
  const auto on_end = std::exchange(spec_.on_end, nullptr);
  if (on_end) return on_end(*root_exit_);
  if (spec_.on_kept_end) spec_.on_kept_end();
}

}  // namespace dream::process
