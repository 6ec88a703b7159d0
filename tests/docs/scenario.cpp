#include "docs/scenario.hpp"

#include <csignal>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace dream::docs {
namespace {

Duration duration_of(std::string_view words) {
  std::istringstream stream{std::string(words)};
  long long milliseconds = 0;
  std::string unit;
  if (!(stream >> milliseconds >> unit) || unit != "ms")
    throw std::runtime_error("no time in ms: " + std::string(words));
  return std::chrono::milliseconds(milliseconds);
}

/// What stands behind `prefix`, if the text begins with it.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

void read_clause(std::string_view clause, Behaviour& behaviour) {
  if (clause == "runs until it is asked to end") {
    behaviour.runs.reset();
  } else if (clause == "doesn't listen") {
    behaviour.needs.reset();
  } else if (const auto runs = after(clause, "runs ")) {
    behaviour.runs = duration_of(*runs);
  } else if (const auto ready = after(clause, "ready after ")) {
    behaviour.ready = duration_of(*ready);
  } else if (const auto hangs = after(clause, "hangs after ")) {
    behaviour.hangs = duration_of(*hangs);
  } else if (const auto needs = after(clause, "needs ")) {
    behaviour.needs = duration_of(*needs);
  } else if (const auto code = after(clause, "exits with ")) {
    behaviour.exits = ExitedWith{std::stoi(std::string(*code))};
  } else if (const auto name = after(clause, "dies of ")) {
    behaviour.exits = KilledBy{signal_number(std::string(*name))};
  } else {
    throw std::runtime_error("not understood: " + std::string(clause));
  }
}

Behaviour behaviour_of(std::string_view text) {
  Behaviour behaviour;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(", "), text.size());
    read_clause(text.substr(0, end), behaviour);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return behaviour;
}

std::vector<Behaviour> behaviours_of(std::string_view text) {
  constexpr std::string_view next = "; then ";
  std::vector<Behaviour> attempts;
  for (std::size_t end = text.find(next); end != std::string_view::npos; end = text.find(next)) {
    attempts.push_back(behaviour_of(text.substr(0, end)));
    text.remove_prefix(end + next.size());
  }
  attempts.push_back(behaviour_of(text));
  return attempts;
}

}  // namespace

Scenario parse_scenario(std::string_view text) {
  Scenario scenario;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    if (const auto command_line = after(line, "$ ")) {
      scenario.command_line = *command_line;
      continue;
    }
    const std::size_t gap = line.find("  ");
    if (gap == std::string::npos) throw std::runtime_error("no name and two blanks: " + line);
    const std::string name = line.substr(0, gap);
    const std::string_view rest = std::string_view(line).substr(line.find_first_not_of(' ', gap));
    if (name == "Ctrl-C") {
      scenario.signals.emplace(Instant() + duration_of(rest.substr(rest.find(' ') + 1)), SIGINT);
    } else {
      scenario.steps[name] = behaviours_of(rest);
    }
  }
  return scenario;
}

}  // namespace dream::docs
