#include "benchmarks/survival/cell.hpp"

#include <chrono>
#include <csignal>
#include <map>
#include <stdexcept>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "e2e/terminal.hpp"
#include "e2e/workspace.hpp"
#include "integration/survival/life_line.hpp"

namespace dream::survival {

namespace {

namespace fs = std::filesystem;

/// dream's own grace of 5 s, and the 10 s within which everybody should be gone.
constexpr std::chrono::milliseconds hangs_after(15'000);
/// A runner that doesn't wait for the cleanup of 1.5 s does not thereby leave it behind for good.
constexpr int lives_on_after_ms = 3000;
constexpr const char* cleanup_ms = "1500";

e2e::Launch launch_of(const Peer& peer) {
  e2e::Launch launch{.arguments = peer.words,
                     .environment = {{"NX_DAEMON", "false"},
                                     {"NX_TUI", "false"},
                                     {"TURBO_TELEMETRY_DISABLED", "1"},
                                     {"DO_NOT_TRACK", "1"},
                                     {"TERM", "xterm"}},
                     .program = "/usr/bin/env",
                     .hangs_after_ms = static_cast<int>(hangs_after.count())};
  return launch;
}

/// Whether the runner ends. After its shell has died, the wait for it is the terminal's own.
bool comes_to_an_end(e2e::Terminal& terminal) {
  try {
    return terminal.ends_within(hangs_after);
  } catch (const std::runtime_error&) {
    return false;
  }
}

void bring_about(End end, e2e::Terminal& runner, const e2e::Gate& ended) {
  switch (end) {
    case End::a_task_fails:
      ended.open();
      break;
    case End::ctrl_c:
      runner.type("\x03");
      break;
    case End::term:
      runner.send(SIGTERM);
      break;
    case End::hup:
      runner.send(SIGHUP);
      break;
    case End::terminal_closes:
      runner.hang_up();
      break;
    case End::killed:
      runner.send(SIGKILL);
      break;
  }
}

bool got_a_signal_again(LifeLine& life) {
  for (const char* signal : {"TERM", "INT", "HUP"}) {
    std::map<pid_t, int> times;
    for (const pid_t pid : life.who(signal)) {
      if (++times[pid] > 1) return true;
    }
  }
  return false;
}

}  // namespace

Findings run_cell(const Peer& peer, const fs::path& modules, const RowOfCells& row, End end) {
  Findings findings;
  const e2e::Workspace workspace("{}");
  const fs::path& folder = workspace.root();
  const std::string name = folder.string();
  fs::create_directory_symlink(modules, folder / "node_modules");
  const std::string task = "exec " DREAM_SURVIVOR " " + name + " ";
  peer.configure(folder, {task + row.shape, task + "tidies " + cleanup_ms,
                          "echo main $$ > " + name + "/life; read go < " + name + "/ended; exit 3"});
  const e2e::Gate exit(workspace, "exit");
  const e2e::Gate ended(workspace, "ended");
  LifeLine life(folder);
  {
    e2e::Terminal runner(workspace, launch_of(peer));
    life.await("main", 1);
    life.await("tidy", 1);
    life.await("up", static_cast<std::size_t>(row.processes));
    findings.ran = true;
    findings.asked = end != End::killed;
    bring_about(end, runner, ended);
    findings.hung = !comes_to_an_end(runner);
    findings.survived = !life.ends_within(findings.hung ? 0 : lives_on_after_ms);
    const bool shown = end == End::terminal_closes || runner.screen().find("tidied up") != std::string::npos;
    findings.graceful = findings.asked && shown && !life.who("tidied").empty();
    findings.repeated = got_a_signal_again(life);
    e2e::kill_everything_below();  // the shell of this terminal with it
  }
  return findings;
}

}  // namespace dream::survival
