#include <system_error>

#include "init/packages.hpp"

namespace dream::init {

namespace fs = std::filesystem;

Result<void> add_nx_projects(const fs::path& root, Draft& draft) {
  constexpr int most_levels = 6;
  std::error_code ignored;
  if (!fs::exists(root / "nx.json", ignored)) return {};
  for (const std::string& folder : folders_below(root, most_levels)) {
    const auto json = read_object(root / folder / "project.json");
    if (!json || !*json) continue;
    std::string name = text_member(**json, "name");
    if (name.empty()) name = folder.substr(folder.rfind('/') + 1);
    for (const std::string& target : keys_at(**json, "targets")) {
      const std::string project = draft.at(folder);
      if (draft.has_task(project, target)) continue;
      draft.add_task(project, "shell", "project.json", "nx",
                     {target, {{"command", list_json({"npx", "nx", "run", name + ":" + target})}}});
      draft.remark("nx runs itself what the targets in project.json need.");
    }
  }
  return {};
}

}  // namespace dream::init
