#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <system_error>

#include "base/text.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// The next line with those that continue it.
bool next_line(std::istringstream& lines, std::string& line) {
  if (!std::getline(lines, line)) return false;
  if (line.ends_with('\r')) line.pop_back();
  for (std::string more; line.ends_with('\\') && std::getline(lines, more);) {
    line.back() = ' ';
    line += more;
    if (line.ends_with('\r')) line.pop_back();
  }
  return true;
}

/// Targets whose names are words: files mostly have a dot or a slash. Whether some are called phony says
/// nothing of the others.
std::vector<std::string> targets_of(const std::string& text) {
  std::vector<std::string> targets;
  std::set<std::string> known;
  std::istringstream lines(text);
  bool in_definition = false;
  for (std::string line; next_line(lines, line);) {
    if (line.starts_with("define ")) in_definition = true;
    if (line.starts_with("endef")) in_definition = false;
    const std::size_t colon = line.find(':');
    // A recipe, a comment, an assignment (`:=`, `::=`, `A = b:c`), a word of make's own.
    if (in_definition || colon == std::string::npos || line[0] == '\t' || line[0] == '#' ||
        line.find('=') < colon || line.find('#') < colon || line.substr(colon).starts_with(":=") ||
        line.substr(colon).starts_with("::=") || line.starts_with("ifeq") || line.starts_with("ifneq"))
      continue;
    std::istringstream names(line.substr(0, colon));
    for (std::string name; names >> name;) {
      if (is_word(name, "-_") && known.insert(name).second) targets.push_back(name);
    }
  }
  return targets;
}

}  // namespace

Result<void> add_makefile(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  for (const std::string& name : targets_of(**text)) {
    std::vector<std::string> words{"make"};
    if (file.filename() != "GNUmakefile" && file.filename() != "makefile" && file.filename() != "Makefile")
      words.insert(words.end(), {"-f", file.filename().string()});
    if (name.starts_with('-')) words.emplace_back("--");
    words.push_back(name);
    draft.add_task(draft.at("./"), "shell", "from " + file.filename().string(), "make",
                   {name, {{"command", list_json(words)}}});
  }
  return {};
}

Result<void> add_dockerfiles(const fs::path& root, int levels, Draft& draft) {
  std::vector<std::string> folders;
  if (levels > 0) folders = folders_below(root, levels);
  folders.insert(folders.begin(), "./");
  for (const std::string& folder : folders) {
    std::error_code ignored;
    if (draft.has(draft.at(folder)) || !fs::is_regular_file(root / folder / "Dockerfile", ignored)) continue;
    draft.project(draft.at(folder), "docker", "Dockerfile")
        .members.emplace_back("options", R"({ "build": { "context": "." } })");
    draft.add_task(draft.at(folder), "docker", "Dockerfile", "docker", {"start", {}});
  }
  return {};
}

}  // namespace dream::init
