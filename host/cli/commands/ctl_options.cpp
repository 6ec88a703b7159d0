#include "cli/commands/ctl_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "cli/since.hpp"

namespace dream::cli {

namespace {

using control::Request;

struct Raw {
  CtlOptions options;
  std::int64_t timeout_ms = 0;
  std::string until;
  std::string output;
  std::string since;
};

CLI::App* add(CLI::App& app, Raw& raw, const std::string& name, const std::string& help, Request::What what) {
  CLI::App* command = app.add_subcommand(name, help);
  command->parse_complete_callback([&raw, what] { raw.options.request.what = what; });
  command->add_option("--run", raw.options.run, "of this run; the begin of its id is enough")
      ->type_name("ID");
  return command;
}

/// What is asked of records.
void define_past(CLI::App& app, Raw& raw) {
  const auto add_past = [&](const char* name, const char* help, CtlOptions::Past past) {
    CLI::App* command = app.add_subcommand(name, help);
    command->parse_complete_callback([&raw, past] { raw.options.past = past; });
    return command;
  };
  CLI::App* history =
      add_past("history", "the runs that were recorded (--record)", CtlOptions::Past::history);
  history->add_flag("--everywhere", raw.options.everywhere, "those of all your workspaces");
  history->add_flag("--json", raw.options.json, "as JSON");
  CLI::App* show = add_past("show", "tells a recorded run again", CtlOptions::Past::show);
  show->add_option("run", raw.options.runs, "the begin of its id; -1: the last one, -2: the one before")
      ->option_text("RUN")
      ->expected(0, 1);
  show->add_option("-o,--output", raw.output, "prefix (default for several steps), raw, grouped or events")
      ->check(CLI::IsMember({"prefix", "raw", "grouped", "events"}))
      ->option_text("MODE");
  CLI::App* compare =
      add_past("compare", "where two recorded runs differ in time, step by step", CtlOptions::Past::compare);
  compare->add_option("runs", raw.options.runs, "as of show")
      ->option_text("RUN RUN")
      ->required()
      ->expected(2);
  compare->add_flag("--json", raw.options.json, "as JSON");
}

void define(CLI::App& app, Raw& raw) {
  constexpr std::int64_t most_ms = 0x7FFFFFFF;
  Request& request = raw.options.request;
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "print this help");

  CLI::App* ps = add(app, raw, "ps", "the runs of this workspace and their steps", Request::What::ps);
  ps->add_flag("--everywhere", raw.options.everywhere, "the runs of all your workspaces");
  ps->add_flag("--json", raw.options.json, "as JSON");

  CLI::App* logs = add(app, raw, "logs", "what steps have written", Request::What::logs);
  logs->add_option("steps", request.steps, "ids as ctl ps shows them, or projects; all without")
      ->option_text("STEP...");
  logs->add_flag("-f,--follow", request.follow, "and what they write from now on");
  logs->add_option("-n,--lines", request.lines, "the last N lines of each step (100)")
      ->check(CLI::Range(1, 1'000'000))
      ->option_text("N");
  logs->add_option("--since", raw.since, "what they wrote since then: 5m, 30s, 2026-11-29T07:00")
      ->option_text("TIME");

  CLI::App* wait = add(app, raw, "wait", "until steps are ready, or have ended", Request::What::wait);
  wait->add_option("steps", request.steps, "without: all are ready that should be, all others have succeeded")
      ->option_text("STEP...");
  wait->add_option("--until", raw.until, "started, ready or ended")
      ->check(CLI::IsMember({"started", "ready", "ended"}))
      ->option_text("WHAT");
  wait->add_option("--timeout", raw.timeout_ms, "give up after so long (exit code 124)")
      ->check(CLI::Range(std::int64_t{0}, most_ms))
      ->option_text("MS");

  CLI::App* why = add(app, raw, "why", "why a step is as it is, and what it waits for", Request::What::why);
  why->add_option("step", request.steps, "its id, or its project")
      ->option_text("STEP")
      ->required()
      ->expected(1);
  why->add_flag("--json", raw.options.json, "as JSON");

  for (const auto& [name, help, what] :
       {std::tuple("stop", "ends steps, and keeps them so; the run goes on", Request::What::stop),
        std::tuple("start", "starts steps that ctl stop has ended, or that are between two attempts",
                   Request::What::start),
        std::tuple("restart", "ends steps and starts them again", Request::What::restart)})
    add(app, raw, name, help, what)
        ->add_option("steps", request.steps, "their ids, or projects")
        ->option_text("STEP...")
        ->required();

  CLI::App* down =
      add(app, raw, "down", "takes the run down, and returns its exit code", Request::What::down);
  down->add_flag("--now", request.now, "without grace, as a second Ctrl-C");

  define_past(app, raw);

  CLI::App* events =
      add(app, raw, "events", "all steps, and what happens, as JSON lines", Request::What::events);
  events->add_flag("-f,--follow", request.follow, "until the run ends");
}

}  // namespace

Result<std::variant<CtlOptions, Answer>> parse_ctl_options(std::vector<std::string> words) {
  using Until = Request::Until;
  Raw raw;
  raw.options.request.id = 1;
  CLI::App app("Asks and tells a run from another shell (docs/control.md).", "dream ctl");
  define(app, raw);
  std::reverse(words.begin(), words.end());  // the order in which CLI11 takes a vector
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return std::variant<CtlOptions, Answer>(Answer{
        chosen.empty() ? app.help() : chosen.front()->help("dream ctl " + chosen.front()->get_name())});
  } catch (const CLI::ParseError& error) {
    std::string text = error.what();
    text.erase(text.find_last_not_of(" \n") + 1);
    return Error{ErrorCode::usage, printable(text), {}, "see dream ctl --help"};
  }
  const std::map<std::string, Until> untils{{"", Until::as_it_should},
                                            {"started", Until::started},
                                            {"ready", Until::ready},
                                            {"ended", Until::ended}};
  raw.options.request.until = untils.at(raw.until);
  if (app.got_subcommand("wait") && app.get_subcommand("wait")->count("--timeout") > 0)
    raw.options.timeout = std::chrono::milliseconds(raw.timeout_ms);
  const std::map<std::string, Output> outputs{{"", Output::automatic},
                                              {"prefix", Output::prefix},
                                              {"raw", Output::raw},
                                              {"grouped", Output::grouped},
                                              {"events", Output::events}};
  raw.options.output = outputs.at(raw.output);
  if (raw.since.empty()) return std::variant<CtlOptions, Answer>(std::move(raw.options));
  const Result<std::int64_t> since = parse_since(raw.since, milliseconds_since_1970());
  if (!since) return since.error();
  raw.options.since_ms = *since;
  return std::variant<CtlOptions, Answer>(std::move(raw.options));
}

}  // namespace dream::cli
