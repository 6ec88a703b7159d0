#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file_stamp.hpp"
#include "base/result.hpp"
#include "plan/plan.hpp"
#include "prepare/prepared_step.hpp"
#include "prepare/workspace.hpp"

namespace dream::prepare {

/// Env files of the workspace that a step of the run may write: the steps behind it get what it wrote.
class LateEnvFiles {
 public:
  /// Remembers each file as it is now. All must outlive it.
  LateEnvFiles(const Plan& plan, const LoadedWorkspace& loaded, std::vector<PreparedStep>& steps);

  /// Before an attempt of a step: gives it its environment anew if one of its files has changed, and says
  /// whether so; once it has started with them, they aren't looked at again. The error is that of a start:
  /// the file is still missing, or can't be read.
  [[nodiscard]] Result<bool> read_again(StepIndex step);
  /// What is odd about the files that were read last.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  const Plan& plan_;
  const LoadedWorkspace& loaded_;
  std::vector<PreparedStep>& steps_;
  std::map<std::filesystem::path, std::optional<FileStamp>> files_;  ///< none: it isn't there
  std::vector<bool> done_;                                           ///< by step
  std::vector<std::string> warnings_;
};

/// By its name: a link that leads out of the workspace may be replaced as well.
[[nodiscard]] bool is_in_workspace(const std::filesystem::path& file, const LoadedWorkspace& loaded);

/// Whether this env file isn't there and a step could write it: only one of the workspace.
[[nodiscard]] bool may_come(const std::filesystem::path& file, const LoadedWorkspace& loaded);

}  // namespace dream::prepare
