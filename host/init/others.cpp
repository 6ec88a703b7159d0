#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "base/text.hpp"
#include "init/compose_container.hpp"
#include "init/compose_text.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

bool is_yaml(const std::string& name) {
  return name.ends_with(".yml") || name.ends_with(".yaml");
}

/// "docker-compose.prod.yml" of "docker-compose"
bool is_variant(const std::string& name, std::string_view of) {
  return name.starts_with(of) && !is_word(name.substr(of.size(), 1), "");
}

/// By its name, or by services as compose has them: "quickstart.yml".
bool is_compose_file(const fs::path& file) {
  const std::string name = file.filename().string();
  if (!is_yaml(name)) return false;
  if (is_variant(name, "compose") || is_variant(name, "docker-compose")) return true;
  if (name.starts_with('.')) return false;  // of a CI, say
  const auto text = read_text(file);
  if (!text || !*text || ("\n" + **text).find("\nservices:") == std::string::npos) return false;
  try {
    for (const auto& one : member_at(read_yaml(**text), "services"))
      if (!member_at(one.second, "image").IsNull() || !member_at(one.second, "build").IsNull()) return true;
  } catch (const YAML::Exception&) {  // whatever it is
  }
  return false;
}

/// Of a kind that is read under one name: "Procfile.prod", "mprocs.dev.yaml", "process-compose.prod.yaml".
bool is_other_variant(const std::string& name) {
  if (name.starts_with("Procfile.")) return true;
  if (is_variant(name, "process-compose")) return is_yaml(name);
  return is_variant(name, "mprocs") && (is_yaml(name) || name.ends_with(".json"));
}

/// Files of runners that dream init can't read, since they are programs or would say little without them.
bool is_of_other_runner(const fs::path& file) {
  static const std::set<std::string, std::less<>> known{
      "Tiltfile", "skaffold.yaml", "Earthfile",  "magefile.go", "noxfile.py", "tox.ini",
      "dodo.py",  "bb.edn",        "devenv.nix", "moon.yml",    "mprocs.lua"};
  static const std::set<std::string, std::less<>> configurations{"lage.config", "just.config", "gulpfile",
                                                                 "Gruntfile", "package-scripts"};
  static const std::set<std::string, std::less<>> of_javascript{".js",  ".cjs", ".mjs", ".ts",
                                                                ".cts", ".mts", ".json"};
  if (configurations.contains(file.stem().string())) return of_javascript.contains(file.extension().string());
  const std::string name = file.filename().string();
  if (name != "tasks.py") return known.contains(name);
  const auto text = read_text(file);  // of invoke, or anything else
  return text && *text && (**text).find("@task") != std::string::npos;
}

/// A compose file that isn't read still builds what no project of its own can build.
void see_what_it_builds(const fs::path& file, const std::string& folder, Draft& draft) {
  const auto text = read_text(file);
  if (!text || !*text) return;
  try {
    for (const auto& one : member_at(read_yaml(**text), "services"))
      if (const YAML::Node build = member_at(one.second, "build"); !build.IsNull())
        see_built(build, folder, draft);
  } catch (const YAML::Exception&) {  // it is only named
  }
}

/// Whether what lies there is part of what is worked on.
bool is_aside(const std::string& folder) {
  static const std::set<std::string, std::less<>> asides{
      "doc", "docs", "sphinx-docs", "example", "examples", "test", "tests", "testdata", "fixtures", "vendor"};
  return std::ranges::any_of(fs::path(folder),
                             [&](const fs::path& part) { return asides.contains(part.string()); });
}

using Kind = std::vector<const char*>;  ///< the names that a folder's file has
const Kind compose_files{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"};

/// Also of a name as the root's may have it: "docker-compose-local.yml", but for what only goes over another.
bool is_of_kind(const Kind& kind, const std::string& name) {
  if (std::ranges::find(kind, name) != kind.end()) return true;
  if (name.find(".override.") != std::string::npos) return false;
  if (kind == compose_files)
    return is_yaml(name) && (is_variant(name, "compose") || is_variant(name, "docker-compose"));
  return is_other_variant(name) && name.starts_with(fs::path(kind.front()).stem().string());
}

/// The names of the files in a folder, sorted.
std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code failure;
  for (fs::directory_iterator walk(folder, failure), end; !failure && walk != end; walk.increment(failure))
    if (std::error_code ignored; walk->is_regular_file(ignored))
      names.insert(walk->path().filename().string());
  return names;
}

/// Files that are read where they lie in the root, each kind of which the root has none.
std::vector<std::string> files_below(const fs::path& root, Draft& draft) {
  constexpr int most_levels = 2;
  static const std::vector<Kind> kinds{compose_files,
                                       {"process-compose.yaml", "process-compose.yml"},
                                       {"Procfile", "Procfile.dev"},
                                       {"mprocs.yaml", "mprocs.yml", "mprocs.json"},
                                       {"justfile", "Justfile", ".justfile"},
                                       {"Taskfile.yml", "Taskfile.yaml"},
                                       {"Makefile", "GNUmakefile", "makefile"},
                                       {"mise.toml", ".mise.toml"},
                                       {"turbo.json", "turbo.jsonc"},
                                       {"nx.json"},
                                       {"lerna.json"},
                                       {"rush.json"}};
  std::map<std::string, std::set<std::string>> files;
  for (const std::string& folder : folders_below(root, most_levels))
    if (!is_aside(folder)) files[folder] = files_in(root / folder);
  std::vector<std::string> found;
  for (const Kind& kind : kinds) {
    std::error_code ignored;
    if (std::ranges::any_of(kind, [&](const char* name) { return fs::exists(root / name, ignored); }))
      continue;
    for (const auto& [folder, names] : files) {
      for (const std::string& name : names) {
        if (!is_of_kind(kind, name) || draft.is_read(root / folder / name)) continue;
        found.push_back(folder.substr(2) + "/" + name);
        if (kind == compose_files) see_what_it_builds(root / folder / name, draft.at(folder), draft);
      }
    }
  }
  return found;
}

}  // namespace

void tell_others(const fs::path& root, Draft& draft) {
  std::vector<std::string> known;
  std::vector<std::string> of_others;
  bool has_compose = false;
  std::error_code failure;
  for (fs::directory_iterator walk(root, failure), end; !failure && walk != end; walk.increment(failure)) {
    std::error_code ignored;
    const std::string name = walk->path().filename().string();
    if (!walk->is_regular_file(ignored) || draft.is_read(walk->path())) continue;
    if (is_compose_file(walk->path())) {
      known.push_back(name);
      has_compose = true;
      see_what_it_builds(walk->path(), draft.at("./"), draft);
    } else if (is_other_variant(name)) {
      known.push_back(name);
    } else if (is_of_other_runner(walk->path())) {
      of_others.push_back(name);
    }
  }
  std::error_code ignored;
  if (constexpr const char* of_moon = ".moon/workspace.yml"; fs::exists(root / of_moon, ignored))
    of_others.emplace_back(of_moon);
  std::ranges::sort(known);
  std::ranges::sort(of_others);
  for (std::string& file : files_below(root, draft)) known.push_back(std::move(file));
  if (!known.empty())
    draft.tell_unread(fmt::format("Not read: {}. `dream init --from FILE` reads one alone{}.",
                                  first_of(known),
                                  has_compose ? ", COMPOSE_FILE in .env names several" : ""));
  if (!of_others.empty())
    draft.tell_unread(fmt::format("Not read: {}, which dream init doesn't know.", join_words(of_others)));
}

}  // namespace dream::init
