#include "prepare/workspace.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "config/env_file.hpp"
#include "plan/ports.hpp"

namespace dream::prepare {

namespace {

namespace fs = std::filesystem;

/// dream's own executors, which may not all be installed.
const std::vector<std::string> own_executors{"shell", "npm", "deno", "docker", "ssh", "slurm", "kubernetes"};

Result<std::string> printable_project(std::string project) {
  if (is_printable(project)) return project;
  return Error{ErrorCode::usage,
               "a character that can't be shown in the folder's name (a control character, or no UTF-8)",
               printable(project),
               {}};
}

/// As the user's shell has reached it, over symbolic links: $PWD, where that names it. Else as the system has
/// it.
Result<fs::path> current_folder() {
  const char* reached = std::getenv("PWD");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  struct stat named {};
  struct stat here {};
  const bool is_here = reached != nullptr && *reached == '/' && ::stat(reached, &named) == 0 &&
                       ::stat(".", &here) == 0 && named.st_dev == here.st_dev && named.st_ino == here.st_ino;
  if (is_here) return fs::path(reached);
  std::error_code failure;
  fs::path folder = fs::current_path(failure);
  if (failure)
    return Error{ErrorCode::usage, "the current folder can't be told: " + failure.message(), {}, {}};
  return folder;
}

/// Every plugin that lies where plugins are looked for.
config::FindExecutors plugins_of(fs::path root) {
  return [root = std::move(root)] {
    Workspace empty;
    empty.root = root;
    return plugin_search_path(empty).present();
  };
}

config::Outside outside_of(const config::Discovery& found, EnvFiles files) {
  return {.environment = [](const std::string& name) -> std::optional<std::string_view> {
            const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): as above
            return value == nullptr ? std::nullopt : std::optional<std::string_view>(value);
          },
          .files = found.rule,
          .pipe_time = files == EnvFiles::run ? config::env_pipe_time : std::chrono::milliseconds(0)};
}

Error no_folder_of_workspace(const std::string& written) {
  return {ErrorCode::usage,
          "--project \"" + printable(written) + "\" is no folder of the workspace",
          {},
          "it is a path from the folder of dream.json; one that begins with .. or / counts from the current "
          "folder"};
}

}  // namespace

fs::path from_binary(const fs::path& relative) {
  std::error_code ignored;
  const fs::path binary = fs::read_symlink("/proc/self/exe", ignored);
  return (binary.parent_path() / relative).lexically_normal();
}

Result<fs::path> starting_folder(const std::optional<fs::path>& directory) {
  if (directory && directory->empty())
    return Error{ErrorCode::usage, "the folder after --directory is empty", {}, {}};
  if (directory && directory->is_absolute()) return *directory;
  const Result<fs::path> current = current_folder();
  if (!current) return current.error();
  return directory ? *current / *directory : *current;
}

Result<config::Discovery> find_workspace(const std::optional<fs::path>& directory, bool trust) {
  const Result<fs::path> folder = starting_folder(directory);
  if (!folder) return folder.error();
  const auto trusts = [](const fs::path& root) {
    const auto confirmed = plugin_search_path({}).trust.confirmed();
    return confirmed && confirmed->folders.contains(root.string());
  };
  return config::discover(*folder, trust ? config::Obeyed::everybody : config::Obeyed::by_rule, trusts);
}

Result<fs::path> find_root(const std::optional<fs::path>& directory, bool trust) {
  const Result<config::Discovery> found = find_workspace(directory, trust);
  if (!found) return found.error();
  if (!found->file) return config::no_configuration(*found);
  return found->file->parent_path();
}

Result<LoadedWorkspace> read_workspace(Result<config::Discovery> found, EnvFiles files) {
  if (!found) return found.error();
  if (!found->file) return config::no_configuration(*found);
  Result<config::LoadResult> loaded =
      config::load(*found->opened, *found->file, own_executors, plugins_of(found->file->parent_path()),
                   outside_of(*found, files));
  if (!loaded) return loaded.error();
  return LoadedWorkspace{std::move(*found), std::move(loaded->document), std::move(loaded->workspace),
                         std::move(loaded->problems)};
}

