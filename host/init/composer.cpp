#include <algorithm>
#include <set>

#include "init/files.hpp"
#include "init/packages.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

/// Scripts of these names are called by composer itself, the last one by Symfony's installer.
bool is_event(const std::string& name) {
  static const std::set<std::string, std::less<>> events{
      "pre-install-cmd",         "post-install-cmd",       "pre-update-cmd",
      "post-update-cmd",         "pre-status-cmd",         "post-status-cmd",
      "pre-archive-cmd",         "post-archive-cmd",       "pre-autoload-dump",
      "post-autoload-dump",      "pre-operations-exec",    "pre-package-install",
      "post-package-install",    "pre-package-update",     "post-package-update",
      "pre-package-uninstall",   "post-package-uninstall", "post-root-package-install",
      "post-create-project-cmd", "pre-file-download",      "post-file-download",
      "pre-command-run",         "pre-pool-create",        "auto-scripts"};
  return events.contains(name);
}

}  // namespace

Result<void> add_composer(const std::filesystem::path& file, Draft& draft) {
  const auto json = read_object(file);
  if (!json) return json.error();
  if (!*json) return {};
  const auto descriptions = (*json)->FindMember("scripts-descriptions");
  for (const std::string& name : keys_at(**json, "scripts")) {
    if (is_event(name)) continue;
    TaskDraft task{name, {{"command", list_json({"composer", "run", name})}}};
    if (descriptions != (*json)->MemberEnd() && descriptions->value.IsObject())
      describe(task, text_member(descriptions->value, name.c_str()));
    draft.add_task(draft.at("./"), "shell", "from composer.json", "composer", std::move(task));
  }
  return {};
}

}  // namespace dream::init
