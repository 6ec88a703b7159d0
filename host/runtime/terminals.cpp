#include "runtime/terminals.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/shell_quote.hpp"
#include "output/label.hpp"

namespace dream::runtime {

namespace {

/// Who is told so writes everything at once. An empty name means no pager to those who take one.
constexpr std::array<std::string_view, 6> no_pagers{"PAGER=cat",      "GIT_PAGER=cat", "MANPAGER=cat",
                                                    "SYSTEMD_PAGER=", "AWS_PAGER=",    "GH_PAGER=cat"};

bool is_terminal(int descriptor) {
  return ::isatty(descriptor) == 1;
}

/// Whether stdin is the terminal, and whoever reads it isn't stopped as a job in the background.
bool may_read_keys() {
  return is_terminal(STDIN_FILENO) && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

/// Whether somebody has piped something in.
bool has_input() {
  struct stat file {};
  if (is_terminal(STDIN_FILENO) || ::fstat(STDIN_FILENO, &file) != 0) return false;
  int waiting = 0;
  if (S_ISREG(file.st_mode)) return ::lseek(STDIN_FILENO, 0, SEEK_CUR) < file.st_size;
  return ::ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0;
}

winsize window_of_stdout() {
  winsize window{};
  ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
  return window;
}

/// As `2>&1` makes them.
bool outputs_are_one() {
  struct stat out {};
  struct stat err {};
  return ::fstat(STDOUT_FILENO, &out) == 0 && ::fstat(STDERR_FILENO, &err) == 0 && out.st_dev == err.st_dev &&
         out.st_ino == err.st_ino;
}

}  // namespace

Terminals::Terminals(const Settings& settings, process::TerminalState& state, Log& log)
    : settings_(settings),
      state_(state),
      log_(log),
      window_(window()),
      joins_pipes_(!settings.keeps_apart && outputs_are_one()) {}

process::ChildStreams Terminals::streams_of(const Step& step, bool allowed) {
  const bool front = is_in_front(step);
  if (allowed && step.interactive && !front) {
    tell_where_to_type(step);
    return interactive();
  }
  process::ChildStreams streams;
  // A line that the probe looks for must not be torn by one of the other stream.
  const bool keeps_apart = settings_.keeps_apart || has_probe<LogProbe>(step.ready);
  streams.joined = allowed && joins_pipes_ && !keeps_apart;
  if (front) {
    streams.in = process::Inlet::ours;
    streams.foreground = process::controlling_terminal() >= 0;
    if (streams.foreground) state_.remember();
  } else if (input_of(step) == StandardInput::open) {
    streams.in = process::Inlet::open;
  } else if (step.requested && !step.standard_input && has_input() &&
             told_.insert(to_string(step.id)).second) {
    log_.write(LogLevel::warning, to_string(step.id) + " doesn't read what is piped in: -o raw lets it");
  }
  const bool shown =
      settings_.mode == output::OutputMode::raw || settings_.mode == output::OutputMode::prefix;
  if (!allowed || !shown) return streams;
  if (streams.in == process::Inlet::ours) {
    streams.out = foreground_outlet(STDOUT_FILENO);
    streams.err = foreground_outlet(STDERR_FILENO);
  } else if (is_terminal(STDOUT_FILENO)) {
    streams.out = process::Outlet::terminal;
    if (is_terminal(STDERR_FILENO)) streams.err = process::Outlet::terminal;
    streams.joined = !keeps_apart;
  }
  streams.window = window();
  streams.on_no_terminal = [this](const Error& error) { warn(error); };
  return streams;
}

/// The keys are nobody else's when it is the only one, as a server that is started alone.
bool Terminals::is_in_front(const Step& step) const {
  if (settings_.mode != output::OutputMode::raw) return false;
  return !step.background || (settings_.alone && may_read_keys());
}

/// Whoever sees its output on this terminal would type here. Once a step.
void Terminals::tell_where_to_type(const Step& step) {
  using output::OutputMode;
  const bool shown = settings_.mode != OutputMode::raw && settings_.mode != OutputMode::events;
  if (!shown || !is_terminal(STDIN_FILENO) || !told_.insert(to_string(step.id)).second) return;
  const bool may_be_in_front = !step.background || settings_.alone;
  log_.write(LogLevel::info, to_string(step.id) + " reads from a terminal of its own: dream ctl attach " +
                                 shell_quoted(to_string(step.id)) + " types there" +
                                 (may_be_in_front ? " (with -o raw it reads from this one)" : ""));
}

/// A terminal of its own, whatever dream has.
process::ChildStreams Terminals::interactive() {
  constexpr winsize usual{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  process::ChildStreams streams;
  streams.in = process::Inlet::terminal;
  streams.out = streams.err = process::Outlet::terminal;
  streams.joined = true;
  streams.window = window();
  if (streams.window.ws_col == 0 || streams.window.ws_row == 0) streams.window = usual;
  streams.on_no_terminal = [this](const Error& error) { warn(error); };
  return streams;
}

std::vector<std::string> Terminals::variables_for(const process::ChildStreams& streams,
                                                  const std::vector<std::string>& environment,
                                                  const std::vector<std::string>* own) {
  std::vector<std::string> variables;
  const bool writes = streams.out == process::Outlet::terminal || streams.err == process::Outlet::terminal;
  if (!writes || streams.in == process::Inlet::terminal) return variables;
  const auto give = [&](std::string_view variable) {
    const std::string_view name = variable.substr(0, variable.find('=') + 1);
    const bool is_given = own != nullptr && std::ranges::any_of(*own, [&](const std::string& entry) {
                            return entry.starts_with(name);
                          });
    if (!is_given) variables.emplace_back(variable);
  };
  for (const std::string_view variable : no_pagers) give(variable);
  const std::string columns = "COLUMNS=";
  const std::string whole_width = columns + std::to_string(window_of_stdout().ws_col);
  if (std::ranges::find(environment, whole_width) != environment.end())
    give(columns + std::to_string(streams.window.ws_col));
  return variables;
}

process::Outlet Terminals::foreground_outlet(int descriptor) const {
  if (!is_terminal(descriptor)) return process::Outlet::pipe;
  return settings_.keeps_bytes ? process::Outlet::terminal : process::Outlet::ours;
}

winsize Terminals::window() const {
  winsize window = window_of_stdout();
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
