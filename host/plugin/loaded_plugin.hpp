#pragma once

#include <dream/dream.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plugin/calls.hpp"
#include "plugin/loaded_executor.hpp"
#include "plugin/search_path.hpp"
#include "plugin/services.hpp"

namespace dream::plugin {

/// What a plugin says of itself, and where it came from.
struct PluginInfo {
  std::string id;
  std::string version;
  std::string summary;
  std::string homepage;        ///< may be empty
  std::string options_schema;  ///< JSON Schema; empty: any options
  std::filesystem::path path;
  std::shared_ptr<const FoundFile> file;  ///< what was loaded
  std::string why;                        ///< why this file: "installed with dream"
  bool of_workspace = false;              ///< it came with the workspace
};

/// A task that a plugin finds in a project's folder by itself.
struct FoundTask {
  std::string name;
  std::string summary;    ///< one line; may be empty
  std::string source;     ///< the file: "package.json"
  bool unusable = false;  ///< it is there, but starting it would be refused: nobody is offered it
};

/// Another project of the workspace that a project needs, by its own manifest.
struct NeededProject {
  enum class Kind : std::uint8_t { runtime, peer, development, optional };
  std::string project;  ///< its name: `./libs/util`
  Kind kind = Kind::runtime;
  bool operator==(const NeededProject&) const = default;
};

/// What a plugin is told of a run that died.
struct DeadRunSpec {
  std::string session;
  std::string root;
  std::vector<std::string> options;  ///< JSON objects
  std::chrono::milliseconds limit{};
};

/// A plugin in this process, and what it can be asked without an executor. Its functions are [loop].
class LoadedPlugin {
 public:
  /// Loads the file. `services` must outlive the plugin.
  static Result<std::unique_ptr<LoadedPlugin>> load(const std::string& id, const FoundPlugin& file,
                                                    Services& services);
  ~LoadedPlugin();
  LoadedPlugin(const LoadedPlugin&) = delete;
  LoadedPlugin& operator=(const LoadedPlugin&) = delete;

  [[nodiscard]] const PluginInfo& info() const { return info_; }
  [[nodiscard]] const dream_plugin& table() const { return table_; }
  [[nodiscard]] Calls& calls() { return calls_; }

  /// What it finds in a project's folder, by name; nothing when it doesn't look.
  [[nodiscard]] Result<std::vector<FoundTask>> discover(const ProjectSpec& project);

  /// Whether what it needs for this project is installed. The Error has a hint how to get it.
  [[nodiscard]] Result<void> check_tool(const ProjectSpec& project);

  /// Whether it can tell what a project needs.
  [[nodiscard]] bool tells_needs();
  /// Which other projects of the workspace the project needs, in the order of its manifest; one that is
  /// needed in several ways once for each. Nothing when it can't tell. The first call for a workspace may
  /// read every manifest of it, so nothing should run yet.
  [[nodiscard]] Result<std::vector<NeededProject>> needed_projects(const ProjectSpec& project);

  /// Whether a run that dies may leave something behind that only the plugin can remove.
  [[nodiscard]] bool can_reap();
  [[nodiscard]] Result<void> reap(const DeadRunSpec& run);

 private:
  LoadedPlugin(const std::string& id, Services& services) : calls_(id, services), services_(services) {}

  /// The plugin's extension, as far as both sides know it.
  template <class Extension>
  std::optional<Extension> extension(const char* id);
  /// The host of calls that have no executor.
  const dream_host* host();

  PluginInfo info_;
  Calls calls_;
  Services& services_;
  dream_plugin table_{};
  HostSide* host_ = nullptr;
};

/// Asks a plugin's table for an extension; nullptr: it hasn't got it.
[[nodiscard]] const void* find_extension(const dream_plugin& table, Calls& calls, const char* id);

}  // namespace dream::plugin
