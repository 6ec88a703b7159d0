#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "conformance/scenarios.hpp"

namespace dream::conformance {

namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

long count_in(const char* folder) {
  std::error_code failure;
  return std::distance(fs::directory_iterator(folder, failure), fs::directory_iterator());
}

/// What belongs to the process as a whole.
std::map<std::string, std::string> process_state() {
  std::map<std::string, std::string> state;
  std::error_code failure;
  state["the working folder"] = fs::current_path(failure).string();
  const mode_t mask = ::umask(0);
  ::umask(mask);
  state["the umask"] = std::to_string(mask);
  state["the locale"] = std::setlocale(LC_ALL, nullptr);
  std::vector<std::string> variables = own_environment();
  std::ranges::sort(variables);
  for (const std::string& variable : variables) state["the environment"] += variable + "\n";
  for (int signal = 1; signal < SIGRTMAX; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0) continue;
    state["the handler of " + signal_name(signal)] =
        fmt::format("{} {}", action.sa_flags, reinterpret_cast<std::uintptr_t>(action.sa_handler));
  }
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  for (int signal = 1; signal < SIGRTMAX; ++signal) {
    state["the signal mask"] += ::sigismember(&blocked, signal) == 1 ? '1' : '0';
  }
  return state;
}

using Times = std::map<std::string, steady_clock::duration>;

/// Calls, and keeps the longest time of each function.
template <class Call>
auto timed(Times& times, const char* name, Call call) {
  const auto begin = steady_clock::now();
  const auto answer = call();
  times[name] = std::max(times[name], steady_clock::now() - begin);
  return answer;
}

bool time_one_life(const Subject& subject, const dream_plugin& table, Findings& findings, Times& times) {
  Stage stage(subject, table, findings);
  if (!timed(times, "create", [&] { return stage.create(); })) {
    findings.skipped = "no executor could be made: " + stage.failure();
    return false;
  }
  StagedRun* run = timed(times, "start", [&] { return stage.start(); });
  if (run == nullptr) return false;
  timed(times, "wait", [&] { return stage.wait(*run), 0; });
  timed(times, "status", [&] { return stage.status(*run).phase; });
  timed(times, "terminate", [&] { return stage.terminate(*run, DREAM_GRACEFUL, Fault::terminate_again), 0; });
  stage.finish(*run);
  if (run->exits == 0) return false;
  run->released = true;
  timed(times, "release", [&] { return table.release(run->handle), 0; });
  timed(times, "destroy", [&] { return stage.destroy(), 0; });
  return true;
}

}  // namespace

void run_a_hundred(const Subject& subject, Findings& findings) {
  constexpr int warm_up = 5;
  constexpr int runs = 100;
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  for (int time = 0; time < warm_up; ++time) {
    if (!stage.run_once()) return;
  }
  const long descriptors = count_in("/proc/self/fd");
  const long threads = count_in("/proc/self/task");
  for (int time = 0; time < runs; ++time) {
    if (!stage.run_once()) return;
  }
  // A pool may grow by a few.
  const long more_descriptors = count_in("/proc/self/fd") - descriptors;
  const long more_threads = count_in("/proc/self/task") - threads;
  if (more_descriptors >= runs / 2) {
    findings.add(Fault::leaked_descriptor,
                 fmt::format("{} runs leave {} open descriptors", runs, more_descriptors));
  }
  if (more_threads >= runs / 2) {
    findings.add(Fault::leaked_thread, fmt::format("{} runs leave {} threads", runs, more_threads));
  }
  stage.destroy();
  siginfo_t child{};
  if (::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0) {
    findings.add(Fault::leaked_process,
                 child.si_pid != 0 ? fmt::format("a child is a zombie after {} runs", runs)
                                   : fmt::format("a child of its own still lives after {} runs", runs));
  }
}

void compare_process(const Subject& subject, Findings& findings) {
  const auto before = process_state();
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  Stage stage(subject, table, findings);
  if (stage.create()) stage.run_once();
  findings.skipped.clear();  // loading it alone is a test, too
  const auto after = process_state();
  for (const auto& [what, value] : before) {
    if (after.at(what) != value) findings.add(Fault::changed_process, "it changes " + what);
  }
}

// The machine may be slow at any time: only what takes long each time takes long.
void take_the_time(const Subject& subject, Findings& findings) {
  constexpr auto budget = std::chrono::milliseconds(50);
  constexpr int lives = 3;
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  Times shortest;
  for (int life = 0; life < lives; ++life) {
    Times times;
    if (!time_one_life(subject, table, findings, times)) return;
    for (const auto& [name, time] : times) {
      const auto known = shortest.try_emplace(name, time).first;
      known->second = std::min(known->second, time);
    }
  }
  for (const auto& [name, time] : shortest) {
    if (time <= budget) continue;
    findings.add(Fault::slow_call,
                 fmt::format("\"{}\" takes {} ms each time, and everything else waits for it", name,
                             std::chrono::duration_cast<std::chrono::milliseconds>(time).count()));
  }
}

// A crash is the only wrong answer, and a failure without a reason.
void lack_services(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  for (const char* missing : {DREAM_LOG_ID, DREAM_OUTPUT_ID, DREAM_PROCESS_ID, DREAM_TIMER_ID, DREAM_POST_ID,
                              DREAM_WORK_ID, DREAM_PATHS_ID}) {
    Stage stage(subject, table, findings);
    stage.host().without(missing);
    if (stage.create()) stage.run_once();
  }
  findings.skipped.clear();
  for (const SeenFault& seen : std::vector(findings.faults)) {
    if (seen.fault == Fault::silent_failure || seen.fault == Fault::no_exit) {
      findings.add(Fault::missing_service, "without a service: " + seen.text);
    }
  }
}

}  // namespace dream::conformance
