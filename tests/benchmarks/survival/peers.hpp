#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dream::survival {

/// What the three tasks of a cell run, as shell lines.
struct TaskLines {
  std::string row;
  std::string tidy;
  std::string main;
};

/// A runner: how it is told of the tasks, and how it is started.
struct Peer {
  std::string name;
  /// Writes its configuration into a project's folder.
  void (*configure)(const std::filesystem::path& folder, const TaskLines& lines);
  /// The words to start it with, all three tasks at once, in that folder. The first one is a path or a name.
  std::vector<std::string> words;
};

/// Those that were installed from npm into `modules`, and dream.
[[nodiscard]] std::vector<Peer> peers(const std::filesystem::path& modules, const std::string& dream);

}  // namespace dream::survival
