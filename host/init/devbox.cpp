#include "init/files.hpp"
#include "init/packages.hpp"
#include "init/sources.hpp"

namespace dream::init {

Result<void> add_devbox(const std::filesystem::path& file, Draft& draft) {
  const auto json = read_object(file);
  if (!json) return json.error();
  if (!*json) return {};
  const auto shell = (*json)->FindMember("shell");
  if (shell == (*json)->MemberEnd()) return {};
  for (const std::string& name : keys_at(shell->value, "scripts"))
    draft.add_task(draft.at("./"), "shell", "from devbox.json", "devbox",
                   {name, {{"command", list_json({"devbox", "run", name})}}});
  return {};
}

}  // namespace dream::init
