#include "engine_fixture.hpp"

#include <dream/sdk/executor.hpp>
#include <iomanip>
#include <random>
#include <sstream>
#include <stdexcept>

namespace dream::docker::testing {

namespace {

/// Its first eight characters, all of them random, are a part of the containers' names.
std::string unique_session() {
  std::random_device random;
  std::ostringstream session;
  session << std::hex << std::setfill('0') << std::setw(8) << random() << '-' << std::setw(8) << random();
  return session.str();
}

}  // namespace

EngineTest::EngineTest(std::string engine_address)
    : address(std::move(engine_address)), plugin(host, dream_plugin_v1) {
  host.session = unique_session();
  plugin.create({.directory = project.path().string()});
}

FakeRun& EngineTest::start(const std::string& members, FakeTask task) {
  task.directory = project.path().string();
  const std::string own_host =
      members.find("\"host\":") == std::string::npos ? R"("host": ")" + address + "\", " : "";
  task.options = "{" + own_host + members + "}";
  FakeRun* run = plugin.start(task);
  if (run == nullptr) throw std::runtime_error(plugin.error().message);
  return *run;
}

FakeRun& EngineTest::run_line(const std::string& line, const std::string& more) {
  return start(R"("image": "box", "network": "none")" + more, {.command_line = line});
}

void EngineTest::expect_it_goes_on(const FakeRun& run) {
  if (run.exits.empty()) return;
  const FakeExit& exit = run.exits.front();
  throw std::runtime_error("it has ended with " + std::to_string(exit.value) + ": " + exit.text + "\n" +
                           out(run) + err(run));
}

FakeExit EngineTest::exit_of(const FakeRun& run) {
  until([&] {
    if (plugin.start_failed(run))
      throw std::runtime_error("its start has failed: " + failed_start_of(run).text);
    return !run.exits.empty();
  });
  return run.exits.front();
}

FakeExit EngineTest::failed_start_of(const FakeRun& run) {
  until([&] {
    expect_it_goes_on(run);
    return plugin.start_failed(run);
  });
  for (const auto& failed : host.start_failures()) {
    if (failed.run != run.id) continue;
    const dream::sdk::Exit exit =
        dream::sdk::Exit::failed_start({failed.code, failed.message, failed.hint, failed.where});
    return {exit.kind, exit.value, exit.text};
  }
  throw std::logic_error("it has failed");
}

void EngineTest::await_started(const FakeRun& run) {
  until([&] {
    expect_it_goes_on(run);
    return !host.started_runs().empty() && host.started_runs().back() == run.id;
  });
}

void EngineTest::await_output(const FakeRun& run, const std::string& text) {
  until([&] {
    if (out(run).find(text) != std::string::npos) return true;
    expect_it_goes_on(run);
    return false;
  });
}

std::vector<std::string> EngineTest::containers() const {
  return containers_with(address, "dream.run=" + host.session);
}

}  // namespace dream::docker::testing
