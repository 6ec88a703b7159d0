#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
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

/// "docker-compose.prod.yml"
bool is_compose_file(const std::string& name) {
  for (const std::string_view begin : {"compose", "docker-compose"})
    if (name.starts_with(begin) && !is_word(name.substr(begin.size(), 1), ""))
      return name.ends_with(".yml") || name.ends_with(".yaml");
  return false;
}

/// Files of runners that dream init can't read, since they are programs or would say little without them.
bool is_of_other_runner(const fs::path& file) {
  static const std::set<std::string, std::less<>> known{"Tiltfile",    "skaffold.yaml", "Earthfile",
                                                        "magefile.go", "noxfile.py",    "tox.ini",
                                                        "dodo.py",     "bb.edn",        "devenv.nix"};
  const std::string name = file.filename().string();
  if (name != "tasks.py") return known.contains(name);
  const auto text = read_text(file);  // of invoke, or anything else
  return text && *text && (**text).find("@task") != std::string::npos;
}

/// A compose file that isn't read still builds what no project of its own can build.
void see_what_it_builds(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text || !*text) return;
  try {
    for (const auto& one : member_at(read_yaml(**text), "services"))
      if (const YAML::Node build = member_at(one.second, "build"); !build.IsNull())
        see_built(build, draft.at("./"), draft);
  } catch (const YAML::Exception&) {  // it is only named
  }
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
    if (is_compose_file(name)) {
      known.push_back(name);
      has_compose = true;
      see_what_it_builds(walk->path(), draft);
    } else if (name.starts_with("Procfile.")) {
      known.push_back(name);
    } else if (is_of_other_runner(walk->path())) {
      of_others.push_back(name);
    }
  }
  std::ranges::sort(known);
  std::ranges::sort(of_others);
  if (!known.empty())
    draft.remark(fmt::format("Not read: {}. `dream init --from FILE` reads one alone{}.", join_words(known),
                             has_compose ? ", COMPOSE_FILE in .env names several" : ""));
  if (!of_others.empty())
    draft.remark(fmt::format("Not read: {}, which dream init doesn't know.", join_words(of_others)));
}

Result<void> add_dockerfiles(const fs::path& root, int levels, Draft& draft) {
  std::vector<std::string> folders;
  if (levels > 0) folders = folders_below(root, levels);
  folders.insert(folders.begin(), "./");
  for (const std::string& folder : folders) {
    std::error_code ignored;
    if (draft.has(draft.at(folder)) || draft.is_built(draft.at(folder)) ||
        !fs::is_regular_file(root / folder / "Dockerfile", ignored))
      continue;
    draft.project(draft.at(folder), "docker", "Dockerfile")
        .members.emplace_back("options",
                              draft.has_container_options()
                                  ? R"({ "build": { "context": "." }, "mount": "project", "init": true })"
                                  : R"({ "build": { "context": "." } })");
    draft.add_task(draft.at(folder), "docker", "Dockerfile", "docker", {"start", {}});
  }
  return {};
}

}  // namespace dream::init
