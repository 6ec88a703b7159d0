#include "cli/commands/ask_runs.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "base/text.hpp"
#include "base/write_all.hpp"
#include "cli/commands/attach.hpp"
#include "cli/commands/history_command.hpp"
#include "cli/commands/log_printer.hpp"
#include "cli/same_runs.hpp"
#include "cli/since.hpp"
#include "cli/terminal.hpp"
#include "cli/views/ctl_view.hpp"
#include "cli/workspace.hpp"
#include "control/client.hpp"
#include "control/place.hpp"

namespace dream::cli {

namespace {

using control::Connection;
using control::Request;

constexpr int exit_no_run = 3;
constexpr int exit_timed_out = 124;
constexpr int exit_run_gone = 1;
constexpr Duration patience = std::chrono::seconds(10);  ///< for what is answered at once

void add_unheard(const Options& options, control::OpenRuns& runs) {
  for (control::SilentRun& run : runs_without_socket(options)) runs.silent.push_back(std::move(run));
}

/// Where no dream.json is: the runs of the nearest folder from here upwards that has any.
Result<control::OpenRuns> runs_above(const Options& options,
                                     const std::vector<std::filesystem::path>& sockets, const Error& why) {
  const Result<std::filesystem::path> folder = prepare::starting_folder(options.directory);
  if (!folder) return folder.error();
  const std::string here = control::real_root(*folder);
  control::OpenRuns runs = control::open_runs(
      sockets, [&](const control::RunInfo& run) { return is_in(here, run.root); },
      waiting_for([&](const std::string& root) { return is_in(root, here) || is_in(here, root); }));
  std::size_t nearest = 0;
  for (const Connection& run : runs.meant) nearest = std::max(nearest, run.info().root.size());
  std::erase_if(runs.meant, [&](const Connection& run) { return run.info().root.size() < nearest; });
  add_unheard(options, runs);
  if (!runs.meant.empty() || !runs.silent.empty()) return runs;
  Error error = why;
  if (error.code == ErrorCode::configuration) error.hint = "dream ctl ps --everywhere shows all of your runs";
  return error;
}

/// The runs that the options mean: of this workspace, or with this id.
Result<control::OpenRuns> find_runs(const Options& options, const CtlOptions& ctl) {
  std::vector<std::filesystem::path> sockets = control::sockets_of_runs(plugin::own_lookup());
  std::string root;
  if (!ctl.everywhere && !ctl.run) {
    const Result<std::filesystem::path> found = prepare::find_root(options.directory, true);
    if (!found) return runs_above(options, sockets, found.error());
    root = control::real_root(*found);
  }
  std::erase_if(sockets, [&](const auto& socket) { return !ctl.may_mean(control::run_of(socket)); });
  control::OpenRuns runs = control::open_runs(
      sockets, [&](const control::RunInfo& run) { return root.empty() || run.root == root; },
      root.empty() ? waiting_for_any_run() : waiting_for_runs_of(root));
  add_unheard(options, runs);
  return runs;
}

/// Tells of runs that go on and can't be asked. Whether there are any.
bool tell_unasked(const std::vector<control::SilentRun>& silent) {
  for (const control::SilentRun& run : silent) complain(sentence_on(run));
  return !silent.empty();
}

/// No run that is meant can be asked.
int no_run(const CtlOptions& ctl, const std::vector<control::SilentRun>& silent) {
  if (tell_unasked(silent)) return exit_run_gone;
  if (ctl.run)
    complain("no run that goes on has an id that begins with " + in_quotes(*ctl.run));
  else if (ctl.everywhere)
    complain("no run of yours goes on");
  else
    complain("no run of this workspace goes on (dream ctl ps --everywhere shows all of yours)");
  return exit_no_run;
}

int run_has_gone() {
  complain("the run has gone");
  return exit_run_gone;
}

int refuse(const Refused& refused) {
  complain(refused.text);
  return refused.code;
}

/// Those that have ended meanwhile are passed over; those that don't answer are silent, too.
std::vector<RunSeen> see_all(control::OpenRuns& runs, const Request& request) {
  std::vector<RunSeen> seen;
  for (Connection& run : runs.meant) {
    auto answer = run.ask(request, read_clock() + patience);
    if (answer)
      seen.push_back({run.info(), std::move(*answer)});
    else if (run.timed_out())
      runs.silent.push_back({run.info().run, run.pid(), run.is_stopped()});
  }
  return seen;
}

std::string text_now(const std::vector<RunSeen>& seen, const Options& options) {
  return runs_text(seen, milliseconds_since_1970(), style_of_stdout(options));
}

int show_runs(control::OpenRuns& runs, const Options& options) {
  const std::vector<RunSeen> seen = see_all(runs, options.ctl.request);
  if (seen.empty() && !options.json) return no_run(options.ctl, runs.silent);
  const int code = tell_unasked(runs.silent) ? exit_run_gone : 0;
  return print(options.json ? runs_json(seen) : text_now(seen, options), code);
}

/// Until Ctrl-C, or no run is left. A terminal shows each picture in the place of the one before.
int watch_runs(const Options& options) {
  constexpr int every_ms = 1000;
  const bool redraws = can_rewrite_stdout();
  for (bool first = true;; first = false) {
    Result<control::OpenRuns> runs = find_runs(options, options.ctl);
    if (!runs && !first) return 0;  // dream.json has gone, and the last run, too
    if (!runs) {
      complain(runs.error());
      return exit_nothing_run;
    }
    const std::vector<RunSeen> seen = see_all(*runs, options.ctl.request);
    if (runs->meant.empty() && runs->silent.empty()) return first ? no_run(options.ctl, {}) : 0;
    std::string picture = redraws ? "\x1b[H\x1b[2J" : first ? "" : "\n";
    picture += text_now(seen, options);
    for (const control::SilentRun& run : runs->silent) picture += sentence_on(run) + "\n";
    if (const int failed = print(picture); failed != 0) return failed;
    ::poll(nullptr, 0, every_ms);
  }
}

/// The one run that is meant: where there are several, the one that has the steps.
Result<Connection*> choose(std::vector<Connection>& runs, const Request& request) {
  std::vector<Connection*> fitting;
  std::optional<Error> why;
  for (Connection& run : runs) {
    if (request.steps.empty()) {
      fitting.push_back(&run);
      continue;
    }
    const auto answer =
        run.ask({.id = 0, .what = Request::What::why, .steps = request.steps}, read_clock() + patience);
    const auto refused = answer ? refusal_in(*answer) : std::nullopt;
    if (answer && !refused) fitting.push_back(&run);
    if (refused)
      why = Error{ErrorCode::usage, refused->text, {}, {}};
    else if (run.timed_out())
      why = Error{ErrorCode::io, sentence_on({run.info().run, run.pid(), run.is_stopped()}), {}, {}};
  }
  if (fitting.size() == 1) return fitting.front();
  if (fitting.empty()) return why ? *why : Error{ErrorCode::io, "the run has gone", {}, {}};
  std::string all;
  for (const Connection* run : fitting)
    all += fmt::format("{}{} ({})", all.empty() ? "" : ", ", run->info().short_id(),
                       join_words(run->info().requested));
  return Error{ErrorCode::usage, "several runs go on: " + all, {}, "say which with --run ID"};
}

/// `problem`: an errno, or 0.
int end_of_output(int problem) {
  return problem == 0 ? 0 : stdout_fails(problem);
}

LogPrinter::Form form_of_logs(const Options& options, std::size_t steps) {
  if (options.json) return LogPrinter::Form::json;
  if (options.ctl.raw) return LogPrinter::Form::raw;
  return steps == 1 ? LogPrinter::Form::plain : LogPrinter::Form::labelled;
}

/// As if something had been written to a reader that went away.
int reader_went_away() {
  std::raise(SIGPIPE);
  return end_of_output(EPIPE);  // where that signal is ignored
}

/// What follows has no end of which was told.
int run_was_cut_off() {
  complain("the connection to the run is lost: the run was killed, or its output was not read for too long");
  return exit_run_gone;
}

int show_logs(Connection& run, const Options& options, const std::string& answer) {
  const Request& request = options.ctl.request;
  const std::vector<Written> first = written_in(answer);
  const auto steps = std::ranges::count_if(first, [](const Written& one) { return one.stream.empty(); });
  LogPrinter printer(form_of_logs(options, static_cast<std::size_t>(steps)));
  bool writes = printer.show(first);
  bool over = !tells_end(answer);
  run.write_to(STDOUT_FILENO);
  while (writes && request.follow) {
    const auto line =
        printer.redraws() ? run.line(read_clock() + output::Screen::default_settle_time) : run.line();
    if (!line && !run.timed_out()) break;
    const Followed next = line ? followed_in(*line) : Followed();
    over = over || next.is_end;
    if (next.left_out > 0)
      complain(fmt::format("about {} bytes are left out here: they came faster than they were read",
                           next.left_out));
    writes = printer.show(next.written ? std::vector{*next.written} : std::vector<Written>());
  }
  if (run.lost_reader()) return reader_went_away();
  const int code = end_of_output(printer.finish());
  return code != 0 || over ? code : run_was_cut_off();
}

/// Of a run that has ended, or of the last one. `why_none`: no dream.json was found, either.
int show_past_logs(const Options& options, const Error* why_none = nullptr) {
  const Result<std::vector<Written>> written = written_in_record(options);
  const bool is_none = !written && written.error().code == ErrorCode::not_found;
  if (is_none && why_none != nullptr) {
    complain(*why_none);
    return exit_nothing_run;
  }
  if (is_none && !options.ctl.run) return no_run(options.ctl, {});
  if (!written) {
    complain(written.error());
    if (is_none) return exit_no_run;
    return written.error().code == ErrorCode::usage ? exit_nothing_run : exit_run_gone;
  }
  LogPrinter printer(form_of_logs(options, written->size()));
  printer.show(*written);
  return end_of_output(printer.finish());
}

int show_events(Connection& run, const Request& request, const std::string& answer) {
  int problem = write_all(STDOUT_FILENO, snapshot_of(answer));
  bool over = !request.follow;
  run.write_to(STDOUT_FILENO);
  while (problem == 0 && request.follow) {
    const auto line = run.line();
    if (!line) break;
    over = followed_in(*line).is_end;
    problem = write_all(STDOUT_FILENO, *line + "\n");
  }
  if (run.lost_reader()) return reader_went_away();
  return problem == 0 && !over ? run_was_cut_off() : end_of_output(problem);
}

/// What start or restart has to say.
int show_start(const Request& request, const std::string& answer, const Options& options) {
  std::string text;
  for (const std::string& step : steps_under_way_in(answer))
    text += printable(step) + " is being restarted already\n";
  if (!request.reload) return print(text);
  if (answer.find(R"("changes":)") != std::string::npos)
    return print(text + changes_text(answer, style_of_stdout(options)));
  complain("the dream of this run is older and knows no --reload: the steps start as they were");
  return 1;
}

int ask(Connection& run, const Options& options) {
  const CtlOptions& ctl = options.ctl;
  const Request& request = ctl.request;
  const bool waits = request.what == Request::What::wait || request.what == Request::What::down ||
                     request.what == Request::What::stop;
  std::optional<Instant> until;
  if (!waits) until = read_clock() + patience;
  if (ctl.timeout) until = read_clock() + *ctl.timeout;
  const auto answer = run.ask(request, until);
  if (!answer && ctl.timeout && run.timed_out()) {
    complain("not done after " + human_duration(*ctl.timeout) +
             " (dream ctl ps shows what each step waits for)");
    return exit_timed_out;
  }
  if (!answer && run.timed_out()) {
    complain(sentence_on({run.info().run, run.pid(), run.is_stopped()}));
    return exit_run_gone;
  }
  if (!answer) return run_has_gone();
  if (const auto refused = refusal_in(*answer)) return refuse(*refused);
  switch (request.what) {
    case Request::What::logs:
      return show_logs(run, options, *answer);
    case Request::What::events:
      return show_events(run, request, *answer);
    case Request::What::why: {
      if (options.json) return print(why_json(run.info(), *answer));
      std::string text;
      for (const std::string& sentence : sentences_in(*answer)) text += printable(sentence) + "\n";
      return print(text);
    }
    case Request::What::attach:
      return show_terminal(run, request, *answer);
    case Request::What::down:
      return exit_code_in(*answer).value_or(exit_run_gone);
    case Request::What::start:
    case Request::What::restart:
      return show_start(request, *answer, options);
    case Request::What::wait:
    case Request::What::stop:
    case Request::What::leave:
    case Request::What::ps:
    case Request::What::type:
    case Request::What::resize:
      return 0;
  }
  return exit_internal;
}

}  // namespace

int ask_runs(const Options& options) {
  Options asked = options;
  CtlOptions& ctl = asked.ctl;
  if (ctl.watch) return watch_runs(asked);
  const bool of_logs = ctl.request.what == Request::What::logs;
  if (of_logs && ctl.means_record()) return show_past_logs(asked);
  if (of_logs) ctl.request.lines = ctl.lines_of_logs();
  if (ctl.request.what == Request::What::attach) add_window(ctl.request);
  if (ctl.since_ms)
    ctl.request.within_ms = std::max<std::int64_t>(milliseconds_since_1970() - *ctl.since_ms, 1);
  Result<control::OpenRuns> runs = find_runs(asked, ctl);
  if (!runs) {
    const Error why = runs.error();
    if (of_logs && why.code == ErrorCode::configuration) return show_past_logs(asked, &why);
    complain(why);
    return exit_nothing_run;
  }
  if (ctl.request.what == Request::What::ps) return show_runs(*runs, asked);
  const bool in_record =
      of_logs && std::ranges::all_of(runs->silent, &control::SilentRun::unheard);  // its record says all
  if (runs->meant.empty()) return in_record ? show_past_logs(asked) : no_run(ctl, runs->silent);
  const Result<Connection*> run = choose(runs->meant, ctl.request);
  if (!run || ctl.request.steps.empty()) tell_unasked(runs->silent);  // it may be meant as well
  if (run) return ask(**run, asked);
  complain(run.error());
  return run.error().code == ErrorCode::io ? exit_run_gone : exit_nothing_run;
}

}  // namespace dream::cli
