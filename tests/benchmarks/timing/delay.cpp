/// How exactly a delay is kept: database (async, 0), auth (async, delay), api. Each writes the time when it
/// began; what counts is api - auth - delay. Beside it, in turns, the least that any program can do: start a
/// program, let the kernel's timer wait for the same time, start another.

#include <sys/timerfd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "scratch_workspace.hpp"

namespace {

using dream::timing::finish;
using dream::timing::ScratchWorkspace;
using dream::timing::spawn;

constexpr std::int64_t ns_per_ms = 1'000'000;

std::string configuration(int delay_ms) {
  return R"({"workspace": {"./api": {"dev": [{"projectPath": "./database", "task": "start", "async": true},
               {"projectPath": "./auth", "async": true, "delay": )" +
         std::to_string(delay_ms) + R"(}]}},
             "tasks": {"start": {"command": [")" CLOCK_BINARY R"(", "database"]}},
             "projects": {"./auth": {"tasks": {"dev": {"command": [")" CLOCK_BINARY R"(", "auth"]}}},
                          "./api": {"tasks": {"dev": {"command": [")" CLOCK_BINARY R"(", "api"]}}}}})";
}

std::int64_t number_after(const std::string& text, const std::string& label) {
  const std::size_t at = text.find(label);
  if (at == std::string::npos) throw std::runtime_error("no " + label + " in: " + text);
  return std::stoll(text.substr(at + label.size()));
}

std::int64_t lateness_of_dream(const ScratchWorkspace& workspace, int delay_ms) {
  const std::string out =
      finish(spawn({DREAM_BINARY, "-C", workspace.root().string(), "-p", "./api", "dev"}));
  return number_after(out, "| api ") - number_after(out, "| auth ") - delay_ms * ns_per_ms;
}

std::int64_t lateness_of_a_timer(int delay_ms) {
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  timespec now{};
  const auto first = spawn({CLOCK_BINARY, "auth"});
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // as dream does: the process runs
  const std::int64_t due = now.tv_sec * 1'000'000'000LL + now.tv_nsec + delay_ms * ns_per_ms;
  const itimerspec when{{}, {due / 1'000'000'000LL, due % 1'000'000'000LL}};
  ::timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, nullptr);
  std::uint64_t expirations = 0;
  if (::read(timer, &expirations, sizeof expirations) < 0) throw std::runtime_error("no timer");
  const auto second = spawn({CLOCK_BINARY, "api"});
  ::close(timer);
  const std::int64_t auth = number_after(finish(first), "auth ");
  return number_after(finish(second), "api ") - auth - delay_ms * ns_per_ms;
}

void report(const char* who, std::vector<std::int64_t> lateness) {
  std::ranges::sort(lateness);
  const auto at = [&](std::size_t percent) {
    return static_cast<double>(lateness[(lateness.size() - 1) * percent / 100]) / ns_per_ms;
  };
  std::printf("%-14s  min %8.3f   p50 %8.3f   p90 %8.3f   p99 %8.3f   max %8.3f ms late\n", who, at(0),
              at(50), at(90), at(99), at(100));
}

}  // namespace

int main(int argument_count, char** arguments) {
  const int repetitions = argument_count > 1 ? std::max(1, std::atoi(arguments[1])) : 40;
  const int delay_ms = argument_count > 2 ? std::atoi(arguments[2]) : 200;
  const ScratchWorkspace workspace(configuration(delay_ms), {"database", "auth", "api"});
  std::vector<std::int64_t> dream;
  std::vector<std::int64_t> timer;
  for (int count = 0; count < repetitions; ++count) {
    dream.push_back(lateness_of_dream(workspace, delay_ms));
    timer.push_back(lateness_of_a_timer(delay_ms));
  }
  std::printf("api - auth - %d ms, %d times; negative: auth itself took longer to begin than api\n", delay_ms,
              repetitions);
  report("dream", dream);
  report("timer + spawn", timer);
  return 0;
}
