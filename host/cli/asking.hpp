#pragma once

#include <memory>
#include <string>

#include "cli/options.hpp"
#include "plugin/idle_services.hpp"
#include "plugin/registry.hpp"
#include "prepare/project_graph.hpp"
#include "prepare/workspace.hpp"

namespace dream::cli {

/// The plugins of a workspace for a command that only asks them. What they have to say goes to stderr.
class AskedPlugins {
 public:
  AskedPlugins(const prepare::LoadedWorkspace& loaded, const Options& options);

  [[nodiscard]] plugin::Registry& registry() { return registry_; }

 private:
  std::unique_ptr<Log> log_;
  plugin::IdleServices services_;
  plugin::Registry registry_;
};

/// The projects of a workspace; plugins are loaded when one has to be asked.
class AskedProjects {
 public:
  /// Both must outlive it.
  AskedProjects(const prepare::LoadedWorkspace& loaded, const Options& options);

  [[nodiscard]] prepare::ProjectGraph& graph() { return graph_; }

 private:
  std::unique_ptr<AskedPlugins> plugins_;
  prepare::ProjectGraph graph_;
};

/// Whether the project that one stands in has a task of this name, by dream.json or by its executor. No where
/// there is no dream.json, or none that can be used.
[[nodiscard]] bool has_task(const std::string& task, const Options& options);

}  // namespace dream::cli
