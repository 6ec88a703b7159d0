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

constexpr std::string_view blanks = " \t\r";

std::string trimmed(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of(blanks), text.size());
  const std::size_t end = text.find_last_not_of(blanks);
  return end == std::string_view::npos ? std::string() : std::string(text.substr(start, end + 1 - start));
}

bool is_word(std::string_view name, std::string_view others) {
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

/// What the task for all runs itself: the one that is called as that task, else the web process, as the
/// Procfile tools' hosts do, else the last one.
std::size_t main_process(const std::vector<std::pair<std::string, std::string>>& processes,
                         const std::string& task) {
  for (const std::string& name : {task, std::string("web")}) {
    for (std::size_t at = 0; at < processes.size(); ++at) {
      if (processes[at].first == name) return at;
    }
  }
  return processes.size() - 1;
}

/// The targets of a Makefile's text in order, and those it calls phony.
struct Targets {
  std::vector<std::string> all;
  std::set<std::string> phony;
};

Targets targets_of(const std::string& text) {
  Targets targets;
  std::set<std::string> known;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    // A recipe, a comment, an assignment (`:=`, `::=`, `A = b:c`).
    if (colon == std::string::npos || line[0] == '\t' || line[0] == '#' || line.find('=') < colon ||
        line.substr(colon).starts_with(":=") || line.substr(colon).starts_with("::="))
      continue;
    std::istringstream names(line.substr(0, colon));
    std::istringstream needs(line.substr(std::min(line.find_first_not_of(':', colon), line.size())));
    for (std::string name; names >> name;) {
      if (name == ".PHONY") {
        for (std::string phony; needs >> phony;) targets.phony.insert(phony);
      } else if (is_word(name, "-_") && known.insert(name).second) {
        targets.all.push_back(name);
      }
    }
  }
  return targets;
}

}  // namespace

Result<void> add_procfile(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  std::vector<std::pair<std::string, std::string>> processes;
  std::istringstream lines(**text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || line[0] == '#') continue;
    std::string name = trimmed(line.substr(0, colon));
    std::string command = trimmed(line.substr(colon + 1));
    if (is_word(name, "-_") && !command.empty()) processes.emplace_back(std::move(name), std::move(command));
  }
  if (processes.empty()) return {};
  const std::string comment = "from " + file.filename().string();
  const std::string project = draft.at("./");
  const std::string all = draft.free_name(project, {"start", "up", "procfile"});
  const std::size_t main = main_process(processes, all);
  NeedsDraft needs{project, all, {}};
  for (std::size_t at = 0; at < processes.size(); ++at) {
    const auto& [name, command] = processes[at];
    const std::string task = at == main ? all : name;
    const bool added = draft.add_task(project, "shell", comment, {task, {{"command", json_string(command)}}});
    if (at == main || !added) continue;
    needs.entries.push_back(fmt::format(R"({{ "projectPath": {}, "task": {}, "async": true }})",
                                        json_string(project), json_string(name)));
  }
  draft.remark(fmt::format("`dream {}` runs {} of {}, and the others beside it.", all, processes[main].first,
                           file.filename().string()));
  if (!needs.entries.empty()) draft.add_needs(std::move(needs));
  std::error_code ignored;
  if (fs::is_regular_file(file.parent_path() / ".env", ignored)) {
    std::vector<Member>& members = draft.project(project, "shell", comment).members;
    if (std::ranges::find(members, "envFile", &Member::first) == members.end())
      members.emplace_back("envFile", "\".env\"");
  }
  return {};
}

Result<void> add_makefile(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  const Targets targets = targets_of(**text);
  for (const std::string& name : targets.all) {
    if (!targets.phony.empty() && !targets.phony.contains(name)) continue;
    draft.add_task(draft.at("./"), "shell", "from " + file.filename().string(),
                   {name,
                    {{"command", fmt::format("[\"make\", {}{}]", name.starts_with('-') ? "\"--\", " : "",
                                             json_string(name))}}});
  }
  return {};
}

Result<void> add_dockerfiles(const fs::path& root, Draft& draft) {
  std::vector<std::string> folders = folders_below(root, 3);
  folders.insert(folders.begin(), "./");
  for (const std::string& folder : folders) {
    std::error_code ignored;
    if (draft.has(folder) || !fs::is_regular_file(root / folder / "Dockerfile", ignored)) continue;
    draft.project(folder, "docker", "Dockerfile")
        .members.emplace_back("options", R"({ "build": { "context": "." } })");
    draft.add_task(folder, "docker", "Dockerfile", {"start", {}});
  }
  return {};
}

}  // namespace dream::init
