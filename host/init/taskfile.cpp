#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "init/compose_text.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// A Taskfile, and the files that it includes.
class Taskfiles {
 public:
  Taskfiles(const fs::path& first, Draft& draft) : first_(first), files_(first), draft_(draft) {}

  /// `before`: what stands before the names of its tasks, "docs:". `excluded`: those that aren't included.
  Result<void> add(const fs::path& file, const std::string& before,
                   const std::vector<std::string>& excluded = {}) {
    const auto text = read_text(file);
    if (!text) return text.error();
    const std::string name = file.filename().string();
    try {
      const YAML::Node read = read_yaml(text->value_or(""));
      const YAML::Node tasks = member_at(read, "tasks");
      const YAML::Node includes = member_at(read, "includes");
      if (!tasks.IsMap() && !includes.IsMap())
        return Error{ErrorCode::not_found, "the file has no tasks", printable(name),
                     "dream init knows a Taskfile by its `tasks`"};
      for (const auto& one : tasks) {
        const std::string& task = one.first.Scalar();
        const bool callable = !is_true(member_at(one.second, "internal")) &&
                              task.find('*') == std::string::npos &&
                              std::ranges::find(excluded, task) == excluded.end();
        // What it does beside running commands (templates, what is up to date) stays with the tool.
        TaskDraft made{before + task, {{"command", list_json({"task", before + task})}}};
        describe(made, text_at(one.second, "desc"));
        if (callable)
          draft_.add_task(draft_.at("./"), "shell", "from " + first_.filename().string(), "task",
                          std::move(made));
      }
      for (const auto& one : includes) include(file.parent_path(), one.first.Scalar(), one.second, before);
    } catch (const YAML::Exception& problem) {
      return not_understood(name, problem.what());
    }
    return {};
  }

  [[nodiscard]] static fs::path in_folder(const fs::path& folder) {
    for (const char* name :
         {"Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml", "Taskfile.dist.yml",
          "taskfile.dist.yml", "Taskfile.dist.yaml", "taskfile.dist.yaml"}) {
      std::error_code ignored;
      if (fs::is_regular_file(folder / name, ignored)) return folder / name;
    }
    return {};
  }

 private:
  void include(const fs::path& folder, const std::string& name, const YAML::Node& how,
               const std::string& before) {
    if (is_true(member_at(how, "internal"))) return;
    const fs::path written =
        (folder / (how.IsScalar() ? how.Scalar() : text_at(how, "taskfile"))).lexically_normal();
    std::error_code ignored;
    const fs::path file = fs::is_directory(written, ignored) ? in_folder(written) : written;
    const std::string its = is_true(member_at(how, "flatten")) ? before : before + name + ":";
    // Or it is a template, or on another machine.
    const bool is_here = fs::is_regular_file(file, ignored) && files_.enter(file);
    if (!is_here || !add(file, its, texts_of(member_at(how, "excludes"))))
      draft_.leave_out("the included tasks", before + name);
    if (is_here) files_.leave();
  }

  fs::path first_;
  IncludedFiles files_;
  Draft& draft_;
};

}  // namespace

fs::path taskfile_in(const fs::path& folder) {
  return Taskfiles::in_folder(folder);
}

Result<void> add_taskfile(const fs::path& file, Draft& draft) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return {};
  return Taskfiles(file, draft).add(file, "");
}

}  // namespace dream::init
