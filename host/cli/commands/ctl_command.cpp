#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/commands/ask_runs.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/terminal.hpp"

/// The commands of `dream ctl` (docs/control.md).
namespace dream::cli {

namespace {

using control::Request;

int say_which(const Options&) {
  std::vector<std::string> names;
  for (const Subcommand* command : family_of("ctl")) names.emplace_back(command->name.substr(4));
  complain(Error{ErrorCode::usage, "ctl needs a command", {}, "there are " + join_words(names)});
  return exit_nothing_run;
}

/// What every one of them takes.
void define_request(Definition& definition, Options& options, Request::What what) {
  options.ctl.request.id = 1;
  options.ctl.request.what = what;
  define_directory(definition, options);
  definition.text("--run", "RUN", options.ctl.run, "ask this run; the beginning of its id is enough");
}

void define_steps(Definition& definition, Options& options, Request::What what, std::size_t least,
                  std::size_t most = any_number) {
  definition.words(options.ctl.request.steps, least, most);
  define_request(definition, options, what);
}

void define_reload(Definition& definition, Options& options) {
  definition.flag("--reload", options.ctl.request.reload,
                  "read dream.json again first, and show what has changed");
}

}  // namespace

const Subcommand ctl_command{
    .name = "ctl",
    .takes = "ps|logs|wait|why|stop|start|restart|attach|down|events|history|show|compare",
    .help = "shows and controls a run from another shell",
    .examples = {"dream ctl ps", "dream ctl restart ./services/api:dev"},
    .define = [](Definition&, Options&) {},
    .run = say_which,
    .gives_way = true,
};

const Subcommand ctl_ps{
    .name = "ctl ps",
    .takes = "",
    .help = "shows the runs of this workspace and their steps",
    .examples = {"dream ctl ps", "dream ctl ps --everywhere --json"},
    .define =
        [](Definition& definition, Options& options) {
          define_request(definition, options, Request::What::ps);
          definition.flag("--everywhere", options.ctl.everywhere, "the runs of all your workspaces");
          definition.flag("--watch", options.ctl.watch, "again each second, while there are runs");
          define_json(definition, options);
          define_color(definition, options);
        },
    .run = ask_runs,
    .check = [](const Options& options) -> Result<void> {
      if (!options.ctl.watch || !options.json) return {};
      return usage_error("--watch and --json don't go together",
                         "dream ctl events -f tells each change as JSON");
    },
};

const Subcommand ctl_logs{
    .name = "ctl logs",
    .takes = "[STEP…]",
    .help = "shows what steps have written",
    .examples = {"dream ctl logs -f ./services/api:dev", "dream ctl logs -n 20"},
    .define =
        [](Definition& definition, Options& options) {
          define_steps(definition, options, Request::What::logs, 0);
          definition.flag("-f,--follow", options.ctl.request.follow, "also show what they write from now on");
          definition.moment("--since", options.ctl.since_ms,
                            "what they wrote since then: 5m, 30s, 2026-11-29T07:00");
          definition.flag("--raw", options.ctl.raw, "the bytes as they are, without labels");
          define_json(definition, options);
          definition.number("-n,--lines", "N", options.ctl.request.lines, 0, control::most_lines,
                            "the last N lines of each step (100)");
        },
    .run = ask_runs,
    .check = [](const Options& options) -> Result<void> {
      if (!options.ctl.raw || !options.json) return {};
      return usage_error("--raw and --json don't go together", "leave one of them out");
    },
};

const Subcommand ctl_wait{

    .name = "ctl wait",
    .takes = "[STEP…]",
    .help = "waits until steps are ready, or have ended",
    .examples = {"dream ctl wait && npm test", "dream ctl wait ./db:start --until ready --timeout 30s"},
    .define =
        [](Definition& definition, Options& options) {
          using Until = Request::Until;
          define_steps(definition, options, Request::What::wait, 0);
          definition.choice<Until>(
              "--until", "WHAT", options.ctl.request.until,
              "started, ready or ended (default: until they are up: ready, or started without `ready`)",
              {{"started", Until::started}, {"ready", Until::ready}, {"ended", Until::ended}});
          definition.time("--timeout", options.ctl.timeout, "give up after so long (exit code 124)");
        },
    .run = ask_runs,
};

const Subcommand ctl_why{

    .name = "ctl why",
    .takes = "STEP",
    .help = "shows why a step is in its state, and what it waits for",
    .examples = {"dream ctl why ./services/api:dev", "dream ctl why ./services/api --json"},
    .define =
        [](Definition& definition, Options& options) {
          define_steps(definition, options, Request::What::why, 1, 1);
          define_json(definition, options);
        },
    .run = ask_runs,
};

const Subcommand ctl_stop{

    .name = "ctl stop",
    .takes = "STEP…",
    .help = "stops steps, and keeps them stopped; the run goes on",
    .examples = {"dream ctl stop ./worker:dev", "dream ctl stop ./worker ./mailer"},
    .define = [](Definition& definition,
                 Options& options) { define_steps(definition, options, Request::What::stop, 1); },
    .run = ask_runs,
};

const Subcommand ctl_start{

    .name = "ctl start",
    .takes = "STEP…",
    .help = "starts steps that ctl stop has stopped, that have ended, or that are between two attempts",
    .examples = {"dream ctl start ./worker:dev", "dream ctl start ./worker ./mailer"},
    .define =
        [](Definition& definition, Options& options) {
          define_steps(definition, options, Request::What::start, 1);
          define_reload(definition, options);
        },
    .run = ask_runs,
};

const Subcommand ctl_restart{

    .name = "ctl restart",
    .takes = "STEP…",
    .help = "ends steps and starts them again",
    .examples = {"dream ctl restart ./services/api:dev",
                 "dream ctl restart ./db:start --with-dependents --reload"},
    .define =
        [](Definition& definition, Options& options) {
          define_steps(definition, options, Request::What::restart, 1);
          definition.flag("--with-dependents", options.ctl.request.with_dependents,
                          "then also restart the running steps that need them");
          define_reload(definition, options);
        },
    .run = ask_runs,
};

const Subcommand ctl_attach{
    .name = "ctl attach",
    .takes = "STEP",
    .help = "shows the terminal of an interactive step, and types there",
    .examples = {"dream ctl attach ./web:console", "dream ctl attach ./web:console --look"},
    .define =
        [](Definition& definition, Options& options) {
          define_steps(definition, options, Request::What::attach, 1, 1);
          definition.flag("--look", options.ctl.request.look, "show the terminal, and type nothing");
        },
    .run = ask_runs,
};

const Subcommand ctl_down{
    .name = "ctl down",
    .takes = "",
    .help = "takes the run down, and returns its exit code",
    .examples = {"dream ctl down", "dream ctl down --now    # without grace"},
    .define =
        [](Definition& definition, Options& options) {
          define_request(definition, options, Request::What::down);
          definition.flag("--now", options.ctl.request.now, "without grace, as a second Ctrl-C");
        },
    .run = ask_runs,
};

const Subcommand ctl_events{
    .name = "ctl events",
    .takes = "",
    .help = "shows all steps, and what happens, as JSON lines",
    .examples = {"dream ctl events", "dream ctl events -f | jq -r .event"},
    .define =
        [](Definition& definition, Options& options) {
          define_request(definition, options, Request::What::events);
          definition.flag("-f,--follow", options.ctl.request.follow,
                          "go on with what happens, until the run ends");
        },
    .run = ask_runs,
};

}  // namespace dream::cli
