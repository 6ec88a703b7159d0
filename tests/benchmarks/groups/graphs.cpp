#include "graphs.hpp"

#include <algorithm>
#include <queue>
#include <random>
#include <set>
#include <utility>

namespace dream::groups {

namespace {

std::string name(std::size_t task) {
  return "t" + std::to_string(task);
}

std::string joined(const std::vector<std::size_t>& tasks) {
  std::string text;
  for (const std::size_t task : tasks) text += " " + name(task);
  return text;
}

/// Tasks that need the same others share one node, so that a file doesn't grow with their product.
std::size_t layer_of(std::vector<std::vector<std::size_t>>& layers, const std::vector<std::size_t>& needs) {
  const auto known = std::ranges::find(layers, needs);
  if (known != layers.end()) return static_cast<std::size_t>(known - layers.begin());
  layers.push_back(needs);
  return layers.size() - 1;
}

}  // namespace

Graph in_layers(std::size_t layers, std::size_t width) {
  Graph graph;
  std::vector<std::size_t> before;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    std::vector<std::size_t> these;
    for (std::size_t i = 0; i < width; ++i) {
      these.push_back(graph.size());
      graph.push_back({"true", 0, before});
    }
    before = std::move(these);
  }
  graph.push_back({"true", 0, before});
  return graph;
}

Graph of_packages(std::size_t packages) {
  std::mt19937 random(7);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  Graph graph;
  for (std::size_t i = 0; i < packages; ++i) {
    Task task;
    task.milliseconds = 50 + static_cast<double>(below(151));
    task.command = BURN_BINARY " " + std::to_string(static_cast<int>(task.milliseconds));
    // Most needs go to the bottom: utilities and types.
    std::set<std::size_t> needs;
    const std::size_t count = i < 5 ? 0 : 1 + below(5);
    for (std::size_t n = 0; n < count; ++n)
      needs.insert(below(10) < 6 ? below(std::max<std::size_t>(1, i / 5)) : below(i));
    task.needs.assign(needs.begin(), needs.end());
    graph.push_back(std::move(task));
  }
  std::vector<std::size_t> all(graph.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  graph.push_back({"true", 0, std::move(all)});
  return graph;
}

double list_schedule(const Graph& graph, std::size_t processors) {
  std::vector<std::size_t> waits_for(graph.size());
  std::vector<std::vector<std::size_t>> followers(graph.size());
  std::set<std::size_t> startable;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    waits_for[i] = graph[i].needs.size();
    for (const std::size_t need : graph[i].needs) followers[need].push_back(i);
    if (waits_for[i] == 0) startable.insert(i);
  }
  std::priority_queue<std::pair<double, std::size_t>, std::vector<std::pair<double, std::size_t>>,
                      std::greater<>>
      running;
  double now = 0;
  while (!startable.empty() || !running.empty()) {
    while (!startable.empty() && running.size() < processors) {
      const std::size_t task = *startable.begin();
      startable.erase(startable.begin());
      running.emplace(now + graph[task].milliseconds, task);
    }
    const auto [end, task] = running.top();
    running.pop();
    now = end;
    for (const std::size_t follower : followers[task])
      if (--waits_for[follower] == 0) startable.insert(follower);
  }
  return now;
}

std::string as_dream(const Graph& graph) {
  std::string workspace;
  std::string tasks;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    std::string needs;
    for (const std::size_t need : graph[i].needs)
      needs += (needs.empty() ? "\"./:" : ", \"./:") + name(need) + "\"";
    if (!needs.empty()) workspace += (workspace.empty() ? "\"" : ",\n\"") + name(i) + "\": [[" + needs + "]]";
    tasks += (tasks.empty() ? "\"" : ",\n\"") + name(i) + R"(": {"command": ")" + graph[i].command + "\"}";
  }
  const std::string last = name(graph.size() - 1);
  return R"({"recursive": [{"project": "./", "tasks": ["*"]}], "workspace": {"./": {)" + workspace +
         R"(}}, "projects": {"./": {"tasks": {)" + tasks + "}}}}";
}

std::string layers_as_dream(std::size_t layers, std::size_t width) {
  std::string groups;
  std::string tasks;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    groups += layer == 0 ? "[" : ",\n[";
    for (std::size_t i = 0; i < width; ++i) {
      const std::string task = name(layer * width + i);
      groups += (i == 0 ? "\"./:" : ", \"./:") + task + "\"";
      tasks += "\"" + task +
               R"(": {"command": "true"},)"
               "\n";
    }
    groups += "]";
  }
  const std::string last = "\"" + name(layers * width) + "\": ";
  return R"({"workspace": {"./": {)" + last + "[" + groups + R"(]}}, "projects": {"./": {"tasks": {)" +
         tasks + last + R"({"command": "true"}}}}})";
}

std::string as_make(const Graph& graph) {
  std::string text = "all: " + name(graph.size() - 1) + "\n";
  std::vector<std::vector<std::size_t>> layers;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    const std::string layer =
        graph[i].needs.empty() ? std::string() : " l" + std::to_string(layer_of(layers, graph[i].needs));
    text += name(i) + ":" + layer + "\n\t@" + graph[i].command + "\n";
  }
  for (std::size_t i = 0; i < layers.size(); ++i)
    text += "l" + std::to_string(i) + ":" + joined(layers[i]) + "\n";
  return text + ".PHONY: all\n";
}

std::string as_ninja(const Graph& graph) {
  std::string text;
  std::vector<std::vector<std::size_t>> layers;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    text += "rule r" + std::to_string(i) + "\n command = " + graph[i].command + "\nbuild " + name(i) + ": r" +
            std::to_string(i);
    if (!graph[i].needs.empty()) text += " | l" + std::to_string(layer_of(layers, graph[i].needs));
    text += "\n";
  }
  for (std::size_t i = 0; i < layers.size(); ++i)
    text += "build l" + std::to_string(i) + ": phony" + joined(layers[i]) + "\n";
  return text + "default " + name(graph.size() - 1) + "\n";
}

}  // namespace dream::groups
