#pragma once

#include <memory>

#include "cli/options.hpp"
#include "plugin/idle_services.hpp"
#include "plugin/registry.hpp"
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

}  // namespace dream::cli
