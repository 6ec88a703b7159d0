#include "init/init.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <functional>
#include <set>
#include <system_error>

#include "base/text.hpp"
#include "base/write_all.hpp"
#include "config/load.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"
#include "plan/plan.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

constexpr const char* known_files =
    "it knows package.json, rush.json, deno.json, composer.json, compose.yaml, process-compose.yaml, "
    "Procfile, "
    "mprocs.yaml, Taskfile.yml, justfile, mise.toml, devbox.json, pyproject.toml, poe_tasks.toml, pixi.toml, "
    "Makefile and Dockerfile";

/// The first of these names that there is in the folder; the first of all when there is none.
fs::path first_file(const fs::path& root, std::initializer_list<const char*> names) {
  std::error_code ignored;
  for (const char* name : names) {
    if (fs::exists(root / name, ignored)) return root / name;
  }
  return root / *names.begin();
}

Error cannot(std::string message, const fs::path& file, std::string hint) {
  return {ErrorCode::usage, std::move(message), printable(file.string()), std::move(hint)};
}

/// Adds what the file of this name tells.
using Import = std::function<Result<void>(const fs::path& file, Draft& draft)>;

/// A YAML file that no name tells apart, by what it has.
Result<void> add_yaml(const fs::path& root, const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  try {
    const YAML::Node read = YAML::Load(text->value_or(""));
    const auto has = [&](const char* key) { return member_at(read, key).IsMap(); };
    if (!has("services") && has("processes")) return add_process_compose(file, draft);
    if (!has("services") && has("procs")) return add_mprocs(file, draft);
    if (!has("services") && has("tasks")) return add_taskfile(file, draft);
  } catch (const YAML::Exception&) {  // told below
  }
  return add_compose(root, file.parent_path(), file, draft);
}

/// A file that is named is an error where it can't be understood, though packages are found without it.
Result<void> add_packages(const fs::path& file, Draft& draft) {
  if (file.extension() != ".yaml") {
    if (const auto json = read_object(file); !json) return json.error();
  } else {
    const auto text = read_text(file);
    if (!text) return text.error();
    try {
      static_cast<void>(YAML::Load(text->value_or("")));
    } catch (const YAML::Exception& problem) {
      return not_understood(file.filename().string(), problem.what());
    }
  }
  return add_npm(file.parent_path(), draft);
}

/// How a file that is named is taken over, by its own name; none: not at all.
Import import_of(const fs::path& root, const std::string& name) {
  static const std::set<std::string, std::less<>> of_packages{
      "package.json", "pnpm-workspace.yaml", "turbo.json", "turbo.jsonc",
      "nx.json",      "lerna.json",          "rush.json"};
  if (of_packages.contains(name)) return add_packages;
  if (name == "deno.json" || name == "deno.jsonc")
    return [](const fs::path& file, Draft& draft) { return add_deno(file.parent_path(), draft); };
  if (name == "composer.json") return add_composer;
  if (name == "devbox.json") return add_devbox;
  if (name == "pyproject.toml" || name == "poe_tasks.toml" || name == "pixi.toml") return add_pyproject;
  if (name.starts_with("Procfile"))
    return [](const fs::path& file, Draft& draft) { return add_procfile(file, "start", draft); };
  if (name == "makefile" || name == "GNUmakefile" || name.starts_with("Makefile") || name.ends_with(".mk"))
    return add_makefile;
  if (name == "Dockerfile")
    return [](const fs::path& file, Draft& draft) { return add_dockerfiles(file.parent_path(), 0, draft); };
  const bool yaml = name.ends_with(".yaml") || name.ends_with(".yml");
  if (yaml && name.starts_with("process-compose")) return add_process_compose;
  if ((yaml || name.ends_with(".json")) && name.starts_with("mprocs")) return add_mprocs;
  if (yaml && (name.starts_with("Taskfile") || name.starts_with("taskfile"))) return add_taskfile;
  if (is_justfile(name)) return add_justfile;
  if (name == "mise.toml" || name == ".mise.toml" || name == "mise.local.toml")
    return [](const fs::path& file, Draft& draft) { return add_mise(file.parent_path(), draft); };
  if (yaml) return [root](const fs::path& file, Draft& draft) { return add_yaml(root, file, draft); };
  return {};
}

Result<void> import_file(const fs::path& root, const std::string& from, Draft& draft) {
  if (from == "compose") return add_compose(root, root, std::nullopt, draft);
  const fs::path file = (root / from).lexically_normal();
  std::error_code ignored;
  if (fs::is_directory(file, ignored))
    return cannot("is a folder, and --from takes a file", file, "dream init -C DIR looks around in a folder");
  if (!fs::is_regular_file(file, ignored)) return cannot("there is no such file", file, {});
  const Import import = import_of(root, file.filename().string());
  if (import) return import(file, draft);
  return cannot("dream init can't take over this kind of file", file, known_files);
}

