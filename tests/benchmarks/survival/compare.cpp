// compare MODULES [AT_ONCE [PEER]]: the survival matrix for dream and for the runners in MODULES (a folder
// node_modules), as a table. Each cell is run in a process of its own, which ends all that is left of it.

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <thread>

#include "benchmarks/survival/cell.hpp"
#include "e2e/process_list.hpp"

namespace {

using namespace dream::survival;

struct Cell {
  std::size_t peer;
  RowOfCells row;
  End end;
};

struct Totals {
  int cells = 0, survived = 0, hung = 0, asked = 0, graceful = 0, repeated = 0, failed = 0;
};

/// What is orphaned falls to this process, so it has to do what init does: some runners wait until a process
/// group has no member left, and a zombie is one.
void reap_orphans() {
  while (true) {
    constexpr int retry_ms = 10;
    if (::waitpid(-1, nullptr, 0) < 0) ::poll(nullptr, 0, retry_ms);
  }
}

/// The findings come back as the exit code: one bit each.
int run_as_process(const Peer& peer, const std::filesystem::path& modules, const Cell& cell) {
  dream::e2e::adopt_orphans();
  std::thread(reap_orphans).detach();
  try {
    const Findings found = run_cell(peer, modules, cell.row, cell.end);
    return (found.ran ? 1 : 0) | (found.survived ? 2 : 0) | (found.hung ? 4 : 0) | (found.asked ? 8 : 0) |
           (found.graceful ? 16 : 0) | (found.repeated ? 32 : 0);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "%s, %s: %s\n", peer.name.c_str(), cell.row.shape, exception.what());
    dream::e2e::kill_everything_below();
    return 0;
  }
}

void count(Totals& totals, int bits) {
  ++totals.cells;
  if ((bits & 1) == 0) ++totals.failed;
  if ((bits & 2) != 0) ++totals.survived;
  if ((bits & 4) != 0) ++totals.hung;
  if ((bits & 8) != 0) ++totals.asked;
  if ((bits & 16) != 0) ++totals.graceful;
  if ((bits & 32) != 0) ++totals.repeated;
}

void tell(const Cell& cell, const Peer& peer, int bits) {
  static constexpr const char* names[] = {"a task fails", "Ctrl-C", "TERM", "HUP", "terminal closes", "KILL"};
  std::fprintf(stderr, "%-13s %-12s %-16s%s%s%s%s%s\n", peer.name.c_str(), cell.row.shape,
               names[static_cast<std::size_t>(cell.end)], (bits & 1) != 0 ? "" : " did not run",
               (bits & 2) != 0 ? " survivors" : "", (bits & 4) != 0 ? " hangs" : "",
               (bits & 8) != 0 && (bits & 16) == 0 ? " no cleanup" : "", (bits & 32) != 0 ? " twice" : "");
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count < 2) return 2;
  const std::filesystem::path modules = std::filesystem::absolute(arguments[1]);
  const int at_once = argument_count > 2 ? std::atoi(arguments[2]) : 3;
  std::vector<Peer> all = peers(modules, DREAM_BINARY);
  if (argument_count > 3) std::erase_if(all, [&](const Peer& peer) { return peer.name != arguments[3]; });
  std::vector<Cell> cells;
  for (std::size_t peer = 0; peer < all.size(); ++peer) {
    for (const RowOfCells& row : rows) {
      for (const End end : ends) cells.push_back({peer, row, end});
    }
  }
  std::vector<Totals> totals(all.size());
  std::map<pid_t, Cell> running;
  for (std::size_t next = 0; next < cells.size() || !running.empty();) {
    while (next < cells.size() && running.size() < static_cast<std::size_t>(at_once)) {
      const Cell& cell = cells[next++];
      const pid_t pid = ::fork();
      if (pid == 0) ::_exit(run_as_process(all[cell.peer], modules, cell));
      running.emplace(pid, cell);
    }
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, 0);
    const auto found = running.find(ended);
    if (found == running.end()) continue;
    count(totals[found->second.peer], WEXITSTATUS(status));
    tell(found->second, all[found->second.peer], WEXITSTATUS(status));
    running.erase(found);
  }
  std::printf(
      "| runner | processes live on | hangs | cleanup finished | a signal came twice |\n| --- | --- | --- | "
      "--- | --- |\n");
  for (std::size_t peer = 0; peer < all.size(); ++peer) {
    const Totals& sum = totals[peer];
    std::printf("| %s | %d of %d | %d | %d of %d | %d |", all[peer].name.c_str(), sum.survived,
                sum.cells - sum.failed, sum.hung, sum.graceful, sum.asked, sum.repeated);
    std::printf(sum.failed > 0 ? " (%d cells did not run)\n" : "\n", sum.failed);
  }
  return 0;
}
