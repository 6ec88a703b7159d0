#include "init/init.hpp"

#include <cerrno>
#include <functional>
#include <system_error>

#include "base/text.hpp"
#include "base/write_all.hpp"
#include "config/load.hpp"
#include "init/sources.hpp"
#include "plan/plan.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// The first of these names that there is in the folder; the first of all when there is none.
fs::path first_file(const fs::path& root, std::initializer_list<const char*> names) {
  std::error_code ignored;
  for (const char* name : names) {
    if (fs::exists(root / name, ignored)) return root / name;
  }
  return root / *names.begin();
}

fs::path compose_file(const fs::path& root) {
  return first_file(root, {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"});
}

Result<void> import_file(const fs::path& root, const std::string& from, Draft& draft) {
  const fs::path file = from == "compose" ? compose_file(root) : root / from;
  const std::string name = file.filename().string();
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) {
    return Error{ErrorCode::usage, "there is no such file", printable(file.string()), {}};
  }
  if (name == "package.json") return add_npm(file.parent_path(), draft);
  if (name.starts_with("Procfile")) return add_procfile(file, draft);
  if (name.ends_with(".yaml") || name.ends_with(".yml")) return add_compose(root, file, draft);
  return Error{ErrorCode::usage, "dream init can't take over this kind of file", printable(file.string()),
               "it knows Procfile, compose.yaml and package.json"};
}

Result<void> look_around(const fs::path& root, Draft& draft) {
  const std::function<Result<void>()> steps[] = {
      [&] { return add_npm(root, draft); },
      [&] { return add_deno(root, draft); },
      [&] { return add_compose(root, compose_file(root), draft); },
      [&] { return add_procfile(root / "Procfile", draft); },
      [&] {
        return add_makefile(first_file(root, {"GNUmakefile", "Makefile", "makefile"}), draft);
      },
      [&] { return add_dockerfiles(root, draft); },
  };
  for (const auto& step : steps) {
    if (Result<void> done = step(); !done) return done;
  }
  return {};
}

/// The folder that the paths in a source count from; empty: it lies outside of the root.
std::string base_of(const fs::path& root, const std::optional<std::string>& from) {
  if (!from || *from == "compose") return "./";
  return normalise_project((root / *from).parent_path().lexically_relative(root).string());
}

/// Each task that was written can be planned.
Result<void> check_plans(const config::LoadResult& read) {
  for (const auto& [project, tasks] : read.workspace.dependencies) {
    for (const auto& [task, dependencies] : tasks) {
      const auto plan = make_plan(read.workspace, {.id = {project, task}});
      if (plan) continue;
      return Error{ErrorCode::usage,
                   "what is found here can't be run: " + plan.error().error.message,
                   {},
                   "write dream.json by hand, without what closes the circle"};
    }
  }
  return {};
}

/// Names from other files may be none that dream takes.
Result<void> check(const std::string& text) {
  static const std::vector<std::string> executors{"shell", "npm", "deno", "docker"};
  const config::LoadResult read = config::interpret(config::Document::parse("dream.json", text), executors);
  for (const config::Problem& problem : read.problems) {
    if (problem.severity != config::Severity::error) continue;
    return Error{ErrorCode::usage,
                 "what is found here makes no dream.json: " + problem.message,
                 {},
                 "rename it there; or write dream.json by hand"};
  }
  return check_plans(read);
}

}  // namespace

Result<std::string> make_configuration(const fs::path& root, const std::optional<std::string>& from) {
  const std::string base = base_of(root, from);
  if (base.empty()) {
    return Error{ErrorCode::usage, "the file lies outside of the workspace", printable(*from),
                 "call dream init in a folder that holds it"};
  }
  Draft draft(base);
  if (Result<void> done = from ? import_file(root, *from, draft) : look_around(root, draft); !done)
    return done.error();
  if (draft.projects().empty()) {
    return Error{
        ErrorCode::usage, "there is nothing here that dream init knows", printable(root.string()),
        "it looks for package.json, deno.json, compose.yaml, Procfile, Makefile and Dockerfile; an empty "
        "dream.json, {}, is one, too"};
  }
  std::string text = draft.render();
  if (Result<void> sound = check(text); !sound) return sound.error();
  return text;
}

Result<void> write_new_file(const fs::path& file, const std::string& text) {
  const int problem = dream::write_new_file(file, text);
  if (problem == 0) return {};
  return Error{ErrorCode::usage, std::generic_category().message(problem), printable(file.string()),
               problem == EEXIST ? "dream init overwrites nothing" : ""};
}

}  // namespace dream::init
