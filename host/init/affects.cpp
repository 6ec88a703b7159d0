#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/text.hpp"
#include "init/package_rules.hpp"
#include "init/packages.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// Whether it means the same as a glob of dream.json.
bool is_plain_glob(const std::string& glob) {
  return !glob.empty() && glob.find_first_of("{}[]!$\\") == std::string::npos && !glob.starts_with('/') &&
         !glob.starts_with("../");
}

/// What turbo.json and nx.json call global.
std::vector<std::string> global_files(const fs::path& root) {
  std::vector<std::string> files;
  if (const auto turbo = read_object(turbo_in(root)); turbo && *turbo)
    files = texts_at(**turbo, "globalDependencies");
  constexpr std::string_view of_root = "{workspaceRoot}/";
  if (const auto nx = read_object(root / "nx.json"); nx && *nx) {
    for (std::string& input : texts_at(**nx, "namedInputs", "sharedGlobals"))
      if (input.starts_with(of_root)) files.push_back(input.substr(of_root.size()));
  }
  return files;
}

}  // namespace

void add_affects(const fs::path& root, Draft& draft) {
  std::vector<std::string> files{"dream.json", "dream.local.json"};
  const std::string base = draft.at("./") == "./" ? std::string() : draft.at("./").substr(2) + "/";
  const auto add = [&](const std::string& file) {
    if (std::ranges::find(files, base + file) == files.end()) files.push_back(base + file);
  };
  for (const char* file :
       {"package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml",
        "pnpm-workspace.yaml", "bun.lock", "bun.lockb", "turbo.json", "turbo.jsonc", "nx.json", "lerna.json",
        "rush.json", "common/config/rush/command-line.json", "common/config/rush/pnpm-lock.yaml"}) {
    std::error_code ignored;
    if (fs::exists(root / file, ignored)) add(file);
  }
  std::vector<std::string> others;
  for (const std::string& glob : global_files(root)) {
    if (is_plain_glob(glob))
      add(glob.starts_with("./") ? glob.substr(2) : glob);
    else
      others.push_back(glob);
  }
  if (!others.empty())
    draft.remark(fmt::format("`affects` lacks {}: dream has no such globs.", join_words(others)));
  draft.add_affects(files);
}

}  // namespace dream::init
