#include "runtime/terminals.hpp"

#include <unistd.h>

#include <cstring>
#include <utility>

#include "output/label.hpp"

namespace dream::runtime {

namespace {

bool is_terminal(int descriptor) {
  return ::isatty(descriptor) == 1;
}

}  // namespace

process::ChildStreams Terminals::streams_of(const Step& step, bool allowed) {
  process::ChildStreams streams;
  const bool raw = settings_.mode == output::OutputMode::raw;
  if (raw && !step.background) {
    streams.inherit_stdin = true;
    streams.foreground = process::controlling_terminal() >= 0;
    if (streams.foreground) state_.remember();
  }
  const bool shown = raw || settings_.mode == output::OutputMode::prefix;
  if (!allowed || !shown) return streams;
  if (streams.inherit_stdin) {
    streams.out = foreground_outlet(STDOUT_FILENO);
    streams.err = foreground_outlet(STDERR_FILENO);
  } else if (is_terminal(STDOUT_FILENO)) {
    streams.out = process::Outlet::terminal;
    if (is_terminal(STDERR_FILENO)) streams.err = process::Outlet::terminal;
    streams.joined = !settings_.keeps_bytes;
  }
  streams.window = window();
  streams.on_no_terminal = [this](const Error& error) { warn(error); };
  return streams;
}

process::Outlet Terminals::foreground_outlet(int descriptor) const {
  if (!is_terminal(descriptor)) return process::Outlet::pipe;
  return settings_.keeps_bytes ? process::Outlet::terminal : process::Outlet::ours;
}

winsize Terminals::window() const {
  winsize window{};
  ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
  if (window.ws_col == 0) return window;  // it does not say
  window.ws_col =
      static_cast<unsigned short>(output::columns_beside_label(window.ws_col, settings_.label_columns));
  return window;
}

std::optional<winsize> Terminals::new_window() {
  const winsize now = window();
  if (std::memcmp(&now, &window_, sizeof now) == 0) return {};
  return window_ = now;
}

/// Once: the next task has the same trouble.
void Terminals::warn(const Error& error) {
  if (std::exchange(warned_, true)) return;
  log_.write(LogLevel::warning, to_string(error) + "; tasks write to pipes instead");
}

}  // namespace dream::runtime
