/// stack MODULES [RUNS]: a stack of five services, each of which needs the one before it to be ready, and a
/// task that needs the last. How long until the task begins, by dream and by the runners in MODULES/.bin, in
/// turn?

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/timing/scratch_workspace.hpp"

namespace dream::readiness {

namespace {

namespace fs = std::filesystem;

constexpr std::array waits_ms{300, 700, 200, 900, 400};
constexpr double ns_per_ms = 1e6;
constexpr double ns_per_s = 1e9;
constexpr const char* task = "\"" CLOCK_BINARY " next\"";

std::string name_of(std::size_t service) {
  return "s" + std::to_string(service);
}

/// It tells by a line that begins with "ready " when it is.
std::string command_of(std::size_t service) {
  return "\"" SERVER_BINARY " log " + std::to_string(waits_ms.at(service)) + " -\"";
}

/// Members of an object, one a service; `needed` is the name of the one before it, or empty.
std::string each_service(
    const std::function<std::string(std::size_t service, const std::string& needed)>& make) {
  std::string members;
  for (std::size_t at = 0; at < waits_ms.size(); ++at)
    members += "\"" + name_of(at) + "\": " + make(at, at == 0 ? "" : "\"" + name_of(at - 1) + "\"") + ", ";
  return members;
}

const std::string last = "\"" + name_of(waits_ms.size() - 1) + "\"";

std::string dream_json() {
  std::string needs;
  for (std::size_t at = 0; at < waits_ms.size(); ++at)
    needs += (at == 0 ? "\"./:" : ", \"./:") + name_of(at) + "\"";
  return R"({"workspace": {"./": {"go": [)" + needs + R"(]}}, "projects": {"./": {"tasks": {)" +
         each_service([](std::size_t service, const std::string&) {
           return R"({"service": true, "ready": {"log": "ready "}, "command": )" + command_of(service) + "}";
         }) +
         R"("go": {"command": )" + task + "}}}}}";
}

std::string package_json() {
  std::string scripts = R"("go": "wireit")";
  for (std::size_t at = 0; at < waits_ms.size(); ++at) scripts += ", \"" + name_of(at) + R"(": "wireit")";
  return R"({"name": "stack", "private": true, "scripts": {)" + scripts + R"(}, "wireit": {)" +
         each_service([](std::size_t service, const std::string& needed) {
           return R"({"service": {"readyWhen": {"lineMatches": "^ready "}}, "dependencies": [)" + needed +
                  R"(], "command": )" + command_of(service) + "}";
         }) +
         R"("go": {"command": )" + task + R"(, "dependencies": [)" + last + "]}}}";
}

std::string project_json() {
  return R"({"name": "stack", "targets": {)" +
         each_service([](std::size_t service, const std::string& needed) {
           return R"({"executor": "nx:run-commands", "dependsOn": [)" + needed +
                  R"(], "options": {"readyWhen": "ready ", "command": )" + command_of(service) + "}}";
         }) +
         R"("go": {"executor": "nx:run-commands", "dependsOn": [)" + last + R"(], "options": {"command": )" +
         task + "}}}}";
}

double now_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return (static_cast<double>(time.tv_sec) * ns_per_s + static_cast<double>(time.tv_nsec)) / ns_per_ms;
}

/// What it writes until the task has begun. Services that it leaves running end by themselves.
double moment_of_task(const timing::Spawned& runner) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(runner.out, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t at = text.find("next ");
    if (at == std::string::npos || text.find('\n', at) == std::string::npos) continue;
    ::close(runner.out);
    ::waitpid(runner.pid, nullptr, 0);
    return std::stod(text.substr(at + 5)) / ns_per_ms;
  }
  throw std::runtime_error("a run whose task doesn't begin:\n" + text);
}

double measure(const std::vector<std::string>& words) {
  const double begin = now_ms();
  return moment_of_task(timing::spawn(words)) - begin;
}

int run(const fs::path& modules, std::size_t runs) {
  const timing::ScratchWorkspace workspace(dream_json(), {});
  std::ofstream(workspace.root() / "package.json") << package_json();
  std::ofstream(workspace.root() / "project.json") << project_json();
  std::ofstream(workspace.root() / "nx.json") << R"({"analytics": false})";
  fs::create_directory_symlink(fs::absolute(modules), workspace.root() / "node_modules");
  fs::current_path(workspace.root());
  ::setenv("NX_DAEMON", "false", 1);  // NOLINT(concurrency-mt-unsafe): nobody else is there
  ::setenv("NX_TUI", "false", 1);     // NOLINT(concurrency-mt-unsafe)

  const std::string bin = (workspace.root() / "node_modules/.bin").string();
  std::vector<std::pair<std::string, std::vector<std::string>>> runners{{"dream", {DREAM_BINARY, "go"}}};
  if (fs::exists(bin + "/nx"))
    runners.push_back({"nx", {bin + "/nx", "run", "stack:go", "--outputStyle=stream"}});
  if (fs::exists(bin + "/wireit")) runners.push_back({"wireit", {"/usr/bin/env", "npm", "run", "go"}});

  std::map<std::string, std::vector<double>> times;
  for (std::size_t at = 0; at < runs; ++at)
    for (const auto& [name, words] : runners) times[name].push_back(measure(words));

  const double least = std::accumulate(waits_ms.begin(), waits_ms.end(), 0.0);
  std::printf(
      "five services that are ready %.0f ms after one another's start; until the task begins, median of "
      "%zu:\n",
      least, runs);
  for (const auto& [name, words] : runners) {
    std::vector<double>& all = times[name];
    std::ranges::sort(all);
    std::printf("%-7s %6.0f ms   %.3f of the least\n", name.c_str(), all[all.size() / 2],
                all[all.size() / 2] / least);
  }
  return 0;
}

}  // namespace

}  // namespace dream::readiness

int main(int argument_count, char** arguments) {
  if (argument_count < 2) return 2;
  try {
    return dream::readiness::run(arguments[1], argument_count > 2 ? std::stoul(arguments[2]) : 5);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 2;
  }
}
