#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plugin/place.hpp"

/// A file for each run whose plugins may leave something behind outside of this machine's processes. The run
/// holds a lock on it as long as it lives and removes it when it has ended well, so a record that can be
/// locked is that of a run which died.
namespace dream::record {

/// A plugin that can clean up after its run.
struct RecordedPlugin {
  std::string id;
  std::string file;                  ///< absolute path
  std::vector<std::string> options;  ///< of its tasks, each once
  std::string sha256 = {};           ///< of a file that came with the workspace: no other content is loaded
};

struct RunRecord {
  std::string session;
  std::string root;  ///< of the workspace
  std::vector<RecordedPlugin> plugins;
};

/// Where the record of a run is; empty: no place for it is known.
[[nodiscard]] std::filesystem::path record_path(const plugin::Place& place);

/// The open record of this run. Closing it keeps the file: then the run counts as dead.
class OwnRecord {
 public:
  [[nodiscard]] static Result<std::unique_ptr<OwnRecord>> write(const plugin::Place& place,
                                                                const RunRecord& record);
  ~OwnRecord();
  OwnRecord(const OwnRecord&) = delete;
  OwnRecord& operator=(const OwnRecord&) = delete;

  /// The run has ended well.
  void remove();

 private:
  OwnRecord(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;  ///< holds the lock
};

/// The records of dead runs. Costs one look at a folder that is rarely there.
[[nodiscard]] std::vector<std::filesystem::path> records_of_the_dead(const plugin::Place& place);

/// How long a plugin may take to clean up.
inline constexpr std::chrono::milliseconds reap_limit{10'000};

/// Cleans up after the run of the record at `path`, each plugin in a process of its own that is killed after
/// `limit`, and removes the record when all have succeeded. What goes wrong is told on stderr. Returns an
/// exit code.
[[nodiscard]] int reap_run(const std::filesystem::path& path, std::chrono::milliseconds limit = reap_limit);

}  // namespace dream::record
