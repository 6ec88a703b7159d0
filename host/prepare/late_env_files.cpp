#include "prepare/late_env_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>

#include "prepare/prepare.hpp"

namespace dream::prepare {

namespace fs = std::filesystem;

bool is_in_workspace(const fs::path& file, const LoadedWorkspace& loaded) {
  const fs::path below = file.lexically_normal().lexically_relative(loaded.workspace.root);
  return !below.empty() && *below.begin() != "..";
}

bool may_come(const fs::path& file, const LoadedWorkspace& loaded) {
  std::error_code unknown;
  return is_in_workspace(file, loaded) && !fs::exists(fs::symlink_status(file, unknown));
}

LateEnvFiles::LateEnvFiles(const Plan& plan, const LoadedWorkspace& loaded, std::vector<PreparedStep>& steps)
    : plan_(plan), loaded_(loaded), steps_(steps), done_(steps.size()) {
  for (std::size_t at = 0; at < plan.steps.size(); ++at)
    for (const std::string& name : plan.steps[at].env_files) {
      const fs::path file = fs::path(steps[at].task.directory) / name;
      if (!is_in_workspace(file, loaded) || files_.contains(file)) continue;
      const std::optional<FileStamp> now = stamp_of(file);
      if (!now || S_ISREG(now->mode)) files_.emplace(file, now);  // a pipe can be read only once
    }
}

Result<bool> LateEnvFiles::read_again(StepIndex step) {
  const Step& settings = plan_.steps[position(step)];
  plugin::TaskSpec& task = steps_[position(step)].task;
  bool has_changed = false;
  warnings_.clear();
  if (done_[position(step)]) return false;
  for (const std::string& name : settings.env_files) {
    const auto file = files_.find(fs::path(task.directory) / name);
    if (file == files_.end()) continue;
    const std::optional<FileStamp> now = stamp_of(file->first);
    if (now && !S_ISREG(now->mode))
      return Error{ErrorCode::io, "the env file " + file->first.string() + " is no regular file", {}, {}};
    // One that was missing is an error if it still is.
    has_changed = has_changed || !file->second || file->second != now;
  }
  done_[position(step)] = !has_changed;
  if (!has_changed) return false;
  Environments environments(plan_, loaded_.discovery.rule, EnvFiles::run);
  Result<StepEnvironment> environment = environments.of(settings, task.directory);
  if (!environment) {
    Error error = about_env_file(settings, task.directory, loaded_, environment.error());
    error.code = ErrorCode::io;
    return error;
  }
  task.environment = std::move(environment->whole);
  task.own_environment = std::move(environment->own);
  warnings_ = environments.warnings();
  done_[position(step)] = true;
  return true;
}

}  // namespace dream::prepare
