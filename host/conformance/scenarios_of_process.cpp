#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/environment.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "conformance/extensions.hpp"
#include "conformance/scenarios.hpp"
#include "plugin/c_values.hpp"
#include "process/signals.hpp"

namespace dream::conformance {

namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

long count_in(const char* folder) {
  std::error_code failure;
  return std::distance(fs::directory_iterator(folder, failure), fs::directory_iterator());
}

/// What the kernel tells of the process in words of its own.
void add_status(std::map<std::string, std::string>& state) {
  constexpr std::array kept{std::pair{"Name:", "the name of the process"},
                            std::pair{"Uid:", "the user"},
                            std::pair{"Gid:", "the group"},
                            std::pair{"Groups:", "the groups"},
                            std::pair{"CapEff:", "the capabilities"},
                            std::pair{"NoNewPrivs:", "PR_SET_NO_NEW_PRIVS"},
                            std::pair{"Seccomp:", "the seccomp mode"},
                            std::pair{"THP_enabled:", "PR_SET_THP_DISABLE"},
                            std::pair{"Cpus_allowed:", "the CPU affinity"}};
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    for (const auto& [key, name] : kept) {
      if (line.starts_with(key)) state[name] = line;
    }
  }
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
  std::vector<std::string> variables = own_variables();
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
  for (const auto& [timer, name] :
       {std::pair{ITIMER_REAL, "the alarm"}, std::pair{ITIMER_VIRTUAL, "ITIMER_VIRTUAL"},
        std::pair{ITIMER_PROF, "ITIMER_PROF"}}) {
    struct itimerval set {};
    ::getitimer(timer, &set);
    state[name] = timerisset(&set.it_value) ? "set" : "";
  }
  for (int limit = 0; limit < RLIMIT_NLIMITS; ++limit) {
    struct rlimit of {};
    ::getrlimit(static_cast<__rlimit_resource>(limit), &of);
    state["the resource limits"] += fmt::format("{} {}, ", of.rlim_cur, of.rlim_max);
  }
  int subreaper = 0;
  int death_signal = 0;
  ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  ::prctl(PR_GET_PDEATHSIG, &death_signal);
  state["PR_SET_CHILD_SUBREAPER"] = std::to_string(subreaper);
  state["PR_SET_PDEATHSIG"] = std::to_string(death_signal);
  state["PR_SET_DUMPABLE"] = std::to_string(::prctl(PR_GET_DUMPABLE));
  state["the scheduling policy"] = std::to_string(::sched_getscheduler(0));
  add_status(state);
  state["the priority"] = std::to_string(::getpriority(PRIO_PROCESS, 0));
  state["the process group"] = fmt::format("{} {}", ::getsid(0), ::getpgid(0));
  return state;
}

/// As dream's own process is, so that who undoes that is seen.
void be_like_dream() {
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGWINCH, SIGCONT})
    sigaddset(&blocked, signal);
  ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
  process::disarm_signals(process::set_of(SIGPIPE) | process::set_of(SIGXFSZ));
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  // dream has none; here it has to be one, and one that a plugin hardly chooses.
  ::prctl(PR_SET_PDEATHSIG, SIGUSR1);
}

/// What a process may run out of.
struct Resources {
  long descriptors = 0;
  long threads = 0;
  long memory = 0;  ///< bytes that are allocated
};

Resources operator-(const Resources& later, const Resources& earlier) {
  return {later.descriptors - earlier.descriptors, later.threads - earlier.threads,
          later.memory - earlier.memory};
}

long allocated_bytes() {
  // The address sanitizer has an allocator of its own.
  static const auto by_sanitizer =
      reinterpret_cast<std::size_t (*)()>(::dlsym(RTLD_DEFAULT, "__sanitizer_get_current_allocated_bytes"));
  if (by_sanitizer != nullptr) return static_cast<long>(by_sanitizer());
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<long>(info.uordblks + info.hblkhd);
}

Resources resources(Stage& stage) {
  stage.forget();
  return {count_in("/proc/self/fd"), count_in("/proc/self/task"), allocated_bytes()};
}

