#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/temporary_folder.hpp"

namespace dream::e2e {

/// Members of a dependency entry, for Step::mention.
inline constexpr const char* async = R"("async": true)";
inline constexpr const char* optional = R"("async": true, "required": false)";
/// The end of a task's line that only its traps end. A shell runs a trap between two commands, and so may
/// miss the signal that comes right before it blocks in `read`.
inline constexpr const char* until_a_trap_ends_it = "while :; do sleep 0.05; done";
/// Members of a task, for Step::task.
inline constexpr const char* service = R"("service": true)";

/// A step of a made workspace: the task `go` of project ./NAME.
struct Step {
  std::string project;
  std::string command;  ///< a shell line
  std::string mention;  ///< further members of the entry that names it as a dependency
  std::string task;     ///< further members of its task
};

/// A workspace of docs/examples.
struct Example {
  std::string name;
};

/// Of a workspace that is made of steps: they are asked to end together, though the last one needs the
/// others.
inline constexpr const char* all_at_once = R"(, "stopOrder": "all")";

/// A temporary workspace, gone with this object. Its folder is in the tasks' variable ROOT.
class Workspace {
 public:
  /// With this dream.json and the folders a, b, c and d.
  explicit Workspace(std::string_view configuration);
  /// The last step is the one to request; those before it are its dependencies, in this order.
  explicit Workspace(const std::vector<Step>& steps, const std::string& more = {});
  /// A copy of it.
  explicit Workspace(const Example& example);

  [[nodiscard]] const std::filesystem::path& root() const { return folder_.path(); }
  /// The project to request, of a workspace that is made of steps.
  [[nodiscard]] const std::string& requested() const { return requested_; }

  void write(const std::string& path, std::string_view text) const;
  void script(const std::string& path, std::string_view text) const;
  [[nodiscard]] std::string read(const std::string& path) const;

 private:
  TemporaryFolder folder_;
  std::string requested_;
};

/// What a task waits for until the test lets it go on: `read go < $ROOT/NAME` in the task. When the test
/// dies, the tasks see an end of file.
class Gate {
 public:
  Gate(const Workspace& workspace, const std::string& name);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Lets one task through, the one that waits or the next that comes.
  void open() const;

 private:
  int descriptor_;
};

}  // namespace dream::e2e
