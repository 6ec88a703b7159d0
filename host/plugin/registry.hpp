#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plugin/executor.hpp"
#include "plugin/loaded_plugin.hpp"
#include "plugin/search_path.hpp"
#include "plugin/services.hpp"

namespace dream::plugin {

/// One step's wish for an executor.
struct ExecutorRequest {
  std::string executor;         ///< its id
  std::string project;          ///< normalised path: `./services/api`
  std::string directory;        ///< absolute path of the project's folder
  std::string project_options;  ///< JSON object, workspace and project level merged; empty: {}
  std::string task_options;     ///< JSON object, all levels merged; empty: {}
};

/// Loads the plugins that are asked for, and only these, and keeps one executor of each plugin, project
/// and the options of that project.
/// Plugins are never unloaded; executors are destroyed with the registry, the youngest first.
class Registry {
 public:
  /// `services` must outlive the registry; every Run of its executors must be gone before it.
  Registry(SearchPath search_path, Services& services);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The executor of a step: loads its plugin, checks `task_options` against the plugin's schema, and creates
  /// the executor when it is the first use of it by a project with these options. Errors: plugin (it can't be
  /// used), configuration (the options; `where` is a JSON pointer into them), or what the plugin's create
  /// says.
  [[nodiscard]] Result<Executor*> executor_for(const ExecutorRequest& request);

  /// Loads the plugin of an id, if it isn't yet, and tells about it. Valid as long as the registry.
  [[nodiscard]] Result<const PluginInfo*> plugin(const std::string& id);

  /// The plugin itself, likewise.
  [[nodiscard]] Result<LoadedPlugin*> load(const std::string& id);

  /// The plugins that who_knows() asks. To load one takes time, and a plugin's function on the loop has
  /// everything else wait: while steps run, only those that are loaded already are asked.
  enum class Ask : std::uint8_t { all, loaded };

  /// The first of the plugins, other than `request.executor`, which finds `task` in the project's folder.
  /// None when that executor finds it, too: then it is something else that is missing.
  struct Suggestion {
    std::string executor;
    std::string source;  ///< the file in which it finds it
  };
  [[nodiscard]] std::optional<Suggestion> who_knows(const std::string& task, const ExecutorRequest& request,
                                                    Ask whom);

  [[nodiscard]] const SearchPath& search_path() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dream::plugin
