#include "cli/commands/history_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "base/write_all.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/same_runs.hpp"
#include "cli/since.hpp"
#include "cli/terminal.hpp"
#include "cli/views/history_view.hpp"
#include "cli/workspace.hpp"
#include "control/place.hpp"
#include "control/step_names.hpp"
#include "history/archive.hpp"
#include "history/record.hpp"
#include "history/replay.hpp"
#include "output/log.hpp"
#include "output/tails.hpp"
#include "plugin/search_path.hpp"

namespace dream::cli {

namespace {

using history::Archive;
using history::Entry;
using history::Record;

constexpr int exit_unreadable = 1;
constexpr int exit_no_record = 3;

constexpr const char* last_record = "-1";  ///< of this workspace

constexpr const char* how_to_record =
    "dream TASK --record, --detach, or \"history\": true in dream.json records runs";

int refuse_record(const Error& error) {
  complain(error);
  if (error.code == ErrorCode::not_found) return exit_no_record;
  return error.code == ErrorCode::io || error.code == ErrorCode::unsupported ? exit_unreadable
                                                                             : exit_nothing_run;
}

/// The newest first. Where no dream.json is: of the nearest folder from here upwards that has any. Whose
/// dream.json it is doesn't matter: nobody reads it.
Result<std::vector<Entry>> entries_of_workspace(const Archive& archive, const Options& options) {
  const Result<std::filesystem::path> root = prepare::find_root(options.directory, true);
  if (root) return archive.entries_of(*root);
  const Result<std::filesystem::path> here = prepare::starting_folder(options.directory);
  if (!here) return here.error();
  for (std::filesystem::path folder = control::real_root(*here);; folder = folder.parent_path()) {
    std::vector<Entry> entries = archive.entries_of(folder);
    if (!entries.empty() || !folder.has_relative_path()) {
      if (entries.empty() && root.error().code != ErrorCode::configuration) return root.error();
      return entries;
    }
  }
}

/// 1 for "-1", the last one; none: it is an id.
std::optional<std::size_t> back_number_of(const std::string& word) {
  std::size_t place = 0;
  const auto [end, wrong] = std::from_chars(word.data() + 1, word.data() + word.size(), place);
  const bool is_place = word.starts_with('-') && wrong == std::errc() && *end == '\0' && place > 0;
  return is_place ? std::optional(place) : std::nullopt;
}

/// The record that a word means.
Result<Entry> choose(const Archive& archive, const Options& options, const std::string& word) {
  if (const auto place = back_number_of(word)) {
    const Result<std::vector<Entry>> entries = entries_of_workspace(archive, options);
    if (!entries) return entries.error();
    if (*place <= entries->size()) return (*entries)[*place - 1];
    return Error{ErrorCode::not_found,
                 entries->empty()
                     ? "no run of this workspace is recorded"
                     : fmt::format("no more than {} of this workspace {} recorded",
                                   count_of(entries->size(), "run"), entries->size() == 1 ? "is" : "are"),
                 {},
                 how_to_record};
  }
  std::vector<Entry> fitting = archive.entries();
  std::erase_if(fitting, [&](const Entry& entry) { return !entry.run.starts_with(word); });
  if (fitting.size() == 1) return fitting.front();
  if (fitting.empty())
    return Error{ErrorCode::not_found,
                 "no recorded run has an id that begins with " + in_quotes(word),
                 {},
                 "dream ctl history --everywhere shows all of them"};
  std::vector<std::string> ids(fitting.size());
  std::ranges::transform(fitting, ids.begin(), &Entry::run);
  return Error{
      ErrorCode::usage,
      "several recorded runs have an id that begins with " + in_quotes(word) + ": " + join_words(ids),
      {},
      {}};
}

/// The same, read.
struct Chosen {
  Record record;
  bool runs;  ///< it goes on
};

Error placed(Error error, const Archive& archive, const Entry& entry) {
  if (error.where.empty()) error.where = (archive.path() / entry.name).string();
  return error;
}

Result<Chosen> read_chosen(const Archive& archive, const Options& options, const std::string& word) {
  const Result<Entry> entry = choose(archive, options, word);
  if (!entry) return entry.error();
  const bool is_held = archive.is_held(*entry);
  Result<std::string> text = archive.read(*entry);
  if (!text) return text.error();
  const auto overview = is_held ? history::overview_of(*text) : Result<history::Overview>(Error{});
  const bool runs = overview && !overview->exit_code;
  Result<Record> record = Record::read(std::move(*text));
  if (!record) return placed(record.error(), archive, *entry);
  return Chosen{std::move(*record), runs};
}

std::string sentence_on_hidden(const control::RunInfo& run) {
  return fmt::format(
      "run {} (pid {}) goes on and can't be asked, as its socket is gone or lies elsewhere (XDG_RUNTIME_DIR)",
      run.short_id(), run.pid);
}

bool has_socket(const std::string& run) {
  const auto sockets = control::sockets_of_runs(plugin::own_lookup());
  return std::ranges::any_of(sockets, [&](const auto& socket) { return control::run_of(socket) == run; });
}

}  // namespace

std::vector<control::SilentRun> runs_without_socket(const Options& options) {
  std::vector<control::SilentRun> silent;
  const Result<Archive> archive = Archive::open_own();
  if (!archive) return silent;
  const bool of_workspace = !options.ctl.run && !options.ctl.everywhere;
  Result<std::vector<Entry>> entries =
      of_workspace ? entries_of_workspace(*archive, options) : archive->entries();
  if (!entries) return silent;
  std::erase_if(*entries, [&](const Entry& entry) {
    return !options.ctl.may_mean(entry.run) || !archive->is_held(entry) || has_socket(entry.run);
  });
  for (const history::Overview& overview : recorded_runs(*archive, *entries)) {
    const control::RunInfo& run = overview.header.run;
    const bool listens_soon = !overview.has_begun || has_socket(run.run);  // it has just begun
    if (!listens_soon) silent.push_back({run.run, run.pid, false, {}, true});
  }
  return silent;
}

namespace {

Duration age_of(const control::RunInfo& run) {
  return std::chrono::milliseconds(std::max<std::int64_t>(milliseconds_since_1970() - run.started_ms, 0));
}

int list_history(const Archive& archive, const Options& options) {
  const CtlOptions& ctl = options.ctl;
  Result<std::vector<Entry>> entries = archive.entries();
  if (!ctl.everywhere) entries = entries_of_workspace(archive, options);
  if (!entries) return refuse_record(entries.error());
  std::vector<PastRun> runs;
  for (const Entry& entry : *entries) {
    const bool is_held = archive.is_held(entry);  // before: it may end meanwhile
    const Result<std::string> text = archive.read(entry);
    Result<history::Overview> overview = text ? history::overview_of(*text) : text.error();
    if (overview) {
      if (is_held && !overview->exit_code) overview->lasted = age_of(overview->header.run);
      runs.push_back({std::move(*overview), is_held});
    } else {
      complain(placed(overview.error(), archive, entry));
    }
  }
  if (options.json) return print(history_json(runs));
  if (runs.empty())
    return refuse_record({ErrorCode::not_found,
                          ctl.everywhere ? "no run is recorded" : "no run of this workspace is recorded",
                          {},
                          how_to_record});
  return print(history_text(runs, ctl.everywhere, style_of_stdout(options)));
}

/// What can't be seen in what was told.
void tell_rest(const Chosen& chosen, const history::Replayed& replayed) {
  if (replayed.damaged > 0)
    complain(fmt::format("{} of the record can't be understood, and {} left out",
                         count_of(replayed.damaged, "line"), replayed.damaged == 1 ? "is" : "are"));
  if (!replayed.has_end)
    complain(chosen.runs ? "the run goes on" : "the record ends here: the run was killed");
}

int show_lines(const Chosen& chosen) {
  int problem = 0;
  const history::Replayed replayed = history::replay_lines(chosen.record, [&](std::string_view line) {
    problem = write_all(STDOUT_FILENO, line);
    return problem == 0;
  });
  if (problem == 0) tell_rest(chosen, replayed);
  return problem == 0 ? 0 : stdout_fails(problem);
}

output::OutputMode mode_of(const Options& options, const Plan& plan) {
  if (options.output == Output::grouped) return output::OutputMode::grouped;
  if (options.output == Output::raw) return output::OutputMode::raw;
  if (options.output == Output::prefix || plan.steps.size() != 1) return output::OutputMode::prefix;
  // What a step wrote long ago isn't for this terminal to obey, or to answer.
  return ::isatty(STDOUT_FILENO) != 0 ? output::OutputMode::plain : output::OutputMode::raw;
}

int show_run(const Chosen& chosen, const Options& options) {
  if (options.output == Output::events) return show_lines(chosen);
  constexpr std::size_t most_pending = std::size_t{256} << 10U;
  const Plan& plan = chosen.record.plan();
  const output::Colors colors = use_colors(options.color);
  boost::asio::io_context context(1);
  std::unique_ptr<output::Renderer> renderer;
  const auto resume = [&] {
    if (renderer) renderer->resume();
  };
  int problem = 0;
  output::Console console(context,
                          {.on_room = resume, .on_lost = [&](Stream, int error) { problem = error; }});
  renderer = output::make_renderer(context, console, plan, mode_of(options, plan), colors, resume);
  const auto log =
      output::make_log(LogLevel::info, colors.err, [&](std::string_view line) { renderer->say(line); });
  const auto write_out = [&](std::size_t most) {
    while (problem == 0 && (console.pending() > most || (most == 0 && renderer->busy()))) {
      if (context.stopped()) context.restart();
      context.run_one();
    }
    return problem == 0;
  };
  const history::Replayed replayed =
      history::replay(chosen.record, *renderer, *log, [&] { return write_out(most_pending); });
  write_out(0);
  renderer.reset();
  if (problem == 0) tell_rest(chosen, replayed);
  return problem == 0 || problem == EPIPE ? 0 : stdout_fails(problem);
}

int compare_runs(const Archive& archive, const Options& options) {
  std::vector<Chosen> both;
  for (const std::string& word : options.ctl.runs) {
    Result<Chosen> chosen = read_chosen(archive, options, word);
    if (!chosen) return refuse_record(chosen.error());
    both.push_back(std::move(*chosen));
  }
  const Record& before = both[0].record;
  const Record& after = both[1].record;
  const std::vector<history::Compared> steps = history::compare(before, after);
  if (options.json) return print(compare_json(before.header(), after.header(), steps));
  return print(compare_text(before.header(), after.header(), steps, style_of_stdout(options)));
}

int show(const Archive& archive, const Options& options) {
  const std::vector<std::string>& runs = options.ctl.runs;
  const Result<Chosen> chosen = read_chosen(archive, options, runs.empty() ? last_record : runs.front());
  return chosen ? show_run(*chosen, options) : refuse_record(chosen.error());
}

/// A command that reads the archive.
template <int (*Read)(const Archive&, const Options&)>
int with_archive(const Options& options) {
  const Result<Archive> archive = Archive::open_own();
  return archive ? Read(*archive, options) : refuse_record(archive.error());
}

}  // namespace

Result<std::vector<Written>> written_in_record(const Options& options) {
  const CtlOptions& ctl = options.ctl;
  const Result<Archive> archive = Archive::open_own();
  if (!archive) return archive.error();
  const Result<Chosen> chosen = read_chosen(*archive, options, ctl.run.value_or(last_record));
  if (!chosen) return chosen.error();
  const Record& record = chosen->record;
  const auto steps = control::steps_named(record.plan(), ctl.request.steps);
  if (!steps) return steps.error();
  const control::RunInfo& run = record.header().run;
  const bool is_named = ctl.means_record();  // as a record: its run may well be asked
  if (chosen->runs && ctl.request.follow)
    return Error{ErrorCode::io,
                 is_named ? "a record can't be followed" : sentence_on_hidden(run),
                 {},
                 is_named ? "the run goes on: dream ctl logs -f --run " + run.short_id()
                          : "without -f, logs shows what is recorded of it"};
  if (chosen->runs && !is_named)
    complain(sentence_on_hidden(run) + "; this is what is recorded of it");
  else if (!ctl.run)
    complain(fmt::format("no run goes on; this is of run {}, begun {}", run.short_id(),
                         local_time(run.started_ms)));
  struct Lines {
    std::string whole;
    output::StreamLines open;
  };
  std::vector<Lines> all(record.plan().steps.size());
  record.for_each([&](const history::Event& event) {
    const std::int64_t at_ms = run.started_ms + event.at / std::chrono::milliseconds(1);
    if (event.step && (event.name == "attempt" || event.name == "restarted")) {
      Lines& lines = all[position(*event.step)];
      lines.whole += lines.open.end();
    }
    if (event.name != "output" || !event.step || at_ms < ctl.since_ms.value_or(at_ms)) return true;
    const bool is_err = control::text_at(event.members, "stream") == "stderr";
    Lines& lines = all[position(*event.step)];
    lines.whole += lines.open.add(is_err ? Stream::err : Stream::out, control::bytes_at(event.members));
    return true;
  });
  std::vector<Written> written;
  const std::size_t lines = ctl.lines_of_logs();
  for (const StepIndex step : *steps) {
    const Lines& of_step = all[position(step)];
    written.push_back({to_string(record.plan().steps[position(step)].id),
                       output::last_lines(of_step.whole + of_step.open.both_open(), lines)});
  }
  return written;
}

const Subcommand ctl_history{
    .name = "ctl history",
    .takes = "",
    .help = "shows the runs that were recorded",
    .examples = {"dream ctl history", "dream ctl history --everywhere --json"},
    .define =
        [](Definition& definition, Options& options) {
          define_directory(definition, options);
          definition.flag("--everywhere", options.ctl.everywhere, "the runs of all your workspaces");
          define_json(definition, options);
          define_color(definition, options);
        },
    .run = with_archive<list_history>,
};

const Subcommand ctl_show{
    .name = "ctl show",
    .takes = "[RUN]",
    .help =
        "shows a recorded run again; RUN is the beginning of its id, or -1 for the last run, -2 for the one "
        "before",
    .examples = {"dream ctl show", "dream ctl show -2 -o grouped"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.ctl.runs, 0, 1);
          define_directory(definition, options);
          definition.choice<Output>("-o,--output", "MODE", options.output,
                                    "prefix (default for several steps), raw, grouped or events",
                                    {{"prefix", Output::prefix},
                                     {"raw", Output::raw},
                                     {"grouped", Output::grouped},
                                     {"events", Output::events}});
          define_color(definition, options);
        },
    .run = with_archive<show>,
};

const Subcommand ctl_compare{
    .name = "ctl compare",
    .takes = "RUN RUN",
    .help = "shows step by step where two recorded runs differ in time",
    .examples = {"dream ctl compare -2 -1", "dream ctl compare 5f0c 2c41 --json"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.ctl.runs, 2, 2);
          define_directory(definition, options);
          define_json(definition, options);
          define_color(definition, options);
        },
    .run = with_archive<compare_runs>,
};

}  // namespace dream::cli