Result<LoadedWorkspace> read_workspace(const std::optional<fs::path>& directory, bool trust, EnvFiles files) {
  return read_workspace(find_workspace(directory, trust), files);
}

Result<std::string> project_from_root(const std::string& written, const std::optional<fs::path>& directory,
                                      const Workspace& workspace) {
  const std::string front = written.starts_with('!') ? "!" : "";
  const std::string word = written.substr(front.size());
  if (word != "." && word != ".." && !word.starts_with("../") && !word.starts_with('/')) return written;
  const Result<fs::path> folder = starting_folder(directory);
  if (!folder) return folder.error();
  if (word == ".") {
    Result<std::string> here = config::project_of_folder(workspace, *folder);
    return here ? Result<std::string>(front + *here) : here;
  }
  const auto is_below = [](const fs::path& way) { return !way.empty() && *way.begin() != ".."; };
  const fs::path meant = (*folder / word).lexically_normal();
  fs::path way = meant.lexically_relative(workspace.root.lexically_normal());
  std::error_code unknown;  // of a folder that is no more
  if (!is_below(way))
    way = fs::weakly_canonical(meant, unknown)
              .lexically_relative(fs::weakly_canonical(workspace.root, unknown));
  if (!is_below(way)) return no_folder_of_workspace(written);
  return front + "./" + way.string();
}

Result<std::string> requested_project(const std::optional<std::string>& project,
                                      const std::optional<fs::path>& directory, const Workspace& workspace) {
  if (project) {
    Result<std::string> from_root = project_from_root(*project, directory, workspace);
    if (!from_root) return from_root;
    std::string normal = normalise_project(*from_root);
    if (normal.empty()) return no_folder_of_workspace(*project);
    return printable_project(std::move(normal));
  }
  const Result<fs::path> folder = starting_folder(directory);
  if (!folder) return folder.error();
  Result<std::string> standing_in = config::project_of_folder(workspace, *folder);
  if (!standing_in) return standing_in;
  return printable_project(std::move(*standing_in));
}

Result<Plan> plan_request(const LoadedWorkspace& loaded, const Request& request, Manifests* manifests) {
  auto plan = make_plan(loaded.workspace, request, manifests);
  if (plan)
    if (const auto good = plan::check_ports(*plan); !good) plan = good.error();
  if (plan) return std::move(*plan);
  Error error = plan.error().error;
  if (plan.error().where.known() && error.where.empty())
    error.where = loaded.document->place(plan.error().where);
  if (plan.error().also.known()) error.message += "; see " + loaded.document->place(plan.error().also);
  return error;
}

Error error_of(const config::Problem& problem, const config::Document& document) {
  return {ErrorCode::configuration, problem.message, document.place(problem.offset), problem.hint};
}

std::optional<Error> first_error(const LoadedWorkspace& loaded) {
  const auto error = std::ranges::find(loaded.problems, config::Severity::error, &config::Problem::severity);
  if (error == loaded.problems.end()) return std::nullopt;
  return error_of(*error, *loaded.document);
}

Result<Plan> plan_of_text(const LoadedWorkspace& loaded, std::string text, const Request& request,
                          Manifests* manifests) {
  config::LoadResult read =
      config::interpret(config::Document::parse(loaded.document->file(), std::move(text),
                                                outside_of(loaded.discovery, EnvFiles::look)),
                        own_executors, plugins_of(loaded.workspace.root));
  const LoadedWorkspace again{loaded.discovery, std::move(read.document), std::move(read.workspace),
                              std::move(read.problems)};
  if (auto error = first_error(again)) return *std::move(error);
  return plan_request(again, request, manifests);
}

plugin::SearchPath plugin_search_path(const Workspace& workspace, bool trust) {
  plugin::SearchPath search =
      plugin::make_search_path(workspace, from_binary(DREAM_PLUGIN_FOLDER), plugin::own_lookup());
  search.trust.everything = trust;
  return search;
}

}  // namespace dream::prepare
