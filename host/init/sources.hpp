#pragma once

#include <filesystem>
#include <optional>

#include "base/result.hpp"
#include "init/draft.hpp"

/// Each adds to a draft what one kind of file tells. A file that isn't there tells nothing; one that can't be
/// understood is an error, unless it only adds to what others tell: then it is passed over.
namespace dream::init {

/// package.json: its scripts, and the packages of its workspaces; without workspaces those with scripts, up
/// to three levels down. What turbo.json and nx.json say of the order of tasks.
[[nodiscard]] Result<void> add_npm(const std::filesystem::path& root, Draft& draft);
/// deno.json or deno.jsonc: the same with the members of its workspace.
[[nodiscard]] Result<void> add_deno(const std::filesystem::path& root, Draft& draft);
/// devbox.json: its scripts, run by devbox.
[[nodiscard]] Result<void> add_devbox(const std::filesystem::path& file, Draft& draft);
/// composer.json: its scripts, but for those that composer calls itself.
[[nodiscard]] Result<void> add_composer(const std::filesystem::path& file, Draft& draft);
/// Compose files: each service a task with a container. Without a `file`, the usual ones of the folder.
[[nodiscard]] Result<void> add_compose(const std::filesystem::path& root, const std::filesystem::path& folder,
                                       const std::optional<std::filesystem::path>& file, Draft& draft);
/// A Procfile: each process a task, and one of the name `all`, or another one, that needs them all.
[[nodiscard]] Result<void> add_procfile(const std::filesystem::path& file, const std::string& all,
                                        Draft& draft);
/// A file of process-compose, with those that it extends and the one that goes over it: each process a task,
/// and one that needs them all.
[[nodiscard]] Result<void> add_process_compose(const std::filesystem::path& file, Draft& draft);
/// A file of mprocs: the same.
[[nodiscard]] Result<void> add_mprocs(const std::filesystem::path& file, Draft& draft);
/// The Taskfile that `task` takes in a folder; empty: none.
[[nodiscard]] std::filesystem::path taskfile_in(const std::filesystem::path& folder);
/// A Taskfile: each task that can be called, also of the files that it includes, run by `task`.
[[nodiscard]] Result<void> add_taskfile(const std::filesystem::path& file, Draft& draft);
/// "justfile" and ".justfile" in capital and small letters.
[[nodiscard]] bool is_justfile(std::string name);
/// The justfile that `just` takes in a folder; empty: none.
[[nodiscard]] std::filesystem::path justfile_in(const std::filesystem::path& folder);
/// A justfile: each recipe that can be called, run by `just`.
[[nodiscard]] Result<void> add_justfile(const std::filesystem::path& file, Draft& draft);
/// The files of mise in a folder, and in those that they name as roots: each task that isn't hidden, run by
/// `mise`.
[[nodiscard]] Result<void> add_mise(const std::filesystem::path& root, Draft& draft);
/// pyproject.toml: tasks of poe, taskipy, pdm and pixi, and the scripts of hatch's environments, run by
/// these.
[[nodiscard]] Result<void> add_pyproject(const std::filesystem::path& file, Draft& draft);
/// A Makefile: each target that people call.
[[nodiscard]] Result<void> add_makefile(const std::filesystem::path& file, Draft& draft);
/// Files of the root that dream init passes over though they say what is to be run: a remark each kind.
void tell_others(const std::filesystem::path& root, Draft& draft);
/// Folders with a Dockerfile that are no project yet, the root and those up to `levels` below: a task that
/// starts what is built from the nearest folder that has what is copied.
[[nodiscard]] Result<void> add_dockerfiles(const std::filesystem::path& root, int levels, Draft& draft);

}  // namespace dream::init