/// The descriptors of this process, and what can be changed of them.
std::map<int, std::string> open_descriptors() {
  std::map<int, std::string> open;
  constexpr int most = 1024;
  for (int descriptor = 0; descriptor < most; ++descriptor) {
    struct stat what {};
    if (::fstat(descriptor, &what) != 0) continue;
    open[descriptor] = fmt::format("{} {} {} {}", what.st_dev, what.st_ino, ::fcntl(descriptor, F_GETFL),
                                   ::fcntl(descriptor, F_GETFD));
  }
  return open;
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

/// `answers` have to outlive the run.
void ask_in_time(Stage& stage, StagedRun& run, Answers& answers, Times& times) {
  const auto* inside = known_extension<dream_inside>(stage.table(), DREAM_INSIDE_ID);
  const auto* health = known_extension<dream_health>(stage.table(), DREAM_HEALTH_ID);
  if (inside == nullptr && health == nullptr) return;
  if (run.start_status == DREAM_STARTING) stage.settle(run, Ending::none);
  if (inside != nullptr)
    timed(times, "inside.run", [&] { return begin_inside(stage, plugin::copy_of(inside), run, answers); });
  if (health != nullptr)
    timed(times, "health.ask", [&] { return ask_health(stage, plugin::copy_of(health), run, answers); });
}

bool time_one_life(const Subject& subject, const dream_plugin& table, Findings& findings, Times& times) {
  Answers answers;
  Stage stage(subject, table, findings);
  if (!timed(times, "create", [&] { return stage.create(); })) {
    findings.skipped = "no executor could be made: " + stage.failure();
    return false;
  }
  if (const auto* discover = known_extension<dream_discover>(table, DREAM_DISCOVER_ID))
    timed(times, "discover", [&] { return ask_discovery(stage, plugin::copy_of(discover), subject), 0; });
  if (const auto* describe = known_extension<dream_describe>(table, DREAM_DESCRIBE_ID))
    timed(times, "describe", [&] { return ask_description(stage, plugin::copy_of(describe)), 0; });
  StagedRun* run = timed(times, "start", [&] { return stage.start(); });
  if (run == nullptr) return false;
  timed(times, "wait", [&] { return stage.wait(*run), 0; });
  timed(times, "status", [&] { return stage.status(*run).phase; });
  ask_in_time(stage, *run, answers, times);
  timed(times, "terminate", [&] { return stage.terminate(*run, DREAM_GRACEFUL, Fault::terminate_again), 0; });
  stage.finish(*run);
  if (run->exits == 0) return false;
  run->released = true;
  timed(times, "release", [&] { return table.release(run->handle), 0; });
  timed(times, "destroy", [&] { return stage.destroy(), 0; });
  return true;
}

}  // namespace

// The first hundred may fill pools and caches; what the second adds nobody gives back.
void run_hundreds(const Subject& subject, Findings& findings) {
  constexpr int warm_up = 5;
  constexpr int runs = 100;
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  const auto run_many = [&](int many) {
    for (int time = 0; time < many; ++time) {
      if (!stage.run_once()) return false;
    }
    return true;
  };
  if (!run_many(warm_up)) return;
  Resources before = resources(stage);
  Resources first;
  Resources second;
  for (Resources* more : {&first, &second}) {
    if (!run_many(runs)) return;
    const Resources after = resources(stage);
    *more = after - before;
    before = after;
  }
  const auto leaked = [&](Fault fault, long in_first, long in_second, long least, const char* what) {
    if (in_first < least || in_second < least) return;
    findings.add(fault, fmt::format("{} runs leave {} {}, and {} more leave another {}", runs, in_first, what,
                                    runs, in_second));
  };
  constexpr long a_few = 3;  // what comes and goes
  leaked(Fault::leaked_descriptor, first.descriptors, second.descriptors, a_few, "open descriptors");
  leaked(Fault::leaked_thread, first.threads, second.threads, a_few, "threads");
  constexpr long a_kilobyte_each = 100'000;
  leaked(Fault::leaked_memory, first.memory, second.memory, a_kilobyte_each, "bytes of memory");
  stage.destroy();
  siginfo_t child{};
  if (::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0) {
    findings.add(Fault::leaked_process,
                 child.si_pid != 0 ? fmt::format("a child is a zombie after {} runs", 2 * runs)
                                   : fmt::format("a child of its own still lives after {} runs", 2 * runs));
  }
}

void compare_descriptors(const Subject& subject, Findings& findings) {
  const auto before = open_descriptors();
  struct stat said_before {};
  ::fstat(STDOUT_FILENO, &said_before);
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  {
    Stage stage(subject, table, findings);
    if (stage.create()) stage.run_once();
  }
  findings.skipped.clear();  // loading it alone is a test, too
  const auto after = open_descriptors();
  for (const auto& [descriptor, state] : before) {
    const auto now = after.find(descriptor);
    if (now != after.end() && now->second == state) continue;
    findings.add(Fault::changed_descriptors,
                 fmt::format("it closes, replaces or changes descriptor {}", descriptor));
  }
  std::fflush(nullptr);
  struct stat said_after {};
  if (::fstat(STDOUT_FILENO, &said_after) == 0 && said_after.st_size != said_before.st_size) {
    findings.add(Fault::changed_descriptors, "it writes to dream's own stdout or stderr");
  }
}

void compare_process(const Subject& subject, Findings& findings) {
  be_like_dream();
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
    if (time <= subject.call_limit) continue;
    findings.add(Fault::slow_call, fmt::format("\"{}\" takes {} each time, and everything else waits for it",
                                               name, human_duration(time)));
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
