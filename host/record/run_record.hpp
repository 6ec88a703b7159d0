#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "plugin/place.hpp"
#include "plugin/search_path.hpp"

/// A file for each run whose plugins may leave something behind outside of this machine's processes. The run
/// holds a lock on it as long as it lives and removes it when it has ended well, so a record that can be
/// locked is that of a run which died.
namespace dream::record {

/// A plugin that can clean up after its run.
struct RecordedPlugin {
  std::string id;
  std::string file;                  ///< absolute path
  std::vector<std::string> options;  ///< of its tasks, each once
  std::string sha256 = {};           ///< of a file that came with the workspace: what --trust was said about
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
  /// The run has ended well.
  void remove();

 private:
  OwnRecord(std::filesystem::path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::filesystem::path path_;
  Descriptor file_;  ///< holds the lock
};

/// The records of dead runs, the one that was tried last at the end; what a crash left half written is
/// removed. Costs one look at a folder that is rarely there. Error{io}: the folder isn't the user's own, and
/// none of them is believed.
[[nodiscard]] Result<std::vector<std::filesystem::path>> records_of_the_dead(const plugin::Place& place);

/// A record, open and locked; none: it is gone. Error{io}: others could have written it.
[[nodiscard]] Result<Descriptor> take_record(const std::filesystem::path& path);

/// How long a plugin may take to clean up.
inline constexpr std::chrono::milliseconds reap_limit{10'000};

/// Cleans up after the run of the record at `path`, each plugin in a process of its own that is killed after
/// `limit`, and removes the record when all have succeeded. Where a plugin lies and what is confirmed
/// (`search`) decides whether it is loaded, not the record. What goes wrong is told on stderr. Returns an
/// exit code.
[[nodiscard]] int reap_run(const std::filesystem::path& path, const plugin::SearchPath& search,
                           std::chrono::milliseconds limit = reap_limit);

}  // namespace dream::record