/// A source that can't be understood is told, and the others are taken over all the same; an error where
/// none of them has anything.
Result<void> look_around(const fs::path& root, Draft& draft) {
  const std::function<Result<void>()> steps[] = {
      [&] { return add_npm(root, draft); },
      [&] { return add_deno(root, draft); },
      [&] { return add_composer(root / "composer.json", draft); },
      [&] { return add_compose(root, root, std::nullopt, draft); },
      [&] {
        return add_process_compose(first_file(root, {"process-compose.yaml", "process-compose.yml"}), draft);
      },
      [&] { return add_procfile(root / "Procfile.dev", "dev", draft); },
      [&] { return add_procfile(root / "Procfile", "start", draft); },
      [&] {
        return add_mprocs(first_file(root, {"mprocs.yaml", "mprocs.yml", "mprocs.json"}), draft);
      },
      [&] { return add_taskfile(taskfile_in(root), draft); },
      [&] { return add_justfile(justfile_in(root), draft); },
      [&] { return add_mise(root, draft); },
      [&] { return add_pyproject(root / "pyproject.toml", draft); },
      [&] { return add_devbox(root / "devbox.json", draft); },
      [&] {
        return add_makefile(first_file(root, {"GNUmakefile", "makefile", "Makefile"}), draft);
      },
      [&] {
        tell_others(root, draft);
        return add_dockerfiles(root, 3, draft);
      },
  };
  Result<void> first;
  for (const auto& step : steps) {
    Draft before = draft;  // whatever it has added before it failed is undone
    const Result<void> done = step();
    if (done) continue;
    draft = std::move(before);
    const std::string& where = done.error().where;
    draft.see_read(root / where.substr(0, where.find(':')));
    draft.pass_over(done.error());
    if (first) first = done;
  }
  return draft.projects().empty() ? first : Result<void>();
}

/// The folder that the paths in a source count from; empty: it lies outside of the root.
std::string base_of(const fs::path& root, const std::optional<std::string>& from) {
  if (!from || *from == "compose") return "./";
  return normalise_project((root / *from).parent_path().lexically_relative(root).string());
}

/// What manifests say makes no cycle: that was seen to when it was written.
class NoManifests final : public Manifests {
 public:
  Result<std::vector<std::string>> needed(const std::string& /*project*/,
                                          const std::string& /*task*/) override {
    return std::vector<std::string>();
  }
  bool lacks_task(const std::string& /*project*/, const std::string& /*task*/) override { return false; }
};

/// Each task that was written can be planned: those that none needs, and what their plans don't have.
Result<void> check_plans(const config::LoadResult& read) {
  NoManifests manifests;
  std::set<std::string> needed;
  for (const auto& [project, tasks] : read.workspace.dependencies)
    for (const auto& [task, dependencies] : tasks)
      for (const Dependency& entry : dependencies.entries)
        if (!entry.by_manifest)
          needed.insert(to_string(StepId{entry.project, entry.task.empty() ? task : entry.task}));
  std::set<std::string> planned;
  for (const bool only_first : {true, false}) {
    for (const auto& [project, tasks] : read.workspace.dependencies) {
      for (const auto& [task, dependencies] : tasks) {
        const std::string id = to_string(StepId{project, task});
        if (planned.contains(id) || (only_first && needed.contains(id))) continue;
        const auto plan = make_plan(read.workspace, {.ids = {{project, task}}}, &manifests);
        if (!plan)
          return Error{ErrorCode::usage,
                       "what is found here can't be run: " + plan.error().error.message,
                       {},
                       "write dream.json by hand, without what closes the circle"};
        for (const Step& step : plan->steps) planned.insert(to_string(step.id));
      }
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

Result<std::string> make_configuration(const fs::path& folder, const std::optional<std::string>& from) {
  std::error_code failure;
  const fs::path absolute = fs::absolute(folder, failure);
  if (failure) return cannot(failure.message(), folder, {});
  const fs::path root = (absolute / "").lexically_normal().parent_path();
  const std::string base = base_of(root, from);
  if (base.empty()) {
    return Error{ErrorCode::usage, "the file lies outside of the workspace", printable(*from),
                 "call dream init in a folder that holds it"};
  }
  Draft draft(base, root.string() + "/");
  if (Result<void> done = from ? import_file(root, *from, draft) : look_around(root, draft); !done)
    return done.error();
  if (draft.projects().empty()) {
    if (from)
      return cannot("there is nothing in it that could be a task", root / *from,
                    draft.unread().empty() ? "without --from dream init looks around" : draft.unread());
    if (!draft.unread().empty())
      return cannot("there is nothing in this folder that dream init knows", root, draft.unread());
    return Error{ErrorCode::usage, "there is nothing here that dream init knows", printable(root.string()),
                 fmt::format("{}; an empty dream.json, {{}}, is one, too", known_files)};
  }
  draft.break_cycles();
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
